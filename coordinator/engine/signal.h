/* signal.h - the verb signal: a person sends an event to one saga. The saga's journal says who sent
 * it and why, and the event goes into the inbox, where no other saga is offered it. */
#ifndef ENGINE_SIGNAL_H
#define ENGINE_SIGNAL_H

#include "base/error.h"

struct turn;
struct verb_request;

/* Does the verb signal. Errors, with *why (a literal): SAGA_INVALID (no name that an event may
 * have), SAGA_CONFLICT (the saga goes back or has ended, or no step waits or will wait for that
 * event). */
enum saga_error signal_saga(struct turn *turn, const struct verb_request *verb, const char **why);

#endif
