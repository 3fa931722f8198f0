/* saga_start.h - POST /v1/sagas: a saga is started. */
#ifndef API_SAGA_START_H
#define API_SAGA_START_H

struct http_call;

void saga_start(struct http_call *call);
void saga_start_reply(struct http_call *call);

#endif
