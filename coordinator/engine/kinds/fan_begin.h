/* fan_begin.h - begins a fan-out, which is a step with for_each that runs once for each item of a
 * list. */
#ifndef ENGINE_KINDS_FAN_BEGIN_H
#define ENGINE_KINDS_FAN_BEGIN_H

struct step;
struct turn;

/* The `begin` in kinds.h of a whole fan-out: evaluates the list once and writes it down; its items
 * become steps of the saga, or the fan-out fails. */
void fan_begin(struct turn *turn, struct step *container);

#endif
