/* results.h - reads what a `result` and a client's `finish` have in common: how a task ended. */
#ifndef PEERS_RESULTS_H
#define PEERS_RESULTS_H

#include "engine/event.h"
#include "peers/fields.h"

/* Fills the result but its key, attempt and token; its spans are borrowed from the message, or are
 * literals. SAGA_BAD_MESSAGE or SAGA_TOO_LARGE with *why, a literal. */
MUST_CHECK enum saga_error results_read(const struct fields *fields, const struct message *message,
                                        struct result *result, const char **why);

#endif
