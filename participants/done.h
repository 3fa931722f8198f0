/* done.h - `done`: results that the coordinator holds durably, or that no longer matter. */
#ifndef PARTICIPANTS_DONE_H
#define PARTICIPANTS_DONE_H

#include "participants/inbound.h"

/* Forgets the results that the message names. */
void done_take(struct saga_participant *participant, struct inbound *inbound);

#endif
