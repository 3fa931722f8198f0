/* open_register.h - a step of an open saga, before its client acts. */
#ifndef ENGINE_OPEN_REGISTER_H
#define ENGINE_OPEN_REGISTER_H

#include "base/check.h"
#include "base/error.h"

struct open_reply;
struct open_request;
struct turn;

/* A step is registered: new, or again. SAGA_CONFLICT, SAGA_INVALID, SAGA_IDEMPOTENCY_CONFLICT,
 * SAGA_TOO_LARGE with *why. */
MUST_CHECK enum saga_error open_register(struct turn *turn, const struct open_request *request,
                                         struct open_reply *reply, const char **why);

#endif
