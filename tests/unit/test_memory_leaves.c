/* test_memory_leaves.c - base, definitions, the catalog: memory runs out at the n-th allocation,
 * for n = 1, 2, 3 ... until all of them were had. What fails says so, leaves what was there as it
 * was, and leaks nothing.
 *
 * Seen to fail with: rebuild() of map.c not looking at what calloc() gave (it crashes); grow() of
 * buf.c the same; json.c that believes jansson (a text is then called wrong). */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/heap.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/mp.h"
#include "language/definition.h"
#include "lib/fault_memory.h"
#include "store/catalog.h"
#include "store/tails.h"
#include "base/arena.h"
#include "reading/problem.h"

enum { ITEMS = 300, AT_MAX = 10000 };

/* What is tried: true when it went well, false when it says that there is no memory. */
typedef bool (*piece_fn)(void);

static void count_down(piece_fn piece)
{
    for (int for_good = 0; for_good < 2; for_good++) {
        bool was_hit = true;
        for (uint64_t at = 1; was_hit; at++) {
            cr_assert_lt(at, AT_MAX);
            fault_memory_begin(at, for_good != 0);
            bool is_good = piece();
            was_hit = fault_memory_end();
            cr_assert(is_good == !was_hit, "allocation %llu", (unsigned long long)at);
            cr_assert(was_hit || at > 1, "nothing was allocated");
        }
    }
}

static bool fill_map(void)
{
    static char keys[ITEMS][16];
    struct map map;
    size_t put = 0;
    enum saga_error rc = SAGA_OK;
    map_open(&map);
    for (; put < ITEMS; put++) {
        snprintf(keys[put], sizeof(keys[put]), "key-%zu", put);
        rc = map_put(&map, span_text(keys[put]), keys[put]);
        if (rc != SAGA_OK) {
            break;
        }
    }
    cr_assert(rc == SAGA_OK || rc == SAGA_NO_MEMORY);
    cr_assert_eq(map.count, put);
    for (size_t i = 0; i < put; i++) {
        cr_assert_eq(map_get(&map, span_text(keys[i])), keys[i]);
    }
    map_close(&map);
    return rc == SAGA_OK;
}

static bool fill_heap(void)
{
    static struct heap_node nodes[ITEMS];
    struct heap heap;
    size_t put = 0;
    enum saga_error rc = SAGA_OK;
    heap_open(&heap);
    for (; put < ITEMS; put++) {
        nodes[put] = (struct heap_node){.tie = put};
        rc = heap_set(&heap, &nodes[put], (int64_t)(put * 7919 % ITEMS));
        if (rc != SAGA_OK) {
            break;
        }
    }
    cr_assert_eq(heap.count, put);
    cr_assert(rc == SAGA_OK || nodes[put].place == 0);
    int64_t before = 0;
    for (struct heap_node *first; (first = heap_first(&heap)) != NULL; put--) {
        cr_assert_geq(first->due, before);
        before = first->due;
        heap_drop(&heap, first);
    }
    cr_assert_eq(put, 0);
    heap_close(&heap);
    return rc == SAGA_OK;
}

static bool fill_buf(void)
{
    struct buf buf;
    size_t size = 0;
    buf_open(&buf, 1 << 20);
    for (int i = 0; i < ITEMS && !buf_failed(&buf); i++) {
        size = buf.size;
        buf_format(&buf, "%d of many words; ", i);
        mp_put_text(&buf, "and one packed");
    }
    bool is_good = !buf_failed(&buf);
    cr_assert(is_good || buf.size >= size);
    buf_close(&buf);
    return is_good;
}

#define DOCUMENT                                                                                   \
    "{\"saga\":\"trip\",\"timeout\":\"1h\",\"steps\":["                                            \
    "{\"step\":\"flight\",\"action\":\"flights.book\",\"compensate\":\"flights.cancel\","          \
    "\"input\":{\"who\":\"$.input.who\",\"all\":[1,2.5,null,true,\"x\"]}},"                        \
    "{\"step\":\"mail\",\"action\":\"mails.send\",\"compensate\":\"none\",\"needs\":[\"flight\"]," \
    "\"input\":\"$.steps.flight.output.number\"}],\"output\":{\"flight\":\"$.steps.flight."        \
    "output\"}}"

/* Text to values to text, plain and canonical, and a comparison that sorts. */
static bool print_json(void)
{
    struct buf value;
    struct buf text;
    struct json_problem problem;
    buf_open(&value, LIMIT_DEFINITION);
    buf_open(&text, LIMIT_DEFINITION);
    enum saga_error rc = json_to_mp(span_text(DOCUMENT), &value, &problem);
    cr_assert(rc == SAGA_OK || value.size == 0, "half a value is left");
    if (rc == SAGA_OK) {
        rc = json_from_mp(buf_span(&value), &text, JSON_PRETTY_STYLE);
    }
    size_t size = text.size;
    if (rc == SAGA_OK) {
        rc = json_canonical(buf_span(&value), &text);
    }
    cr_assert(rc == SAGA_OK || text.size == size || size == 0, "half a text is left");
    cr_assert(rc == SAGA_OK || rc == SAGA_NO_MEMORY, "%s", error_sentence(rc));
    buf_close(&value);
    buf_close(&text);
    return rc == SAGA_OK;
}

/* A map of so many keys that looking for one that is there twice takes memory. */
static bool check_values(void)
{
    const char *why = NULL;
    struct buf value;
    fault_memory_hold(true);
    buf_open(&value, 1 << 20);
    mp_put_map(&value, ITEMS);
    for (int64_t i = 0; i < ITEMS; i++) {
        char key[16];
        snprintf(key, sizeof(key), "key-%d", (int)i);
        mp_put_text(&value, key);
        mp_put_int(&value, i);
    }
    fault_memory_hold(false);
    enum saga_error rc = mp_check(buf_span(&value), &why);
    cr_assert(rc == SAGA_OK || rc == SAGA_NO_MEMORY, "%s", why);
    buf_close(&value);
    return rc == SAGA_OK;
}

static bool compile(void)
{
    struct arena arena;
    struct buf document;
    struct json_problem problem;
    struct problems problems;
    const struct definition *definition = NULL;
    fault_memory_hold(true);
    buf_open(&document, LIMIT_DEFINITION);
    cr_assert_eq(json_to_mp(span_text(DOCUMENT), &document, &problem), SAGA_OK);
    arena_open(&arena, &arena_heap, (size_t)32 * LIMIT_DEFINITION);
    fault_memory_hold(false);
    enum saga_error rc = definition_compile(buf_span(&document), &arena, &definition, &problems);
    cr_assert(rc == SAGA_OK || rc == SAGA_NO_MEMORY, "%s", error_sentence(rc));
    arena_close(&arena);
    buf_close(&document);
    return rc == SAGA_OK;
}

static bool add_to_catalog(void)
{
    struct catalog *catalog = NULL;
    enum saga_error rc = catalog_new(&catalog);
    struct definition_row row = {.name = span_text("trip"), .source = span_text(DOCUMENT)};
    for (row.version = 1; row.version <= 2 && rc == SAGA_OK; row.version++) {
        struct catalog_entry *none = NULL;
        rc = catalog_add(catalog, &row, &none);
        const struct definition *found = catalog_find(catalog, row.name, row.version);
        cr_assert((found != NULL) == (rc == SAGA_OK));
    }
    cr_assert(rc == SAGA_OK || rc == SAGA_NO_MEMORY, "%s", error_sentence(rc));
    catalog_destroy(&catalog);
    return rc == SAGA_OK;
}

static bool note_tails(void)
{
    struct tails tails;
    enum saga_error rc = SAGA_OK;
    tails_open(&tails);
    for (uint64_t saga = 1; saga <= 10 * (uint64_t)ITEMS && rc == SAGA_OK; saga++) {
        rc = tails_reserve(&tails, 1);
        if (rc == SAGA_OK) {
            tails_set(&tails, saga, saga + 7);
        }
        cr_assert_eq(tails_get(&tails, saga), rc == SAGA_OK ? saga + 7 : 0);
        cr_assert_eq(tails_get(&tails, 1), saga == 1 && rc != SAGA_OK ? 0 : 8);
    }
    tails_close(&tails);
    return rc == SAGA_OK;
}

Test(memory_leaves, maps)
{
    count_down(fill_map);
}

Test(memory_leaves, heaps)
{
    count_down(fill_heap);
}

Test(memory_leaves, buffers)
{
    count_down(fill_buf);
}

Test(memory_leaves, json)
{
    count_down(print_json);
}

Test(memory_leaves, values)
{
    count_down(check_values);
}

Test(memory_leaves, definitions)
{
    count_down(compile);
}

Test(memory_leaves, the_catalog)
{
    count_down(add_to_catalog);
}

Test(memory_leaves, tails)
{
    count_down(note_tails);
}
