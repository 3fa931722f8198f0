/* test_engine_batch.c - the lists of a batch: longer, cleared, given back. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/arena.h"
#include "engine/batch.h"
#include "engine/batch_items.h"
#include "engine/effect.h"

static size_t held;

static void *take(size_t size, void *arg)
{
    (void)arg;
    held += size;
    return malloc(size);
}

static void give(void *memory, size_t size, void *arg)
{
    (void)arg;
    held -= size;
    free(memory);
}

static const struct arena_source source = {.take = take, .give = give};

static void fill(struct batch *batch, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct row *row = batch_row(batch);
        struct effect *effect = batch_effect(batch, EFFECT_REPLY, i);
        cr_assert(row != NULL && effect);
        cr_assert_eq(row->lsn, 0, "an item begins as zeros");
        cr_assert_eq(effect->reply.seq, 0);
        row->lsn = i + 1;
        effect->reply.seq = i + 1;
    }
    cr_assert_eq(batch->rows.row_count, count);
    cr_assert_eq(batch->effect_count, count);
    for (uint32_t i = 0; i < count; i++) {
        cr_assert_eq(batch->rows.rows[i].lsn, i + 1);
        cr_assert_eq(batch->effects[i].ref, i);
    }
}

/* Broken once by not clearing an item before it is handed out. */
Test(batch, keeps_its_memory_but_not_its_items)
{
    struct batch batch;
    batch_open(&batch, &source);
    fill(&batch, 500);
    size_t before = held;
    batch_clear(&batch);
    cr_assert_eq(batch.rows.row_count, 0);
    fill(&batch, 500);
    cr_assert_eq(held, before, "no more memory than the first time");
    batch_close(&batch);
    cr_assert_eq(held, 0);
}

/* Broken once by keeping every list: `held` stayed. */
Test(batch, gives_back_what_grew_large)
{
    struct batch batch;
    batch_open(&batch, &source);
    fill(&batch, 5000);
    batch_clear(&batch);
    cr_assert_eq(held, 0);
    fill(&batch, 20);
    batch_close(&batch);
    cr_assert_eq(held, 0);
}
