/* client_step.h - steps of open sagas, which their client begins. */
#ifndef ENGINE_KINDS_CLIENT_STEP_H
#define ENGINE_KINDS_CLIENT_STEP_H

struct step;
struct turn;

/* Never called: a step of an open saga is there when its client has begun it. */
void client_step_begin(struct turn *turn, struct step *step);

/* The saga goes back, and the client has not said what came of the step: in doubt, for nobody can
 * be asked, and the client may be gone. */
void client_step_doubt(struct turn *turn, struct step *step);

#endif
