/* child.h - steps that are sagas themselves. */
#ifndef ENGINE_KINDS_CHILD_H
#define ENGINE_KINDS_CHILD_H

#include <stdbool.h>

struct batch;
struct child_ask;
struct child_end;
struct saga;
struct step;
struct turn;

/* That was so when the saga went to sleep. */
void child_was_left_alone(struct step *step);

/* Rows of kinds.h. */
void child_begin(struct turn *turn, struct step *step);
void child_retry(struct turn *turn, struct step *step);

/* Asks of the child what the state wants of it, if that has not been asked yet. */
void child_watch(struct turn *turn, struct step *step);

/* A parent: takes what it heard. */
void child_ended(struct turn *turn, const struct child_end *end);

/* Why no child can be started so, as a code; NULL = it can. */
const char *child_refusal(const struct child_ask *ask, const char **message);

/* There is no child to ask, and why; code NULL: there is no room for one now. false = no memory. */
bool child_tell_none(struct batch *batch, const struct child_ask *ask, const char *code,
                     const char *message);

/* The child is there: its parent, if in memory, need not ask again. */
void child_has_begun(struct saga *parent, const struct saga *child);

/* It has ended, and has a parent: that must hear of it, whatever happens. */
bool child_owes_its_end(const struct saga *saga);

/* A child that has ended, or parked, tells its parent. */
void child_tell(struct turn *turn);

/* A child: does what its parent asks. */
void child_obey(struct turn *turn, const struct child_ask *ask);

#endif
