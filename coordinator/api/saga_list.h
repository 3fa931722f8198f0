/* saga_list.h - GET /v1/sagas: sagas by what is asked for, newest first, page by page. */
#ifndef API_SAGA_LIST_H
#define API_SAGA_LIST_H

struct http_call;

void saga_list(struct http_call *call);

#endif
