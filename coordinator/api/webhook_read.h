/* webhook_read.h - who is told what by webhooks, and what could not be told. */
#ifndef API_WEBHOOK_READ_H
#define API_WEBHOOK_READ_H

#include <stdbool.h>

struct http_call;

/* Is the webhook of the path configured, or was it once and has left dead events? */
bool webhook_read_is_known(struct http_call *call);

/* GET /v1/webhooks */
void webhook_read_list(struct http_call *call);
/* GET /v1/webhooks/{name}/dead */
void webhook_read_dead(struct http_call *call);

#endif
