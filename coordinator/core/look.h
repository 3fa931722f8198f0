/* look.h - reads what the store says of a saga besides its rows: name, state and version.
 *
 * The thread that decides never reads all rows of a saga to answer a request: with a long saga
 * everybody else would have to wait. */
#ifndef CORE_LOOK_H
#define CORE_LOOK_H

#include "base/error.h"
#include "base/limits.h"
#include "base/span.h"

struct answer;
struct arena;
struct core;

struct found_saga {
    uint64_t saga; /* the number by which it is looked up */
    size_t size;   /* bytes of `name`; 0 = there is no such saga */
    uint8_t name[2 * LIMIT_SAGA_ID];
};

/* Fills *answer with name, state and version of the saga as of the last durable batch, even if its
 * rows cannot be read. SAGA_NOT_FOUND. */
enum saga_error look_saga(struct core *core, struct span name, struct answer *answer,
                          struct arena *arena);

/* Opens core->reader, which reads lists from the store, unless it is open. */
enum saga_error look_reader(struct core *core);

/* Finds the id of a durable saga by its number. The store can only list sagas to find it, which is
 * slow. */
enum saga_error look_up_name(struct core *core, struct found_saga *found);

#endif
