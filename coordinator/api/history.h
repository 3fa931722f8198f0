/* history.h - GET /v1/sagas/{id}/history: the journal of one saga, page by page. */
#ifndef API_HISTORY_H
#define API_HISTORY_H

struct http_call;

void history_read(struct http_call *call);

#endif
