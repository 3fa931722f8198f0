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

/* The saga as it is durable. SAGA_NOT_FOUND. SAGA_STORE_CORRUPT: it cannot be read; name, state and
 * version are set all the same, if they are known. */
enum saga_error look_saga(struct core *core, struct span name, struct answer *answer,
                          struct arena *arena);

/* Opens core->reader, unless it is open. */
enum saga_error look_reader(struct core *core);

/* The external id of a saga that is durable. Only a list can tell: it is rarely asked. */
enum saga_error look_up_name(struct core *core, struct found_saga *found);

#endif
