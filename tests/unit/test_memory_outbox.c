/* test_memory_outbox.c - the outbox: memory runs out at the n-th allocation of a few rounds, alone
 * or with all after it for a while, for n = 1, 2, 3 ... until all of them were had.
 *
 * Whatever happens, each event arrives in the end, those of one saga in order, and nothing leaks.
 *
 * Seen to fail with: a lane that stays `is_flying` when its flight found no memory. */
#include "lib/fault_memory.h"
#include "outbox_world.h"

enum { AT_MAX = 2000, ROUNDS = 60, FOR_GOOD_ROUNDS = 10 };

static enum saga_error count_one(const struct store_delivery *found, void *arg)
{
    cr_assert_gt(found->delivery.id, 0);
    *(uint32_t *)arg += 1;
    return SAGA_OK;
}

static uint32_t left(struct outbox_world *world)
{
    struct store_reader *reader = NULL;
    struct delivery_filter filter = {.limit = 100};
    uint32_t count = 0;
    cr_assert_eq(world->store->ops->reader_open(world->store, &reader), SAGA_OK);
    cr_assert_eq(reader->ops->list_deliveries(reader, &filter, count_one, &count), SAGA_OK);
    reader->ops->close(&reader);
    return count;
}

/* Everything under way arrives; of each saga its next event only. */
static void take_all(struct outbox_world *world, uint32_t *last)
{
    while (world->post_count > 0) {
        struct span body = world->posts[0]->body;
        uint32_t which = memmem(body.data, body.size, "\"a/", 3) ? 0 : 1;
        bool is_second = memmem(body.data, body.size, "/2\"", 3) != NULL;
        cr_assert_eq(last[which], is_second ? 1 : 0, "in order, once");
        last[which]++;
        answer_with(world, 204, -1);
    }
}

/* true: an allocation failed on the way. */
static bool run_once(uint64_t at, bool for_good)
{
    struct outbox_world *world = begin();
    uint32_t last[2] = {0, 0};
    tell(world, 1, "a/1");
    tell(world, 2, "b/1");
    tell(world, 1, "a/2");
    tell(world, 2, "b/2");
    fault_memory_begin(at, for_good);
    for (int round = 0; round < ROUNDS; round++) {
        bool counts = !for_good || round < FOR_GOOD_ROUNDS;
        fault_memory_hold(!counts);
        outbox_pump(world->outbox, 0);
        take_all(world, last);
        fault_memory_hold(true);
        settle(world);
        world->now_ms += 1000;
    }
    bool failed = fault_memory_end();
    cr_assert_eq(left(world), 0, "at %d: something is left", (int)at);
    cr_assert_eq(last[0], 2);
    cr_assert_eq(last[1], 2);
    end(world);
    return failed;
}

static void run_all(bool for_good)
{
    uint64_t at = 1;
    while (run_once(at, for_good)) {
        at++;
        cr_assert_lt(at, AT_MAX);
    }
    cr_assert_gt(at, 10, "only %d allocations were seen", (int)at);
}

Test(memory_outbox, one_allocation_fails)
{
    run_all(false);
}

Test(memory_outbox, all_allocations_fail_for_a_while)
{
    run_all(true);
}
