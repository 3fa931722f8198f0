/* look.h - a saga as the store has it. */
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

/* The saga as the store has it: as of the last durable batch. SAGA_NOT_FOUND. SAGA_STORE_CORRUPT:
 * the saga cannot be read; name, state and version are set all the same, if they are known. */
enum saga_error look_saga(struct core *core, struct span name, struct answer *answer,
                          struct arena *arena);

/* Opens core->reader, unless it is open. */
enum saga_error look_reader(struct core *core);

/* The external id of a durable saga, by its number. Only a list of the store can tell, which is
 * slow. */
enum saga_error look_up_name(struct core *core, struct found_saga *found);

#endif
