/* deliveries.h - the core's part in sending events to webhooks: counts how many deliveries wait
 * for each webhook, and writes what becomes of them into the batch in the making. */
#ifndef CORE_DELIVERIES_H
#define CORE_DELIVERIES_H

#include "base/check.h"
#include "base/error.h"

struct core;
struct request;
struct work;

/* Counts at the start how many deliveries the store keeps for each webhook. SAGA_NO_MEMORY, and the
 * errors of the store. */
MUST_CHECK enum saga_error deliveries_open(struct core *core);

/* Takes a REQUEST_OUTBOX: what has become of a delivery, or what a person wants done with it. The
 * answer comes when that is durable. */
void deliveries_ask(struct core *core, struct request *request);

/* To be called when a batch is durable: answers the requests whose changes to deliveries were in
 * that batch. */
void deliveries_settle(struct core *core, struct work *work);

#endif
