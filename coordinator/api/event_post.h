/* event_post.h - POST /v1/events: events are handed to the loop, and what came of them is said.
 *
 * An event sent again counts once and is answered the same. All events of a batch are taken, or
 * none of it is: what is wrong is said before any is handed to the loop. */
#ifndef API_EVENT_POST_H
#define API_EVENT_POST_H

struct http_call;

void event_post(struct http_call *call);
void event_post_reply(struct http_call *call);

#endif
