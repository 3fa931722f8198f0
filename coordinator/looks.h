/* looks.h - `get` and `wait` of clients on the wire, and outputs of sagas that settled long ago:
 * sagas read by a thread of its own, so that a long one delays nobody who decides. */
#ifndef LOOKS_H
#define LOOKS_H

#include "base/check.h"
#include "base/error.h"
#include "peers/peers.h"

struct catalog;
struct core;
struct looks;
struct outputs_reader;
struct store;

/* Starts the thread; store and catalog are borrowed until looks_close(), and so is the core, which
 * is asked for what stands in no row. What the store says, or SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error looks_open(struct store *store, const struct catalog *catalog,
                                      const struct core *core, struct looks **looks);
/* What peers ask. Refuses with SAGA_OVERLOADED when too many wait. */
void looks_reader(struct looks *looks, struct peers_reader *reader);
/* What the core asks, refused in the same way. */
void looks_outputs(struct looks *looks, struct outputs_reader *reader);
/* Polls readable when looks_take() has something to do. */
int looks_wake(const struct looks *looks);
/* Answers what has been read. From the loop's thread. */
void looks_take(struct looks *looks);
/* Ends the thread and answers all that is left, before the peers are gone. NULL is accepted. */
void looks_close(struct looks **looks);

#endif
