/* wait_event.h - a step that waits for an event. */
#ifndef ENGINE_KINDS_WAIT_EVENT_H
#define ENGINE_KINDS_WAIT_EVENT_H

struct step;
struct turn;

/* A step begins to wait for an event. */
void wait_event_begin(struct turn *turn, struct step *step);

/* Row of kinds.h: failed, unless the wait says that the saga goes on without the event. */
void wait_event_over(struct turn *turn, const struct step *step);

#endif
