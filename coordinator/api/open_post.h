/* open_post.h - open sagas over HTTP: the bodies, and the answers, are those of the wire. */
#ifndef API_OPEN_POST_H
#define API_OPEN_POST_H

struct http_call;

/* POST /v1/sagas with a name: an open saga, under an id that is made for it. */
void open_post_begin_new(struct http_call *call);
/* POST /v1/sagas/{id}/begin */
void open_post_begin(struct http_call *call);
void open_post_begin_reply(struct http_call *call);

/* POST /v1/sagas/{id}/steps, and .../steps/{step}/complete */
void open_post_register(struct http_call *call);
void open_post_complete(struct http_call *call);
void open_post_step_reply(struct http_call *call);

/* POST /v1/sagas/{id}/commit, and .../abort */
void open_post_commit(struct http_call *call);
void open_post_abort(struct http_call *call);
void open_post_end_reply(struct http_call *call);

#endif
