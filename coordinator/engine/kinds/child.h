/* child.h - the kind of step that is a saga itself: what the parent saga does about its child saga.
 */
#ifndef ENGINE_KINDS_CHILD_H
#define ENGINE_KINDS_CHILD_H

struct child_end;
struct saga;
struct step;
struct turn;

/* Called for each step of a saga that is loaded and was asleep: if the step has a child, notes that
 * the child has been asked already and is at work. */
void child_was_left_alone(struct step *step);

/* The functions of this kind's row in kinds.h. A retry begins another child saga, under the next
 * key. */
void child_begin(struct turn *turn, struct step *step);
void child_retry(struct turn *turn, struct step *step);

/* Asks the child to do what the parent's step wants of it now (begin, pause, go back, be reversed),
 * unless the child was asked that already. */
void child_watch(struct turn *turn, struct step *step);

/* Takes what the parent is told of a child: that it ended, is parked, goes on, or does not exist.
 * Nothing changes when no step waits for that child any more. */
void child_ended(struct turn *turn, const struct child_end *end);

/* Notes in the parent that the child exists and is at work, so that the parent need not ask again.
 */
void child_has_begun(struct saga *parent, const struct saga *child);

#endif
