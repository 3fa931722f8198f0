/* wait_event.h - a step that waits for an event. */
#ifndef ENGINE_KINDS_WAIT_EVENT_H
#define ENGINE_KINDS_WAIT_EVENT_H

struct step;
struct turn;

/* Row of kinds.h: the step begins to wait for an event, and is offered those that came before. */
void wait_event_begin(struct turn *turn, struct step *step);

/* Row of kinds.h: no event has come in time: the step has failed, unless its definition says
 * that the saga goes on without the event. */
void wait_event_over(struct turn *turn, const struct step *step);

#endif
