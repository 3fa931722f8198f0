/* window.h - how many tasks the coordinator may have under way to us. */
#ifndef PARTICIPANTS_WINDOW_H
#define PARTICIPANTS_WINDOW_H

#include "participants/participant.h"

/* Decides anew whether the ledger is full, after an attempt was taken or forgotten. */
void window_look(struct saga_participant *participant);
/* The window that the coordinator should have now. */
uint32_t window_now(const struct saga_participant *participant);
/* Tells the coordinator the window if it was told another one. False when that could not be sent:
 * then no result may leave, for a result makes room for one task more. */
bool window_tell(struct saga_participant *participant);

#endif
