/* open_register.h - writes down a step of an open saga, before its client acts. */
#ifndef ENGINE_OPEN_REGISTER_H
#define ENGINE_OPEN_REGISTER_H

#include "base/check.h"
#include "base/error.h"

struct open_reply;
struct open_request;
struct turn;

/* Registers the step that the request names, or answers how the step stands if it was registered
 * before. Errors, with *why: SAGA_CONFLICT, SAGA_INVALID, SAGA_IDEMPOTENCY_CONFLICT,
 * SAGA_TOO_LARGE. */
MUST_CHECK enum saga_error open_register(struct turn *turn, const struct open_request *request,
                                         struct open_reply *reply, const char **why);

#endif
