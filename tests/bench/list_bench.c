/* list_bench.c - what a page of a list, and of a history, costs in a small store and in a large
 * one.
 *
 *     list_bench [sagas=1000000] [rows=1000000]
 *
 * Prints SQLite's steps for the first page of 50 in a store of 1,000 sagas and in one of so many,
 * with the ratio; and the same for pages of histories. tests/unit/test_store_counts.c asserts the
 * same of smaller ones. Exits with 1 when a ratio is above 1.5, or a step is one of a full scan. */
#include "unit/store_counts.h"

enum { SMALL = 1000 };

static int print(const char *name, struct counts small, struct counts large)
{
    double ratio = (double)large.steps / (double)small.steps;
    bool is_bad = ratio > 1.5 || small.scans + large.scans > 0 || small.shown != large.shown;
    printf("%-26s %5u shown %8lld %8lld  %.2f%s\n", name, large.shown, (long long)small.steps,
           (long long)large.steps, ratio, is_bad ? "  <- grows" : "");
    return is_bad;
}

static int compare_lists(uint64_t sagas)
{
    static struct store_world small;
    static struct store_world large;
    int bad = 0;
    counts_make(&small, SMALL);
    counts_make(&large, sagas);
    for (size_t i = 0; i < ARRAY_COUNT(counts_filters); i++) {
        const struct counts_asked *asked = &counts_filters[i];
        bad |= print(asked->name, counts_of_list(&small, asked), counts_of_list(&large, asked));
    }
    world_end(&small);
    world_end(&large);
    return bad;
}

static int compare_pages(uint64_t rows)
{
    static struct store_world small;
    static struct store_world large;
    int bad = 0;
    counts_make_long(&small, SMALL);
    counts_make_long(&large, rows);
    bad |= print("the first records", counts_of_page(&small, 1), counts_of_page(&large, 1));
    bad |= print("half way", counts_of_page(&small, SMALL / 2), counts_of_page(&large, rows / 2));
    bad |= print("the last records", counts_of_page(&small, SMALL - COUNTS_PAGE),
                 counts_of_page(&large, rows - COUNTS_PAGE));
    world_end(&small);
    world_end(&large);
    return bad;
}

int main(int argc, char **argv)
{
    uint64_t sagas = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000;
    uint64_t rows = argc > 2 ? strtoull(argv[2], NULL, 10) : sagas;
    printf("%-26s %11s %8d %8llu  ratio\n", "SQLite's steps for a page", "", SMALL,
           (unsigned long long)sagas);
    return compare_lists(sagas) | compare_pages(rows);
}
