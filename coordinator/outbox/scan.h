/* scan.h - what the store holds becomes lanes. */
#ifndef OUTBOX_SCAN_H
#define OUTBOX_SCAN_H

#include "outbox/state.h"

/* Takes up the deliveries that are new, or all of them when old ones have changed. */
void scan_look(struct outbox *outbox, int64_t now_ms);
/* An attempt of the lane is over, as the store knows: the lane waits with the head that it has now,
 * or goes when there is none. */
void scan_go_on(struct outbox *outbox, struct hook *hook, struct lane *lane);
/* Drops the lane from memory only: all of them are read again, in a moment. */
void scan_forget(struct outbox *outbox, struct hook *hook, struct lane *lane);

#endif
