/* wait_event.h - the kind of step that waits for an event. */
#ifndef ENGINE_KINDS_WAIT_EVENT_H
#define ENGINE_KINDS_WAIT_EVENT_H

struct step;
struct turn;

/* The kind's `begin` in kinds.h: the step begins to wait for an event, and is offered first the
 * events that came since its saga started. */
void wait_event_begin(struct turn *turn, struct step *step);

/* The kind's `time_over` in kinds.h: no event has come in time. The step has failed, unless its
 * definition says that the saga goes on without the event. */
void wait_event_over(struct turn *turn, const struct step *step);

#endif
