/* fan_begin.h - a fan-out begins: its collection is evaluated once, and kept. */
#ifndef ENGINE_KINDS_FAN_BEGIN_H
#define ENGINE_KINDS_FAN_BEGIN_H

struct step;
struct turn;

/* Row of kinds.h, for a step with for_each as a whole: its items become steps of the saga, or
 * the step fails. */
void fan_begin(struct turn *turn, struct step *container);

#endif
