/* signal.h - a person's event for one saga: a verb, in its journal with who and why, and an event
 * of the inbox that nobody else is offered. */
#ifndef ENGINE_SIGNAL_H
#define ENGINE_SIGNAL_H

#include "base/error.h"

struct turn;
struct verb_request;

/* signal.c */
enum saga_error signal_saga(struct turn *turn, const struct verb_request *verb, const char **why);

#endif
