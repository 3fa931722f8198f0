/* action.h - a step that a participant does. */
#ifndef ENGINE_KINDS_ACTION_H
#define ENGINE_KINDS_ACTION_H

struct step;
struct turn;

/* Rows of kinds.h. A retry has the same key and request, or, when a person said so, the next key
 * and perhaps another input. */
void action_begin(struct turn *turn, struct step *step);
void action_retry(struct turn *turn, struct step *step);

#endif
