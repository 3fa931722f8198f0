/* open_complete.h - how a step of an open saga ended, as its client says. */
#ifndef ENGINE_OPEN_COMPLETE_H
#define ENGINE_OPEN_COMPLETE_H

#include "base/check.h"
#include "base/error.h"

struct open_reply;
struct open_request;
struct turn;

/* The client says how a step ended. SAGA_CONFLICT, SAGA_NOT_FOUND, SAGA_INVALID, SAGA_TOO_LARGE
 * with *why. */
MUST_CHECK enum saga_error open_complete(struct turn *turn, const struct open_request *request,
                                         struct open_reply *reply, const char **why);

#endif
