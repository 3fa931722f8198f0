/* schedules.h - GET /v1/schedules: when each schedule of the definitions is due next, and how far
 * it has got. */
#ifndef API_SCHEDULES_H
#define API_SCHEDULES_H

struct http_call;

void schedules_list(struct http_call *call);

#endif
