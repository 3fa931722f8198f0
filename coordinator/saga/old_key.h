/* old_key.h - a key of a do that is history: the step was undone and runs again, under the next
 * key. */
#ifndef SAGA_OLD_KEY_H
#define SAGA_OLD_KEY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

struct old_key {
    uint32_t run;
    struct span key;
    struct span input;
    struct span output; /* of an effect that came late; else empty */
    bool wanted;        /* a late effect of the key stands, and is to be undone */
    bool again; /* another late effect came while the undo of the first was on its way: undone once
                   more */
    bool by_person; /* a person settled the key: a late effect is told, and left alone */
    struct old_key *older;
};

#endif
