/* jsonschema_presence.h - is a value always there in what a schema allows? For advice. */
#ifndef JSONSCHEMA_JSONSCHEMA_PRESENCE_H
#define JSONSCHEMA_JSONSCHEMA_PRESENCE_H

#include "base/span.h"

struct jsonschema;

/* One step of the way into a value. */
struct jsonschema_step {
    struct span name; /* of a property; no data: an element */
    int64_t index;    /* of an element, negative from the end */
};

enum jsonschema_presence {
    PRESENCE_SURE,    /* every value that the schema allows has it */
    PRESENCE_UNSURE,  /* a value may be without it */
    PRESENCE_UNKNOWN, /* it depends on what the schema lets one choose: nothing is said */
};

/* Follows a way of `count` steps. Where not SURE, *at is the first step that is not, and *nearest
 * the property that its name may be meant for, borrowed from the schema; empty when none is near,
 * or when the schema knows the name. */
enum jsonschema_presence jsonschema_presence(const struct jsonschema *schema,
                                             const struct jsonschema_step *way, uint32_t count,
                                             uint32_t *at, struct span *nearest);

#endif
