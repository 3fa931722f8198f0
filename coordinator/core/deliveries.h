/* deliveries.h - the core's part of the outbox: who is told what, how much may wait, and what
 * becomes of it, as rows of the batch in the making. */
#ifndef CORE_DELIVERIES_H
#define CORE_DELIVERIES_H

#include "base/check.h"
#include "base/error.h"

struct core;
struct request;
struct work;

/* Counts what the store keeps for each webhook, at the start. SAGA_NO_MEMORY, and what the store
 * says. */
MUST_CHECK enum saga_error deliveries_open(struct core *core);

/* REQUEST_OUTBOX: what has become of a delivery, or what a person wants of it. Answered when that
 * is durable. */
void deliveries_ask(struct core *core, struct request *request);

/* The batch with what became of some deliveries is durable: answers the requests that asked for
 * that. */
void deliveries_settle(struct core *core, struct work *work);

#endif
