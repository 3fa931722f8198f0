/* name.c - the names by which the store finds a saga: its id, the idempotency keys of requests, and
 * tokens of attempts.
 *
 * An attempt that was answered `later` is finished by its token, perhaps after its saga has ended
 * and left memory. So the token becomes a name of the saga in the store, together with the record
 * of the answer. */
#include "engine/name.h"

#include "base/digest.h"
#include "engine/batch.h"
#include "engine/batch_items.h"
#include "engine/turn.h"
#include "saga/saga.h"

bool turn_name(struct turn *turn, struct span text, const uint8_t *digest)
{
    PRE(text.size > 0);
    bool ok = true;
    struct name *name = batch_name(turn->batch);
    struct span kept = arena_copy(&turn->batch->arena, text, &ok);
    if (!name || !ok) {
        return false;
    }
    *name = (struct name){.text = kept, .saga = turn->saga->id};
    if (digest) {
        memcpy(name->digest, digest, sizeof(name->digest));
    }
    return true;
}

struct span engine_token_name(const uint8_t token[TOKEN_SIZE], char name[NAME_TOKEN_SIZE + 1])
{
    _Static_assert(NAME_TOKEN_SIZE == 1 + 2 * TOKEN_SIZE, "in hex");
    name[0] = NAME_TOKEN;
    digest_hex(span_of(token, TOKEN_SIZE), name + 1);
    POST(name[NAME_TOKEN_SIZE] == 0);
    return span_of(name, NAME_TOKEN_SIZE);
}
