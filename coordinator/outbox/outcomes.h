/* outcomes.h - how an attempt ended: what it means for its delivery and its hook, told to the loop.
 *
 *   posted --done--> asked --answered (durable)--> the lane goes on
 *
 * The loop answers on its own thread; outcomes_land() takes the answers on the pumping one. */
#ifndef OUTBOX_OUTCOMES_H
#define OUTBOX_OUTCOMES_H

#include "outbox/attempts.h"

/* The attempt has ended: asks the loop to make the outcome durable. */
void outcomes_take(struct attempt *attempt, const struct post_outcome *outcome);
/* The lanes of the attempts whose outcome is durable go on. */
void outcomes_land(struct outbox *outbox);
/* Asks again for those that the desk had no room for. */
void outcomes_ask_again(struct outbox *outbox, int64_t now_ms);

#endif
