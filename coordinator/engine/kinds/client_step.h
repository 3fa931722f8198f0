/* client_step.h - the kind of step that the client of an open saga does itself. */
#ifndef ENGINE_KINDS_CLIENT_STEP_H
#define ENGINE_KINDS_CLIENT_STEP_H

struct step;
struct turn;

/* Must never be called: steps of an open saga begin when their client registers them. */
void client_step_begin(struct turn *turn, struct step *step);

/* Called when the saga goes back and the client has not said how the step ended: marks the step as
 * in doubt, for the client may be gone and nobody else can be asked. */
void client_step_doubt(struct turn *turn, struct step *step);

#endif
