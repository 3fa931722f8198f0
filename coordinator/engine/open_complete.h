/* open_complete.h - takes what the client of an open saga says about how one of its steps ended. */
#ifndef ENGINE_OPEN_COMPLETE_H
#define ENGINE_OPEN_COMPLETE_H

#include "base/check.h"
#include "base/error.h"

struct open_reply;
struct open_request;
struct turn;

/* Writes how the step ended, as its client says, if the step is still undecided. Errors, with *why:
 * SAGA_CONFLICT, SAGA_NOT_FOUND, SAGA_INVALID, SAGA_TOO_LARGE. */
MUST_CHECK enum saga_error open_complete(struct turn *turn, const struct open_request *request,
                                         struct open_reply *reply, const char **why);

#endif
