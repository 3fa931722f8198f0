/* lookup.c - finding what an event is about among the sagas in memory. */
#include "engine/lookup.h"

#include "engine/state.h"
#include "saga/saga.h"

struct saga *lookup_saga(const struct engine *engine, struct span name)
{
    return map_get(&engine->sagas, name);
}

struct attempt *lookup_token(const struct engine *engine, const uint8_t *token)
{
    return map_get(&engine->tokens, span_of(token, TOKEN_SIZE));
}

/* The saga's id of a key: what stands before the first slash. */
struct span lookup_saga_of_key(struct span key)
{
    for (size_t i = 0; i < key.size; i++) {
        if (key.data[i] == '/') {
            return span_of(key.data, i);
        }
    }
    return (struct span){NULL, 0};
}
