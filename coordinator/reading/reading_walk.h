/* reading_walk.h - going through a value and all that is in it. */
#ifndef READING_READING_WALK_H
#define READING_READING_WALK_H

#include "base/mp.h"
#include "reading/reading.h"

/* Visits a value and all that is in it, in the order written, with r->place at each. */
struct walk_frame {
    uint32_t left;
    uint32_t index;
    struct place place; /* of the container */
    bool is_map;
};

struct walk {
    struct mp mp;
    struct walk_frame frames[MP_DEPTH_MAX];
    uint32_t depth;
    bool started;
    struct place place; /* of the value that the walk goes through */
};

/* Begins at the reader's place. */
struct walk reading_walk(const struct reading *r, struct span value);
/* The next value's bytes (of an array or map: as a whole; its elements come next); false at the
 * end, r->place is then where the walk began. */
bool reading_walk_next(struct walk *walk, struct reading *r, struct span *value);

#endif
