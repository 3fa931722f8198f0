/* courier.h - the thread that pumps the outbox. */
#ifndef OUTBOX_COURIER_H
#define OUTBOX_COURIER_H

#include "outbox/outbox.h"

struct courier;

/* Borrows the outbox until courier_stop(). SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error courier_start(struct outbox *outbox, struct courier **courier);
/* Ends the thread after its round. */
void courier_stop(struct courier **courier);

#endif
