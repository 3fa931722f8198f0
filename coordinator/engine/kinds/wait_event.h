/* wait_event.h - a step that waits for an event. */
#ifndef ENGINE_KINDS_WAIT_EVENT_H
#define ENGINE_KINDS_WAIT_EVENT_H

struct step;
struct turn;

/* A step begins to wait for an event. */
void wait_event_begin(struct turn *turn, struct step *step);

#endif
