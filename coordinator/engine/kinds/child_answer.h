/* child_answer.h - a saga that is a child: what it does for its parent, and tells it. */
#ifndef ENGINE_KINDS_CHILD_ANSWER_H
#define ENGINE_KINDS_CHILD_ANSWER_H

#include <stdbool.h>

#include "base/check.h"

/* A parent acts on its child as "saga:" and its id. */
#define CHILD_PARENT_PREFIX "saga:"

struct batch;
struct child_ask;
struct child_end;
struct saga;
struct turn;

/* Why a child that is not there cannot begin, as a code with *message (both literals); NULL = it
 * can. */
const char *child_refusal(const struct child_ask *ask, const char **message);

/* Tells the parent that there is no child, and why; code NULL: there is no room for one now, and
 * the parent asks again. false = no memory. */
MUST_CHECK bool child_tell_none(struct batch *batch, const struct child_ask *ask, const char *code,
                                const char *message);

/* Tells a parent what became of its child; all texts are copied. false = no memory. */
MUST_CHECK bool child_say(struct batch *batch, const struct child_end *end);

/* Has the saga ended, and a parent that must hear of that end, whatever happens? */
bool child_owes_its_end(const struct saga *saga);

/* Has it ended, or is it parked, and has a parent that must hear of that? */
bool child_owes_news(const struct saga *saga);

/* A child that has ended, is parked, or is not parked any more, tells its parent; any other saga
 * tells nobody. */
void child_tell(struct turn *turn);

/* The child does what its parent asks, or tells it how it has ended. */
void child_obey(struct turn *turn, const struct child_ask *ask);

#endif
