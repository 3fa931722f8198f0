/* saga_verb.h - what a person says to a saga, with a reason. */
#ifndef API_SAGA_VERB_H
#define API_SAGA_VERB_H

struct http_call;

/* POST /v1/sagas/{id}/VERB */
void saga_verb(struct http_call *call);
/* POST /v1/sagas/{id}/steps/{step}/approve or reject: the answer to the question of a step. */
void saga_verb_decide(struct http_call *call);
void saga_verb_reply(struct http_call *call);

#endif
