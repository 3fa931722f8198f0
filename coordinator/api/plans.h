/* plans.h - what a verb would do, before a person says it. */
#ifndef API_PLANS_H
#define API_PLANS_H

struct http_call;

/* GET /v1/sagas/{id}/rollback-plan: for a completed saga, that of its reversal. */
void plans_rollback(struct http_call *call);
/* GET /v1/sagas/{id}/migration-plan */
void plans_migration(struct http_call *call);

#endif
