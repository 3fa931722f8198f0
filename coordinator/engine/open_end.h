/* open_end.h - the client of an open saga commits or aborts it: one of the two, and for good. */
#ifndef ENGINE_OPEN_END_H
#define ENGINE_OPEN_END_H

#include "base/check.h"
#include "base/error.h"

struct open_reply;
struct open_request;
struct saga;
struct turn;

/* Does the saga go back, shall it, or has it gone back already? */
bool open_goes_back(const struct saga *saga);
/* Why its client is refused then, or when the saga has ended: a sentence. */
const char *open_why_over(const struct saga *saga);

/* Commits the saga. Errors, with *why: SAGA_CONFLICT (the saga goes back or has ended, or *why
 * names steps that are not completed), SAGA_TOO_LARGE. */
MUST_CHECK enum saga_error open_commit(struct turn *turn, const struct open_request *request,
                                       struct open_reply *reply, const char **why);

/* Aborts the saga: it goes back. SAGA_CONFLICT with *why: the saga is committed, or a person has
 * terminated it. */
MUST_CHECK enum saga_error open_abort(struct turn *turn, const struct open_request *request,
                                      struct open_reply *reply, const char **why);

#endif
