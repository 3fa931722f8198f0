/* fan_begin.h - a fan-out begins: its collection is evaluated once, and kept. */
#ifndef ENGINE_KINDS_FAN_BEGIN_H
#define ENGINE_KINDS_FAN_BEGIN_H

struct step;
struct turn;

/* fan.c: steps that are many. */
void fan_begin(struct turn *turn, struct step *container);

#endif
