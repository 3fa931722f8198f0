/* old_key.h - a key of a do that is history: the step was undone and runs again, under the next
 * key. */
#ifndef SAGA_OLD_KEY_H
#define SAGA_OLD_KEY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

struct old_key {
    uint32_t run; /* number of the key among those of the do, from 1 */
    struct span key;
    struct span input;
    struct span output; /* what the do answered, if an effect came late; else empty */
    bool wanted;        /* an effect came late under this key, and is to be undone */
    /* while that effect was being undone another came: it is to be undone once more */
    bool again;
    /* a person settled the step under this key: an effect that comes late is reported, not
     * undone */
    bool by_person;
    struct old_key *older;
};

#endif
