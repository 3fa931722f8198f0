/* action.h - the kind of step that a participant does: begins it and retries it. */
#ifndef ENGINE_KINDS_ACTION_H
#define ENGINE_KINDS_ACTION_H

struct step;
struct turn;

/* The functions of this kind's row in kinds.h. A retry is sent with the same key and request, or,
 * when a person asked for that, with the next key and perhaps another input. */
void action_begin(struct turn *turn, struct step *step);
void action_retry(struct turn *turn, struct step *step);

#endif
