/* open_end.h - an open saga is committed, or aborted: one of them, and for good. */
#ifndef ENGINE_OPEN_END_H
#define ENGINE_OPEN_END_H

#include "base/check.h"
#include "base/error.h"

struct open_reply;
struct open_request;
struct saga;
struct turn;

/* Has it been decided that the saga goes back? */
bool open_goes_back(const struct saga *saga);

/* SAGA_CONFLICT with *why, which names the steps that are not completed. */
MUST_CHECK enum saga_error open_commit(struct turn *turn, const struct open_request *request,
                                       struct open_reply *reply, const char **why);

/* SAGA_CONFLICT with *why: the saga is committed, or a person has ended it. */
MUST_CHECK enum saga_error open_abort(struct turn *turn, const struct open_request *request,
                                      struct open_reply *reply, const char **why);

#endif
