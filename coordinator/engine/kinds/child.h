/* child.h - steps that are sagas themselves: what the parent does. */
#ifndef ENGINE_KINDS_CHILD_H
#define ENGINE_KINDS_CHILD_H

struct child_end;
struct saga;
struct step;
struct turn;

/* Of a saga that is loaded after it slept: the step's child had been asked for, and was at work. */
void child_was_left_alone(struct step *step);

/* Rows of kinds.h. A retry begins another child, under the next key. */
void child_begin(struct turn *turn, struct step *step);
void child_retry(struct turn *turn, struct step *step);

/* Asks of the child what the step's state wants of it, if that has not been asked yet. */
void child_watch(struct turn *turn, struct step *step);

/* The parent takes what it has heard of a child: ended, parked, or not there. What nobody waits for
 * any more changes nothing. */
void child_ended(struct turn *turn, const struct child_end *end);

/* The child is at work: the parent's step need not ask again. */
void child_has_begun(struct saga *parent, const struct saga *child);

#endif
