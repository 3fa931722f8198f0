/* place.h - where in a value that cannot be sent the fault lies, for whoever has to mend it. */
#ifndef PARTICIPANTS_PLACE_H
#define PARTICIPANTS_PLACE_H

#include "base/buf.h"

/* Writes "WHY at /legs/0/price": a JSON Pointer (RFC 6901) to the innermost value that mp_check()
 * refuses; "WHY at the top" when it is the value itself. `why` is what mp_check() said of it. */
void place_tell(struct span value, const char *why, struct buf *text);

#endif
