/* results.h - reads what a `result` and a client's `finish` have in common: how a task ended.
 *
 * A `finish` that is wrong is refused. A `result` that is wrong in anything but the names of its
 * task is the end of that attempt: it has failed, in doubt, with the code `bad_output`. */
#ifndef PEERS_RESULTS_H
#define PEERS_RESULTS_H

#include "base/limits.h"
#include "engine/result.h"
#include "peers/fields.h"

/* The longest time until the next try that a participant may ask for; one that asks for more is
 * tried again after a day, for a step must not stand still in silence for ever. */
enum { RESULTS_RETRY_AFTER_MAX_MS = LIMIT_RETRY_AFTER_MS };

/* Fills the result but its key, attempt and token; its spans are borrowed from the message, or are
 * literals. SAGA_BAD_MESSAGE or SAGA_TOO_LARGE with *why, a literal. */
MUST_CHECK enum saga_error results_read(const struct fields *fields, const struct message *message,
                                        struct result *result, const char **why);

/* Fills in the key and the attempt of the result. Gives NULL, or a literal that says why no task
 * can have this key or attempt. */
const char *results_read_name(const struct message *message, struct result *result);
/* Fills all but key, attempt and token with the failure `bad_output`; `flaw` says what was wrong,
 * and is borrowed. */
void results_spoil(const struct message *message, struct span flaw, struct result *result);

#endif
