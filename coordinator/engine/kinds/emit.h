/* emit.h - the kind of step that sends an event. */
#ifndef ENGINE_KINDS_EMIT_H
#define ENGINE_KINDS_EMIT_H

struct step;
struct turn;

/* The kind's `begin` in kinds.h: puts the step's event into the inbox, in the same batch as the
 * record that says so. */
void emit_begin(struct turn *turn, struct step *step);

#endif
