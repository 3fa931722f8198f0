/* reading_keys.h - the keys that a map of the document may have, as a table. */
#ifndef READING_READING_KEYS_H
#define READING_READING_KEYS_H

#include "base/span.h"

struct reading;

enum key_support {
    KEY_NOW,
    KEY_LATER, /* part of the language, not of this version */
};

struct key {
    const char *name;
    enum key_support support;
    size_t offset; /* KEY_NOW: of the struct span in the target that takes the value */
};

struct key_table {
    const char *what; /* "a step", for messages */
    const struct key *keys;
    uint32_t count;
};

/* Distributes the values of a map to the spans of `target`. False (and a problem) when `value` is
 * no map; unknown keys and keys of later versions are problems too. */
bool reading_keys(struct reading *r, struct span value, const struct key_table *table,
                  void *target);

#endif
