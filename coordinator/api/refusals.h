/* refusals.h - who has shown no good token: counted by address, said in the log once a minute, and
 * answered ever later.
 *
 * An address of IPv6 counts as its first 64 bits, for whoever has one of them has all. Of more
 * addresses than are kept, the one that was quiet for longest is forgotten. */
#ifndef API_REFUSALS_H
#define API_REFUSALS_H

#include <stdint.h>
#include <sys/socket.h>

#include "base/check.h"
#include "base/error.h"

struct refusals;

MUST_CHECK enum saga_error refusals_open(struct refusals **refusals);
void refusals_close(struct refusals **refusals);

/* One more of this address (NULL: it is not known). Gives the time after which it is answered. */
int64_t refusals_add(struct refusals *refusals, const struct sockaddr *address, int64_t at_ms);
/* Says what has been counted for a minute; to be called about every second, from any thread. */
void refusals_say(struct refusals *refusals, int64_t at_ms);

#endif
