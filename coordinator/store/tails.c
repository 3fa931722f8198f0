/* tails.c - two hash tables from a saga to the position of its newest row.
 *
 * After a fixed number of rows the young table becomes the old one, and the old one is emptied as a
 * whole: so a table never holds more sagas than that many rows can have. The memory of a table that
 * grew large is given back when it is emptied, so that an idle coordinator is small. */
#include "store/tails.h"

#include <stdlib.h>

enum { CAPACITY_MIN = 256, CAPACITY_KEPT = 4096 };

#define MIX UINT64_C(0x9e3779b97f4a7c15)

static struct tail *find(const struct tail_table *table, uint64_t saga)
{
    PRE(saga > 0);
    if (table->capacity == 0) {
        return NULL;
    }
    size_t mask = table->capacity - 1;
    for (size_t at = (size_t)(saga * MIX >> 20) & mask;; at = (at + 1) & mask) {
        if (table->slots[at].saga == saga || table->slots[at].saga == 0) {
            return &table->slots[at];
        }
    }
}

static const struct tail *entry(const struct tail_table *table, uint64_t saga)
{
    const struct tail *slot = find(table, saga);
    IMPLIES(!slot, table->count == 0);
    return !slot || slot->saga == 0 ? NULL : slot;
}

static void set(struct tail_table *table, uint64_t saga, uint64_t lsn)
{
    struct tail *slot = find(table, saga);
    CHECK(slot != NULL);
    if (slot->saga == 0) {
        table->count++;
    }
    *slot = (struct tail){.saga = saga, .lsn = lsn};
    POST(table->count < table->capacity);
}

static void empty(struct tail_table *table)
{
    PRE(table->count <= table->capacity);
    if (table->capacity > CAPACITY_KEPT) {
        free(table->slots);
        *table = (struct tail_table){0};
    } else {
        for (size_t at = 0; at < table->capacity; at++) {
            table->slots[at] = (struct tail){0};
        }
        table->count = 0;
    }
}

void tails_open(struct tails *tails)
{
    *tails = (struct tails){0};
    int failed = pthread_mutex_init(&tails->lock, NULL);
    CHECK(failed == 0);
}

void tails_close(struct tails *tails)
{
    PRE(tails->old_at <= tails->old.capacity);
    free(tails->young.slots);
    free(tails->old.slots);
    pthread_mutex_destroy(&tails->lock);
    *tails = (struct tails){0};
}

enum saga_error tails_reserve(struct tails *tails, size_t count)
{
    struct tail_table *young = &tails->young;
    size_t capacity = young->capacity == 0 ? CAPACITY_MIN : young->capacity;
    while (capacity / 2 <= young->count + count) {
        capacity *= 2;
    }
    if (capacity == young->capacity) {
        return SAGA_OK;
    }
    struct tail_table grown = {.slots = calloc(capacity, sizeof(struct tail)),
                               .capacity = capacity};
    if (!grown.slots) {
        return SAGA_NO_MEMORY;
    }
    for (size_t at = 0; at < young->capacity; at++) {
        if (young->slots[at].saga != 0) {
            set(&grown, young->slots[at].saga, young->slots[at].lsn);
        }
    }
    POST(grown.count == young->count);
    pthread_mutex_lock(&tails->lock);
    struct tail *given = young->slots;
    *young = grown;
    pthread_mutex_unlock(&tails->lock);
    free(given);
    return SAGA_OK;
}

void tails_commit(struct tails *tails, const struct rows *rows)
{
    pthread_mutex_lock(&tails->lock);
    for (uint32_t at = 0; at < rows->row_count; at++) {
        PRE(rows->rows[at].lsn > 0);
        set(&tails->young, rows->rows[at].saga, rows->rows[at].lsn);
    }
    /* A head that says the saga's newest row makes the entry of the saga needless. */
    for (uint32_t at = 0; at < rows->head_count; at++) {
        struct tail *slot = find(&tails->young, rows->heads[at].saga);
        if (slot && slot->saga != 0 && slot->lsn <= rows->heads[at].last_lsn) {
            slot->lsn = 0;
        }
    }
    pthread_mutex_unlock(&tails->lock);
}

void tails_set(struct tails *tails, uint64_t saga, uint64_t lsn)
{
    PRE(lsn > 0);
    pthread_mutex_lock(&tails->lock);
    set(&tails->young, saga, lsn);
    pthread_mutex_unlock(&tails->lock);
}

uint64_t tails_get(struct tails *tails, uint64_t saga)
{
    pthread_mutex_lock(&tails->lock);
    const struct tail *found = entry(&tails->young, saga);
    if (!found) {
        found = entry(&tails->old, saga);
    }
    uint64_t lsn = found ? found->lsn : 0;
    pthread_mutex_unlock(&tails->lock);
    return lsn;
}

void tails_turn(struct tails *tails)
{
    PRE(tails->old.count == 0);
    pthread_mutex_lock(&tails->lock);
    struct tail_table turned = tails->old;
    tails->old = tails->young;
    tails->young = turned;
    tails->old_at = 0;
    pthread_mutex_unlock(&tails->lock);
}

bool tails_take(struct tails *tails, struct tail *taken)
{
    PRE(tails->old_at <= tails->old.capacity);
    while (tails->old_at < tails->old.capacity) {
        const struct tail *slot = &tails->old.slots[tails->old_at++];
        /* A saga that moved again is in the young generation, and written with that; a saga whose
         * own row is right needs nothing. */
        if (slot->saga != 0 && slot->lsn != 0 && !entry(&tails->young, slot->saga)) {
            *taken = *slot;
            return true;
        }
    }
    return false;
}

void tails_drop_old(struct tails *tails)
{
    PRE(tails->old_at == tails->old.capacity);
    pthread_mutex_lock(&tails->lock);
    empty(&tails->old);
    tails->old_at = 0;
    pthread_mutex_unlock(&tails->lock);
}
