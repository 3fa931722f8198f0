/* cloudevent.h - a notice as receivers get it: CloudEvents 1.0, structured JSON. */
#ifndef OUTBOX_CLOUDEVENT_H
#define OUTBOX_CLOUDEVENT_H

#include "base/buf.h"
#include "base/check.h"
#include "base/error.h"
#include "journal/row.h"

/* Appends the event. The same notice gives the same bytes, so each attempt carries the same body.
 * SAGA_NO_MEMORY, SAGA_BAD_MESSAGE when the notice's data are not one value. */
MUST_CHECK enum saga_error cloudevent_print(const struct notice *notice, const char *source,
                                            struct buf *out);

/* webhook-id: the same for the same event of the same source, and without a full stop. */
enum { CLOUDEVENT_KEY_SIZE = 4 + 32 + 1 };
void cloudevent_key(const struct notice *notice, const char *source, char key[CLOUDEVENT_KEY_SIZE]);

#endif
