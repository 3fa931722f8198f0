/* reading_keys.h - the keys that a map of the document may have, as a table. */
#ifndef READING_READING_KEYS_H
#define READING_READING_KEYS_H

#include <stddef.h>

#include "base/span.h"

struct reading;

struct key {
    const char *name;
    size_t offset; /* of the struct span in the target that takes the value */
};
/* A key whose span in the target has its name. */
#define READING_KEY(target, key)                                                                   \
    {                                                                                              \
#key, offsetof(struct target, key)                                                         \
    }

struct key_table {
    const char *what; /* "a step", for messages */
    const struct key *keys;
    uint32_t count;
};

/* Distributes the values of a map to the spans of `target`. False (and a problem) when `value` is
 * no map; an unknown key is a problem too. */
bool reading_keys(struct reading *r, struct span value, const struct key_table *table,
                  void *target);

#endif
