/* emit.h - a step that sends an event. */
#ifndef ENGINE_KINDS_EMIT_H
#define ENGINE_KINDS_EMIT_H

struct step;
struct turn;

/* Row of kinds.h: the step's event goes into the inbox, together with the record that says so. */
void emit_begin(struct turn *turn, struct step *step);

#endif
