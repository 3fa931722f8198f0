/* memory_claims.c - ticks and claims in arrays: the same as claim_rows.c, with loops for SQL. */
#include "store/memory_claims.h"

#include <stdlib.h>

#include "store/memory_array.h"

void memory_claims_close(struct memory_claims *claims)
{
    free(claims->schedules);
    free(claims->claims);
    *claims = (struct memory_claims){0};
}

enum saga_error memory_claims_reserve(struct memory_claims *claims, const struct rows *rows)
{
    void *schedules = claims->schedules;
    void *items = claims->claims;
    enum saga_error rc =
        memory_array_reserve(&schedules, &claims->schedule_capacity, sizeof(*claims->schedules),
                             claims->schedule_count + rows->schedule_count);
    if (rc == SAGA_OK) {
        rc = memory_array_reserve(&items, &claims->claim_capacity, sizeof(*claims->claims),
                                  claims->claim_count + rows->claim_count);
    }
    claims->schedules = schedules;
    claims->claims = items;
    IMPLIES(rc == SAGA_OK, claims->claim_capacity - claims->claim_count >= rows->claim_count);
    return rc;
}

static int order_of(const struct schedule_row *a, const struct schedule_row *b)
{
    PRE(a->definition.size > 0);
    int order = span_order(a->definition, b->definition);
    return order != 0 ? order : memcmp(a->entry, b->entry, sizeof(a->entry));
}

static bool raise_schedule(struct memory_claims *claims, const struct schedule_row *row,
                           struct arena *arena, bool *ok)
{
    PRE(claims->schedule_count <= claims->schedule_capacity);
    size_t at = 0;
    while (at < claims->schedule_count && order_of(&claims->schedules[at], row) < 0) {
        at++;
    }
    if (at < claims->schedule_count && order_of(&claims->schedules[at], row) == 0) {
        bool raises = claims->schedules[at].tick_ms <= row->tick_ms;
        claims->schedules[at].tick_ms = row->tick_ms;
        return raises;
    }
    CHECK(claims->schedule_count < claims->schedule_capacity);
    for (size_t i = claims->schedule_count++; i > at; i--) {
        claims->schedules[i] = claims->schedules[i - 1];
    }
    claims->schedules[at] = *row;
    claims->schedules[at].definition = arena_copy(arena, row->definition, ok);
    return true;
}

static bool drop_claim(struct memory_claims *claims, uint64_t saga)
{
    PRE(saga > 0);
    size_t at = 0;
    while (at < claims->claim_count && claims->claims[at].saga != saga) {
        at++;
    }
    if (at == claims->claim_count) {
        return false;
    }
    for (claims->claim_count--; at < claims->claim_count; at++) {
        claims->claims[at] = claims->claims[at + 1];
    }
    return true;
}

static void put_claim(struct memory_claims *claims, const struct claim_row *row)
{
    (void)drop_claim(claims, row->saga);
    CHECK(claims->claim_count < claims->claim_capacity);
    size_t at = claims->claim_count++;
    while (at > 0 && claims->claims[at - 1].place_lsn > row->place_lsn) {
        claims->claims[at] = claims->claims[at - 1];
        at--;
    }
    claims->claims[at] = *row;
}

enum saga_error memory_claims_commit(struct memory_claims *claims, const struct rows *rows,
                                     struct arena *arena, bool *ok)
{
    IMPLIES(rows->claim_count > 0, rows->claims != NULL);
    bool sound = true;
    for (uint32_t i = 0; i < rows->schedule_count; i++) {
        sound &= raise_schedule(claims, &rows->schedules[i], arena, ok);
    }
    for (uint32_t i = 0; i < rows->claim_count; i++) {
        if (rows->claims[i].change == CLAIM_ENDED) {
            sound &= drop_claim(claims, rows->claims[i].saga);
        } else {
            put_claim(claims, &rows->claims[i]);
        }
    }
    return sound ? SAGA_OK : SAGA_STORE_CORRUPT;
}

enum saga_error memory_claims_schedules(const struct memory_claims *claims, store_schedule_fn fn,
                                        void *arg)
{
    PRE(fn != NULL);
    enum saga_error rc = SAGA_OK;
    for (size_t i = 0; i < claims->schedule_count && rc == SAGA_OK; i++) {
        rc = fn(&claims->schedules[i], arg);
    }
    return rc;
}
