/* attempts.h - one attempt at a delivery: its event written and signed, until its outcome is
 * durable.
 */
#ifndef OUTBOX_ATTEMPTS_H
#define OUTBOX_ATTEMPTS_H

#include "base/limits.h"
#include "outbox/cloudevent.h"
#include "outbox/state.h"

struct attempt {
    struct outbox *outbox;
    struct attempt *next; /* of all */
    struct attempt *prev;
    struct attempt *next_waiting; /* of those answered, or to be asked again */
    struct hook *hook;
    struct lane *lane;
    struct post post;
    struct buf body;
    struct buf signature;
    char id[CLOUDEVENT_KEY_SIZE];
    char timestamp[24];
    char event[LIMIT_SAGA_ID * 3]; /* for the log; may be cut */
    char why[128];
    struct request request;
    enum saga_error answer;
};

/* One for the lane's head, counted at its hook; NULL without memory. */
struct attempt *attempts_new(struct outbox *outbox, struct hook *hook, struct lane *lane);
/* Reads the head from the store and fills attempt->post. SAGA_NOT_FOUND: the store has it no more;
 * SAGA_BAD_MESSAGE: it cannot be shown as JSON; SAGA_NO_MEMORY; what the reader gives. */
MUST_CHECK enum saga_error attempts_write(struct attempt *attempt);
void attempts_drop(struct outbox *outbox, struct attempt *attempt);

#endif
