/* test_base_map.c - the map against a naive model, and its memory under churn. */
#include <stdio.h>
#include <stdlib.h>

#include <criterion/criterion.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/map.h"

enum { ENTRIES = 2000 };

struct entry {
    char key[24];
    bool is_in; /* what the model says */
};

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static struct entry *entries_new(void)
{
    struct entry *entries = calloc(ENTRIES, sizeof(*entries));
    cr_assert_not_null(entries);
    for (size_t i = 0; i < ENTRIES; i++) {
        snprintf(entries[i].key, sizeof(entries[i].key), "trip-%zu", i);
    }
    return entries;
}

static void check_all(const struct map *map, struct entry *entries)
{
    size_t expected = 0;
    for (size_t i = 0; i < ENTRIES; i++) {
        void *found = map_get(map, span_text(entries[i].key));
        cr_assert_eq(found, entries[i].is_in ? (void *)&entries[i] : NULL);
        expected += entries[i].is_in;
    }
    cr_assert_eq(map->count, expected);
    size_t walked = 0;
    size_t at = 0;
    for (struct entry *entry = map_next(map, &at); entry != NULL; entry = map_next(map, &at)) {
        cr_assert(entry->is_in);
        walked++;
    }
    cr_assert_eq(walked, expected);
}

Test(map, agrees_with_a_naive_model_through_churn)
{
    uint64_t seed = 4711;
    struct entry *entries = entries_new();
    struct map map;
    map_open(&map);
    for (size_t i = 0; i < 300000; i++) {
        struct entry *entry = &entries[next_random(&seed) % ENTRIES];
        /* Phases that mostly add and phases that mostly drop. */
        if (next_random(&seed) % 100 < (i / 30000 % 2 == 0 ? 70u : 20u)) {
            cr_assert_eq(map_put(&map, span_text(entry->key), entry), SAGA_OK);
            entry->is_in = true;
        } else {
            void *dropped = map_drop(&map, span_text(entry->key));
            cr_assert_eq(dropped, entry->is_in ? (void *)entry : NULL);
            entry->is_in = false;
        }
        if (i % 10000 == 0) {
            check_all(&map, entries);
        }
        cr_assert(map.count < map.capacity || map.capacity == 0);
    }
    check_all(&map, entries);
    map_close(&map);
    free(entries);
}

Test(map, does_not_grow_when_few_entries_come_and_go)
{
    struct entry *entries = entries_new();
    struct map map;
    map_open(&map);
    for (size_t i = 0; i < 1000000; i++) {
        struct entry *entry = &entries[i % ENTRIES];
        cr_assert_eq(map_put(&map, span_text(entry->key), entry), SAGA_OK);
        if (i >= 10) {
            cr_assert_not_null(map_drop(&map, span_text(entries[(i - 10) % ENTRIES].key)));
        }
    }
    cr_assert_eq(map.count, 10);
    cr_assert_leq(map.capacity, 64);
    map_close(&map);
    free(entries);
}

Test(map, gives_memory_back_when_most_entries_are_gone)
{
    struct entry *entries = entries_new();
    struct map map;
    map_open(&map);
    for (size_t i = 0; i < ENTRIES; i++) {
        cr_assert_eq(map_put(&map, span_text(entries[i].key), &entries[i]), SAGA_OK);
    }
    for (size_t i = 1; i < ENTRIES; i++) {
        cr_assert_not_null(map_drop(&map, span_text(entries[i].key)));
    }
    cr_assert_leq(map.capacity, 16);
    cr_assert_eq(map_get(&map, span_text(entries[0].key)), &entries[0]);
    map_close(&map);
    free(entries);
}

Test(map, replaces_the_key_with_the_value)
{
    char first[] = "same";
    char second[] = "same";
    struct map map;
    map_open(&map);
    cr_assert_eq(map_put(&map, span_text(first), first), SAGA_OK);
    cr_assert_eq(map_put(&map, span_text(second), second), SAGA_OK);
    memset(first, 'x', 4); /* the first value is gone, and its key with it */
    cr_assert_eq(map_get(&map, span_text("same")), second);
    cr_assert_eq(map.count, 1);
    cr_assert_eq(map_drop(&map, span_text("same")), second);
    cr_assert_null(map_drop(&map, span_text("same")));
    map_close(&map);
}

Test(map, takes_any_bytes_for_a_key)
{
    int a = 0;
    int b = 0;
    int c = 0;
    struct map map;
    map_open(&map);
    cr_assert_null(map_get(&map, span_text("x")));
    cr_assert_null(map_drop(&map, span_text("x")));
    cr_assert_eq(map_put(&map, (struct span){NULL, 0}, &a), SAGA_OK);
    cr_assert_eq(map_put(&map, span_of("\0", 1), &b), SAGA_OK);
    cr_assert_eq(map_put(&map, span_of("\0\0", 2), &c), SAGA_OK);
    cr_assert_eq(map_get(&map, span_text("")), &a);
    cr_assert_eq(map_get(&map, span_of("\0", 1)), &b);
    cr_assert_eq(map_get(&map, span_of("\0\0", 2)), &c);
    map_close(&map);
}

/* The mean number of slots looked at for keys that are there. */
static double probes(const struct map *map)
{
    size_t sum = 0;
    for (size_t at = 0; at < map->capacity; at++) {
        if (map->slots[at].key.data) {
            sum += 1 + ((at - (size_t)map->slots[at].hash) & (map->capacity - 1));
        }
    }
    return (double)sum / (double)map->count;
}

Test(map, spreads_keys_that_differ_in_little)
{
    enum { COUNT = 100000, SIZE = 24 };
    static const char *const forms[] = {"%zu", "trip-%zu", "%08zx", "aaaaaaaaaaaa%08zu",
                                        "%08zuaaaaaaaaaaaa"};
    char *keys = malloc((size_t)COUNT * SIZE);
    cr_assert_not_null(keys);
    for (size_t form = 0; form < ARRAY_COUNT(forms); form++) {
        struct map map;
        map_open(&map);
        for (size_t i = 0; i < COUNT; i++) {
            char *key = keys + i * SIZE;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
            snprintf(key, SIZE, forms[form], i);
#pragma GCC diagnostic pop
            cr_assert_eq(map_put(&map, span_text(key), key), SAGA_OK);
        }
        cr_assert_eq(map.count, COUNT);
        /* A perfect spread at this load (0.38 to 0.76) needs 1.3 to 2.6. */
        cr_assert_lt(probes(&map), 3.0, "form %s: %f", forms[form], probes(&map));
        map_close(&map);
    }
    free(keys);
}
