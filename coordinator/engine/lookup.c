/* lookup.c - finds the saga or the attempt in memory that an event is about. */
#include "engine/lookup.h"

#include "engine/state.h"
#include "saga/attempt.h"
#include "saga/saga.h"

struct saga *lookup_saga(const struct engine *engine, struct span name)
{
    struct saga *saga = map_get(&engine->sagas, name);
    POST(!saga || saga->magic == SAGA_MAGIC);
    return saga;
}

struct attempt *lookup_token(const struct engine *engine, const uint8_t *token)
{
    struct attempt *attempt = map_get(&engine->tokens, span_of(token, TOKEN_SIZE));
    POST(!attempt || memcmp(attempt->token, token, TOKEN_SIZE) == 0);
    return attempt;
}

struct span lookup_saga_of_key(struct span key)
{
    PRE(key.size == 0 || key.data);
    for (size_t i = 0; i < key.size; i++) {
        if (key.data[i] == '/') {
            return span_of(key.data, i);
        }
    }
    return (struct span){NULL, 0};
}
