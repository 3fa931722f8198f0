/* store_counts.h - how many steps SQLite takes for a page of a list or of a history.
 *
 * A crowd is a store of so many sagas, of which RARE are alike in everything that can be asked for:
 * their number does not depend on the size of the crowd. Steps are those of SQLite's virtual
 * machine, so they do not depend on the machine either. */
#ifndef UNIT_STORE_COUNTS_H
#define UNIT_STORE_COUNTS_H

#include "store/reader.h"
#include "store/sqlite.h"
#include "unit/store_world.h"

enum { COUNTS_RARE = 60, COUNTS_BATCH = 500, COUNTS_PAGE = 50, COUNTS_BASE_MS = 1000000 };
enum { COUNTS_OLD = 1100 }; /* more than lists.c takes for few */

struct counts {
    int64_t steps;
    int64_t scans; /* steps of a full scan */
    uint32_t shown;
};

struct counts_asked {
    const char *name;
    struct store_filter filter;
    uint32_t from_permille; /* of the crowd, by age: started_from_ms; 0 = as the filter says */
    uint32_t until_permille;
};

/* One of the rare ones: they are spread over all of the crowd. */
static inline bool counts_is_rare(uint64_t saga, uint64_t sagas)
{
    return saga % (sagas / COUNTS_RARE) == 1 && saga / (sagas / COUNTS_RARE) < COUNTS_RARE;
}

struct counts_batch {
    struct row rows[COUNTS_BATCH];
    struct head heads[COUNTS_BATCH];
    struct name names[COUNTS_BATCH];
    struct facet_row facets[8 * COUNTS_BATCH];
    char texts[COUNTS_BATCH][32];
    struct rows all;
};

static inline void counts_facet(struct counts_batch *batch, uint64_t saga, enum facet_kind kind,
                                const char *value)
{
    batch->facets[batch->all.facet_count++] =
        (struct facet_row){.kind = kind, .saga = saga, .value = span_text(value)};
}

static inline void counts_saga(struct counts_batch *batch, uint64_t saga, uint64_t sagas)
{
    bool is_rare = counts_is_rare(saga, sagas);
    uint32_t at = batch->all.row_count;
    bool is_old = saga <= COUNTS_OLD && saga <= sagas / 2;
    const char *stem = saga == 1 ? "parent" : is_rare ? "parent~x" : is_old ? "old-" : "saga-";
    int size = snprintf(batch->texts[at], sizeof(batch->texts[at]), "%s%.0llu", stem,
                        saga == 1 ? 0 : (unsigned long long)saga);
    batch->rows[at] =
        (struct row){.lsn = saga, .saga = saga, .seq = 1, .count = 1, .body = span_text("body")};
    batch->heads[at] = (struct head){.saga = saga,
                                     .is_new = true,
                                     .state = is_rare ? SAGA_STATE_PARKED : SAGA_STATE_COMPLETED,
                                     .definition = span_text(is_rare ? "rare" : "usual"),
                                     .version = 1,
                                     .started_ms = COUNTS_BASE_MS + (int64_t)saga,
                                     .ended_ms = is_rare ? 0 : COUNTS_BASE_MS + (int64_t)saga,
                                     .first_lsn = saga,
                                     .last_lsn = saga};
    batch->names[at] = (struct name){.text = span_of(batch->texts[at], (size_t)size), .saga = saga};
    if (is_rare) {
        counts_facet(batch, saga, FACET_LABEL, "colour:rare");
        counts_facet(batch, saga, FACET_CAUSE, "no_rooms");
        counts_facet(batch, saga, FACET_STEP_STATUS, "parked");
        counts_facet(batch, saga, FACET_CODE, "card_declined");
        counts_facet(batch, saga, FACET_ALERT, "step_parked");
    }
    counts_facet(batch, saga, FACET_LABEL, "shop:all");
    batch->all.row_count = batch->all.head_count = batch->all.name_count = at + 1;
}

static inline void counts_make(struct store_world *world, uint64_t sagas)
{
    static struct counts_batch batch;
    world_folder(world);
    cr_assert_eq(world_open(world), SAGA_OK, "%s", world->why);
    for (uint64_t saga = 1; saga <= sagas;) {
        batch.all = (struct rows){
            .rows = batch.rows, .heads = batch.heads, .names = batch.names, .facets = batch.facets};
        for (; saga <= sagas && batch.all.row_count < COUNTS_BATCH; saga++) {
            counts_saga(&batch, saga, sagas);
        }
        cr_assert_eq(world_commit(world, &batch.all), SAGA_OK);
    }
}

/* A saga of so many rows, of one record each: saga-0. */
static inline void counts_make_long(struct store_world *world, uint64_t rows)
{
    static struct counts_batch batch;
    world_folder(world);
    cr_assert_eq(world_open(world), SAGA_OK, "%s", world->why);
    cr_assert_eq(world_start(world, 1, span_text("payload")), SAGA_OK);
    for (uint64_t seq = 2; seq <= rows;) {
        batch.all = (struct rows){.rows = batch.rows};
        for (; seq <= rows && batch.all.row_count < COUNTS_BATCH; seq++) {
            batch.rows[batch.all.row_count++] = (struct row){.lsn = seq,
                                                             .saga = 1,
                                                             .seq = seq,
                                                             .count = 1,
                                                             .prev = seq - 1,
                                                             .body = span_text("body"),
                                                             .payload = span_text("payload")};
        }
        cr_assert_eq(world_commit(world, &batch.all), SAGA_OK);
    }
}

static inline void counts_add(struct store_reader *base, struct counts *counts)
{
    struct reader *reader = reader_of(base);
    for (size_t i = 0; i < READ_COUNT; i++) {
        sqlite3_stmt *statement = reader->statements[i];
        counts->steps += sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, 1);
        counts->scans += sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_FULLSCAN_STEP, 1);
    }
}

static inline enum saga_error counts_note(const struct store_item *item, void *arg)
{
    struct counts *counts = arg;
    cr_assert_gt(item->name.size, 0);
    counts->shown++;
    return SAGA_OK;
}

static inline struct counts counts_of_list(struct store_world *world,
                                           const struct counts_asked *asked)
{
    struct store_filter filter = asked->filter;
    int64_t sagas = (int64_t)world->lsn; /* each has one row */
    if (asked->from_permille > 0) {
        filter.started_from_ms = COUNTS_BASE_MS + sagas * asked->from_permille / 1000;
    }
    if (asked->until_permille > 0) {
        filter.started_until_ms = COUNTS_BASE_MS + sagas * asked->until_permille / 1000;
    }
    struct store_reader *reader = NULL;
    struct counts counts = {0};
    cr_assert_eq(world->store->ops->reader_open(world->store, &reader), SAGA_OK);
    counts_add(reader, &counts);
    counts = (struct counts){0};
    cr_assert_eq(reader->ops->list(reader, &filter, counts_note, &counts), SAGA_OK);
    counts_add(reader, &counts);
    reader->ops->close(&reader);
    return counts;
}

/* The rows of a page, of which the first record is `first_seq`. */
static inline struct counts counts_of_page(struct store_world *world, uint64_t first_seq)
{
    struct store_reader *reader = NULL;
    struct counts counts = {0};
    struct arena arena;
    struct saga_image image;
    const struct store_page page = {.first_seq = first_seq, .limit = COUNTS_PAGE};
    arena_open(&arena, &arena_heap, 1 << 24);
    cr_assert_eq(world->store->ops->reader_open(world->store, &reader), SAGA_OK);
    cr_assert_eq(reader->ops->load_page(reader, span_text("saga-1"), &page, &arena, &image),
                 SAGA_OK);
    counts.shown = image.row_count;
    for (uint32_t i = 0; i < image.row_count; i++) {
        cr_assert_eq(image.rows[i].seq, first_seq + i);
        cr_assert(span_is(image.rows[i].payload, "payload"));
    }
    counts_add(reader, &counts);
    reader->ops->close(&reader);
    arena_close(&arena);
    return counts;
}

/* The head of saga-1, by the reader of the thread that decides. */
static inline struct counts counts_of_head(struct store_world *world)
{
    struct store_reader *reader = &sqlite_of(world->store)->reader->base;
    struct counts counts = {0};
    struct arena arena;
    struct store_item item;
    arena_open(&arena, &arena_heap, 1 << 20);
    counts_add(reader, &counts);
    counts = (struct counts){.shown = 1};
    cr_assert_eq(world->store->ops->load_head(world->store, span_text("saga-1"), &arena, &item),
                 SAGA_OK);
    cr_assert(span_is(item.name, "saga-1"));
    counts_add(reader, &counts);
    arena_close(&arena);
    return counts;
}

#define COUNTS_FACET(kind_, value_)                                                                \
    {                                                                                              \
        .kind = kind_, .value = {(const uint8_t *)(value_), sizeof(value_) - 1 }                   \
    }

static const struct store_facet counts_facets[] = {
    COUNTS_FACET(FACET_LABEL, "colour:rare"),  COUNTS_FACET(FACET_LABEL, "shop:all"),
    COUNTS_FACET(FACET_CAUSE, "no_rooms"),     COUNTS_FACET(FACET_STEP_STATUS, "parked"),
    COUNTS_FACET(FACET_CODE, "card_declined"), COUNTS_FACET(FACET_ALERT, "step_parked"),
};

#define COUNTS_TEXT(text)                                                                          \
    {                                                                                              \
        (const uint8_t *)(text), sizeof(text) - 1                                                  \
    }

/* Each filter that operators have, rare and common, and some together. */
static const struct counts_asked counts_filters[] = {
    {.name = "nothing", .filter = {.limit = COUNTS_PAGE}},
    {.name = "status parked", .filter = {.state = SAGA_STATE_PARKED, .limit = COUNTS_PAGE}},
    {.name = "status completed", .filter = {.state = SAGA_STATE_COMPLETED, .limit = COUNTS_PAGE}},
    {.name = "status running (none)",
     .filter = {.state = SAGA_STATE_RUNNING, .limit = COUNTS_PAGE}},
    {.name = "unfinished", .filter = {.unfinished = true, .limit = COUNTS_PAGE}},
    {.name = "definition, rare",
     .filter = {.definition = COUNTS_TEXT("rare"), .limit = COUNTS_PAGE}},
    {.name = "definition, usual",
     .filter = {.definition = COUNTS_TEXT("usual"), .limit = COUNTS_PAGE}},
    {.name = "definition, unknown",
     .filter = {.definition = COUNTS_TEXT("none"), .limit = COUNTS_PAGE}},
    {.name = "parent", .filter = {.parent = COUNTS_TEXT("parent"), .limit = COUNTS_PAGE}},
    {.name = "label, rare",
     .filter = {.facets = &counts_facets[0], .facet_count = 1, .limit = COUNTS_PAGE}},
    {.name = "label, all",
     .filter = {.facets = &counts_facets[1], .facet_count = 1, .limit = COUNTS_PAGE}},
    {.name = "two labels",
     .filter = {.facets = &counts_facets[0], .facet_count = 2, .limit = COUNTS_PAGE}},
    {.name = "cause",
     .filter = {.facets = &counts_facets[2], .facet_count = 1, .limit = COUNTS_PAGE}},
    {.name = "step_status",
     .filter = {.facets = &counts_facets[3], .facet_count = 1, .limit = COUNTS_PAGE}},
    {.name = "code",
     .filter = {.facets = &counts_facets[4], .facet_count = 1, .limit = COUNTS_PAGE}},
    {.name = "alert",
     .filter = {.facets = &counts_facets[5], .facet_count = 1, .limit = COUNTS_PAGE}},
    {.name = "since, the newest", .filter = {.limit = COUNTS_PAGE}, .from_permille = 900},
    {.name = "until, the oldest", .filter = {.limit = COUNTS_PAGE}, .until_permille = 100},
    {.name = "since and until",
     .filter = {.limit = COUNTS_PAGE},
     .from_permille = 400,
     .until_permille = 500},
    {.name = "since and until, none",
     .filter = {.started_from_ms = 1, .started_until_ms = COUNTS_BASE_MS, .limit = COUNTS_PAGE}},
    {.name = "prefix, few", .filter = {.prefix = COUNTS_TEXT("parent~"), .limit = COUNTS_PAGE}},
    {.name = "prefix, many old ones",
     .filter = {.prefix = COUNTS_TEXT("old-"), .limit = COUNTS_PAGE}},
    {.name = "prefix, all", .filter = {.prefix = COUNTS_TEXT("saga-"), .limit = COUNTS_PAGE}},
    {.name = "prefix and status",
     .filter = {.prefix = COUNTS_TEXT("parent~"),
                .state = SAGA_STATE_PARKED,
                .limit = COUNTS_PAGE}},
    {.name = "status and time",
     .filter = {.state = SAGA_STATE_PARKED,
                .started_from_ms = COUNTS_BASE_MS,
                .limit = COUNTS_PAGE}},
    {.name = "all facets and a time",
     .filter = {.state = SAGA_STATE_PARKED,
                .definition = COUNTS_TEXT("rare"),
                .facets = counts_facets,
                .facet_count = 6,
                .started_from_ms = 1,
                .limit = COUNTS_PAGE}},
    {.name = "label, and times long ago",
     .filter = {.facets = &counts_facets[1], .facet_count = 1, .limit = COUNTS_PAGE},
     .from_permille = 100,
     .until_permille = 200},
    {.name = "code, and times of none",
     .filter = {.facets = &counts_facets[4],
                .facet_count = 1,
                .started_from_ms = 1,
                .started_until_ms = COUNTS_BASE_MS,
                .limit = COUNTS_PAGE}},
    {.name = "prefix and label, few",
     .filter = {.prefix = COUNTS_TEXT("parent~"),
                .facets = &counts_facets[0],
                .facet_count = 1,
                .limit = COUNTS_PAGE}},
    {.name = "prefix and label, many",
     .filter = {.prefix = COUNTS_TEXT("saga-"),
                .facets = &counts_facets[1],
                .facet_count = 1,
                .limit = COUNTS_PAGE}},
    {.name = "alert of the completed, none",
     .filter = {.state = SAGA_STATE_COMPLETED,
                .facets = &counts_facets[5],
                .facet_count = 1,
                .limit = COUNTS_PAGE}},
    {.name = "definition and label",
     .filter = {.definition = COUNTS_TEXT("usual"),
                .facets = &counts_facets[1],
                .facet_count = 1,
                .limit = COUNTS_PAGE}},
};

#endif
