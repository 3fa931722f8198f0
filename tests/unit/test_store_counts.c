/* test_store_counts.c - what a page costs depends on its length, not on how much there is.
 *
 * Counted, not timed: SQLite's steps for the first page of each filter in a crowd of 1,000 sagas
 * and in one of 20,000, and for pages of a history of 1,000 rows and of one of 20,000 (tests/bench/
 * list_bench does a million). No step is one of a full scan.
 *
 * Seen to fail with: each index left out of its query; the times walked in place of halved; a
 * prefix of many taken for one of few; the waypoints left out, and not written. */
#include "unit/store_counts.h"

enum { SMALL = 1000, LARGE = 20000 };

static void compare(const char *name, struct counts small, struct counts large)
{
    cr_assert_eq(small.scans, 0, "%s: %d steps of a full scan", name, (int)small.scans);
    cr_assert_eq(large.scans, 0, "%s: %d steps of a full scan", name, (int)large.scans);
    cr_assert_eq(small.shown, large.shown, "%s: %d and %d", name, (int)small.shown,
                 (int)large.shown);
    cr_assert_leq(2 * large.steps, 3 * small.steps, "%s: %d steps, and %d", name, (int)small.steps,
                  (int)large.steps);
}

Test(store_counts, of_a_list_do_not_grow_with_the_store)
{
    static struct store_world small;
    static struct store_world large;
    counts_make(&small, SMALL);
    counts_make(&large, LARGE);
    for (size_t i = 0; i < ARRAY_COUNT(counts_filters); i++) {
        const struct counts_asked *asked = &counts_filters[i];
        compare(asked->name, counts_of_list(&small, asked), counts_of_list(&large, asked));
    }
    world_end(&small);
    world_end(&large);
}

Test(store_counts, of_a_page_do_not_grow_with_the_history)
{
    static struct store_world small;
    static struct store_world large;
    counts_make_long(&small, SMALL);
    counts_make_long(&large, LARGE);
    const uint64_t places[][2] = {
        {1, 1}, {400, 400}, {SMALL / 2, LARGE / 2}, {SMALL - 10, LARGE - 10}, {SMALL, LARGE}};
    for (size_t i = 0; i < ARRAY_COUNT(places); i++) {
        struct counts one = counts_of_page(&small, places[i][0]);
        struct counts other = counts_of_page(&large, places[i][1]);
        cr_assert_gt(one.shown, 0);
        compare("a page", one, other);
        /* Nor with where the page lies: at most what lies between two ways into a history. */
        cr_assert_lt(other.steps, 30 * (COUNTS_PAGE + 2 * 64), "%d steps", (int)other.steps);
    }
    cr_assert_eq(counts_of_page(&large, LARGE + 1).shown, 0);
    world_end(&small);
    world_end(&large);
}

Test(store_counts, of_a_head_do_not_grow_with_the_history)
{
    static struct store_world small;
    static struct store_world large;
    counts_make_long(&small, SMALL);
    counts_make_long(&large, LARGE);
    struct counts one = counts_of_head(&small);
    cr_assert_gt(one.steps, 0);
    cr_assert_lt(one.steps, 100, "%d steps", (int)one.steps);
    compare("a head", one, counts_of_head(&large));
    world_end(&small);
    world_end(&large);
}
