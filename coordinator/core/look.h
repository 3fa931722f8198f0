/* look.h - what the store says of a saga without its rows.
 *
 * The thread that decides reads no saga as a whole to answer somebody: a long one would keep
 * everybody else waiting. */
#ifndef CORE_LOOK_H
#define CORE_LOOK_H

#include "base/error.h"
#include "base/limits.h"
#include "base/span.h"

struct answer;
struct arena;
struct core;

struct found_saga {
    uint64_t saga;
    size_t size; /* 0 = not found */
    uint8_t name[2 * LIMIT_SAGA_ID];
};

/* Name, state and version of the saga as of the last durable batch, whether its rows can be read or
 * not. SAGA_NOT_FOUND. */
enum saga_error look_saga(struct core *core, struct span name, struct answer *answer,
                          struct arena *arena);

/* Opens core->reader, unless it is open. */
enum saga_error look_reader(struct core *core);

/* The external id of a durable saga, by its number. Only a list of the store can tell, which is
 * slow. */
enum saga_error look_up_name(struct core *core, struct found_saga *found);

#endif
