/* child_answer.h - a saga that is the child of another: does what its parent saga asks, and tells
 * the parent how it stands. */
#ifndef ENGINE_KINDS_CHILD_ANSWER_H
#define ENGINE_KINDS_CHILD_ANSWER_H

#include <stdbool.h>

#include "base/check.h"

/* Prefix of the actor that is written when a parent saga acts on its child: "saga:" and the
 * parent's id. */
#define CHILD_PARENT_PREFIX "saga:"

struct batch;
struct child_ask;
struct child_end;
struct saga;
struct turn;

/* Why a child that does not exist cannot begin: an error code, with *message (both literals); NULL
 * = it can. */
const char *child_refusal(const struct child_ask *ask, const char **message);

/* Tells the parent that its child does not exist, and why; code NULL: there is no room for a child
 * now, and the parent asks again later. Returns false when memory runs out. */
MUST_CHECK bool child_tell_none(struct batch *batch, const struct child_ask *ask, const char *code,
                                const char *message);

/* Adds the effect that tells a parent what became of its child; all texts are copied. Returns false
 * when memory runs out. */
MUST_CHECK bool child_say(struct batch *batch, const struct child_end *end);

/* Has the saga ended, and has it a parent, which must hear of that end even after a crash? */
bool child_owes_its_end(const struct saga *saga);

/* Has the saga ended or been parked, and has it a parent, which must hear of that? */
bool child_owes_news(const struct saga *saga);

/* Called when the saga's state has changed: if the saga is a child and has ended, is parked, or is
 * not parked any more, tells its parent; else does nothing. */
void child_tell(struct turn *turn);

/* Does what the parent asks of the child, or, if nothing is to be done, tells the parent how the
 * child stands. */
void child_obey(struct turn *turn, const struct child_ask *ask);

#endif
