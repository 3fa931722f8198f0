/* test_faults_store.c - a disk that fails at its n-th call, or memory that runs out at the n-th
 * allocation, for n = 1, 2, 3 ... until none is hit.
 *
 * Each run writes the same batches through two lives of a store, on the disk of fault_vfs.h. One
 * call of it fails: a write, a sync, a truncation, an opening, a deletion, a read; or the power
 * goes with it, and what was not synced is dropped or torn. Then a store on a sound disk must find
 * every batch that was announced, each later one wholly or not at all, chains without a gap, and
 * take the next batch; and the store that met the fault must have said so and taken nothing more.
 *
 * Seen to fail with: synchronous=NORMAL (announced batches gone); COMMIT's result not looked at
 * (the same, with a failing write); submit() that does not ask writer_has_failed() (it takes more);
 * insert_names() before BEGIN (half a batch); a checkpoint's failure ignored (it has not failed).
 */
#include <criterion/criterion.h>
#include <poll.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/fault_memory.h"
#include "lib/fault_vfs.h"
#include "lib/folder.h"
#include "store/rows.h"
#include "store/store_sqlite.h"

enum {
    BATCHES = 14,
    LIFE = 7, /* batches of the first life of the store */
    TURN_ROWS = 5,
    FRAMES = 12,  /* of the log between two checkpoints */
    LARGE = 9000, /* a payload of several pages */
    ROWS = 3,     /* of a batch, at most */
    CHANGES = 4,  /* of a saga in one batch: enough to be written by one statement */
    AT_MAX = 1000000,
    STRIDE = 32,
#ifdef __SANITIZE_ADDRESS__
    IS_SLOW = true, /* all series go on in strides; another build has all of them */
#else
    IS_SLOW = false,
#endif
};

/* ---- the batches: number n starts saga n + 1, moves the two before, ends the third ---- */

struct batch {
    struct row rows[ROWS];
    struct head heads[1 + CHANGES];
    struct name names[2];
    struct definition_row definition;
    struct rows all;
    char texts[2][32];
};

static uint8_t large[LARGE]; /* bytes for all values */

static uint64_t rows_in(uint64_t batch)
{
    return batch < 2 ? batch + 1 : ROWS;
}

/* The position of the row of a saga in a batch: the newest saga's comes first. */
static uint64_t lsn_of(uint64_t batch, uint64_t saga)
{
    uint64_t before = 0;
    for (uint64_t i = 0; i < batch; i++) {
        before += rows_in(i);
    }
    return before + 1 + (batch + 1 - saga);
}

static struct row row_of(uint64_t batch, uint64_t saga)
{
    uint64_t age = batch + 1 - saga;
    struct row row = {.lsn = lsn_of(batch, saga), .saga = saga, .seq = age + 1, .count = 1};
    row.prev = age == 0 ? 0 : lsn_of(batch - 1, saga);
    row.body = span_of(large + saga, 50 + (size_t)batch);
    row.payload = span_of(large, batch % 4 == 3 ? LARGE : (size_t)saga);
    return row;
}

static bool has_definition(uint64_t batch)
{
    return batch % 3 == 0;
}

/* What ends a saga; every other time after several changes of it. */
static uint32_t end_heads(struct batch *batch, uint64_t number)
{
    uint32_t changes = number % 2 == 0 ? CHANGES : 1;
    if (number < 2) {
        return 0;
    }
    struct head head = {.saga = number - 1,
                        .state = SAGA_STATE_COMPENSATING,
                        .first_lsn = lsn_of(number - 2, number - 1),
                        .last_lsn = lsn_of(number, number - 1)};
    for (uint32_t i = 0; i < changes; i++) {
        batch->heads[1 + i] = head;
    }
    batch->heads[changes].state = SAGA_STATE_COMPLETED;
    batch->heads[changes].ended_ms = 5000;
    return changes;
}

static struct rows *make(struct batch *batch, uint64_t number)
{
    uint64_t saga = number + 1;
    *batch = (struct batch){0};
    snprintf(batch->texts[0], sizeof(batch->texts[0]), "saga-%llu", (unsigned long long)saga);
    snprintf(batch->texts[1], sizeof(batch->texts[1]), "%ckey-%llu", NAME_REQUEST,
             (unsigned long long)saga);
    for (uint64_t i = 0; i < rows_in(number); i++) {
        batch->rows[i] = row_of(number, saga - i);
    }
    batch->heads[0] = (struct head){.saga = saga,
                                    .state = SAGA_STATE_RUNNING,
                                    .is_new = true,
                                    .definition = span_text("booking"),
                                    .version = 1 + (uint32_t)number / 3,
                                    .started_ms = 1000 + (int64_t)saga,
                                    .first_lsn = lsn_of(number, saga),
                                    .last_lsn = lsn_of(number, saga)};
    for (int i = 0; i < 2; i++) {
        batch->names[i] = (struct name){.text = span_text(batch->texts[i]), .saga = saga};
        batch->names[i].digest[0] = (uint8_t)saga;
    }
    batch->definition = (struct definition_row){.name = span_text("booking"),
                                                .version = 1 + (uint32_t)number / 3,
                                                .source = span_of(large, 700),
                                                .applied_ms = 900,
                                                .actor = span_text("ada")};
    batch->all = (struct rows){.rows = batch->rows,
                               .heads = batch->heads,
                               .names = batch->names,
                               .definitions = &batch->definition,
                               .row_count = (uint32_t)rows_in(number),
                               .head_count = 1 + end_heads(batch, number),
                               .name_count = 2,
                               .definition_count = has_definition(number)};
    return &batch->all;
}

/* ---- a run ---- */

struct series {
    struct fault_plan plan;
    enum saga_error expected; /* what the store then says */
    bool may_go_on;           /* or does not: not every such fault matters */
    bool loses;               /* what was not synced is lost */
    uint64_t seed;            /* as fault_vfs_lose() wants it */
    enum { DISK, ONE_ALLOCATION, ALL_ALLOCATIONS } of;
    bool is_long; /* the strides grow */
};

struct run {
    struct store *store;
    char folder[FOLDER_SIZE];
    char path[96];
    char why[256];
    uint64_t submitted; /* batches, over both lives */
    uint64_t announced;
    uint64_t before; /* of the lives before */
    enum saga_error failure;
};

static enum saga_error open_store(struct run *run)
{
    struct store_sqlite_options options = {
        .path = run->path, .turn_rows = TURN_ROWS, .checkpoint_frames = FRAMES};
    run->why[0] = '\0';
    enum saga_error rc = store_sqlite_open(&options, &run->store, run->why, sizeof(run->why));
    run->before = run->announced;
    return rc;
}

/* What the store tells: more batches, or that it has failed. False: nothing yet. */
static bool hear(struct run *run)
{
    uint64_t count = 0;
    struct pollfd wake = {.fd = run->store->ops->wake(run->store), .events = POLLIN};
    (void)poll(&wake, 1, 100);
    run->failure = run->store->ops->durable(run->store, &count);
    bool has_more = run->before + count > run->announced;
    cr_assert_leq(run->before + count, run->submitted);
    run->announced = run->before + count;
    return has_more || run->failure != SAGA_OK;
}

static void hear_something(struct run *run, const char *what)
{
    for (int tries = 0; tries < 300; tries++) {
        if (hear(run)) {
            return;
        }
    }
    cr_assert_fail("the store says nothing: %s", what);
}

/* Once it has failed it stays so, and answers nothing that a restart might not find. */
static void see_that_it_has_failed(struct run *run, enum saga_error expected)
{
    struct batch batch;
    struct name found;
    cr_assert_eq(run->failure, expected, "%s", error_sentence(run->failure));
    for (int i = 0; i < 2; i++) {
        uint64_t count = 0;
        cr_assert_eq(run->store->ops->submit(run->store, make(&batch, run->submitted)),
                     SAGA_STORE_FAILED, "it takes more");
        cr_assert_eq(run->store->ops->durable(run->store, &count), expected);
        cr_assert_eq(run->before + count, run->announced);
        cr_assert_eq(run->store->ops->find_name(run->store, span_text("saga-1"), &found),
                     SAGA_STORE_FAILED);
    }
}

/* One life. The batches' memory is lent until the store is closed. */
static void live(struct run *run, uint64_t last, const struct series *series)
{
    static struct batch batches[BATCHES + 1];
    while (run->failure == SAGA_OK && run->submitted < last) {
        uint64_t at = run->submitted;
        enum saga_error rc = run->store->ops->submit(run->store, make(&batches[at], at));
        if (rc == SAGA_STORE_FAILED) { /* a checkpoint, after the batch before was announced */
            hear_something(run, "it took no batch");
            break;
        }
        cr_assert_eq(rc, SAGA_OK, "%s", error_sentence(rc));
        run->submitted++;
        hear_something(run, "a batch was submitted");
    }
    if (run->failure == SAGA_OK && !series->may_go_on && fault_vfs_was_hit()) {
        hear_something(run, "the disk has failed");
    }
    if (run->failure != SAGA_OK) {
        see_that_it_has_failed(run, series->expected);
    }
}

/* ---- what a sound disk must show ---- */

static enum saga_error count_image(const struct saga_image *image, void *arg)
{
    cr_assert_gt(image->row_count, 0);
    *(uint64_t *)arg += 1;
    return SAGA_OK;
}

static enum saga_error count_definition(const struct definition_row *row, void *arg)
{
    *(uint64_t *)arg += 1;
    cr_assert_eq(row->version, *(uint64_t *)arg);
    return SAGA_OK;
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static void check_chain(struct run *run, uint64_t saga, uint64_t batches)
{
    struct batch batch;
    struct arena arena;
    struct saga_image image;
    make(&batch, saga - 1);
    arena_open(&arena, &arena_heap, 1 << 24);
    enum saga_error rc = run->store->ops->load_one(run->store, batch.names[0].text, &arena, &image);
    cr_assert_eq(rc, SAGA_OK, "%s", error_sentence(rc));
    cr_assert_eq(image.row_count, smaller(ROWS, batches + 1 - saga));
    bool is_ended = image.row_count == ROWS;
    cr_assert_eq(image.head.state, is_ended ? SAGA_STATE_COMPLETED : SAGA_STATE_RUNNING);
    for (uint64_t i = 0; i < image.row_count; i++) {
        struct row expected = row_of(saga - 1 + i, saga);
        cr_assert_eq(image.rows[i].lsn, expected.lsn);
        cr_assert_eq(image.rows[i].seq, expected.seq);
        cr_assert_eq(image.rows[i].prev, expected.prev);
        cr_assert(span_equal(image.rows[i].body, expected.body));
        cr_assert(span_equal(image.rows[i].payload, expected.payload));
    }
    arena_close(&arena);
}

static bool has_names(struct run *run, uint64_t batch_number)
{
    struct batch batch;
    enum saga_error rc[2];
    make(&batch, batch_number);
    for (int i = 0; i < 2; i++) {
        struct name found = {0};
        rc[i] = run->store->ops->find_name(run->store, batch.names[i].text, &found);
        cr_assert(rc[i] == SAGA_OK || rc[i] == SAGA_NOT_FOUND);
        cr_assert(rc[i] != SAGA_OK || found.saga == batch_number + 1);
    }
    cr_assert_eq(rc[0], rc[1], "half of a batch is there");
    return rc[0] == SAGA_OK;
}

static void check_all(struct run *run, uint64_t batches)
{
    struct store_facts facts;
    uint64_t unfinished = 0;
    uint64_t definitions = 0;
    run->store->ops->facts(run->store, &facts);
    cr_assert_eq(facts.last_saga, batches);
    cr_assert_eq(facts.last_lsn, batches == 0 ? 0 : lsn_of(batches, batches + 1) - 1);
    for (uint64_t saga = 1; saga <= batches; saga++) {
        check_chain(run, saga, batches);
    }
    for (uint64_t i = 0; i <= BATCHES; i++) {
        cr_assert_eq(has_names(run, i), i < batches);
    }
    cr_assert_eq(run->store->ops->load_awake(run->store, count_image, &unfinished), SAGA_OK);
    cr_assert_eq(unfinished, smaller(batches, 2));
    cr_assert_eq(run->store->ops->load_definitions(run->store, count_definition, &definitions),
                 SAGA_OK);
    cr_assert_eq(definitions, (batches + 2) / 3);
}

static void check_file(const struct run *run)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *check = NULL;
    cr_assert_eq(sqlite3_open(run->path, &db), SQLITE_OK);
    cr_assert_eq(sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &check, NULL), SQLITE_OK);
    cr_assert_eq(sqlite3_step(check), SQLITE_ROW);
    cr_assert_str_eq((const char *)sqlite3_column_text(check, 0), "ok");
    sqlite3_finalize(check);
    cr_assert_eq(sqlite3_close(db), SQLITE_OK);
}

/* Opens the store on a sound disk, looks at all of it, and lets it go on. */
static void check_after(struct run *run)
{
    struct store_facts facts;
    const struct series sound = {.may_go_on = true};
    uint64_t announced = run->announced;
    uint64_t submitted = run->submitted;
    run->failure = SAGA_OK;
    cr_assert_eq(open_store(run), SAGA_OK, "%s", run->why);
    run->store->ops->facts(run->store, &facts);
    uint64_t batches = facts.last_saga;
    cr_assert_geq(batches, announced, "an announced batch is gone");
    cr_assert_leq(batches, submitted);
    check_all(run, batches);
    run->before = run->announced = run->submitted = batches;
    live(run, batches + 1, &sound);
    run->store->ops->close(&run->store);
    check_file(run);
    cr_assert_eq(open_store(run), SAGA_OK, "%s", run->why);
    check_all(run, batches + 1);
    run->store->ops->close(&run->store);
}

/* ---- the countdown ---- */

/* False: the store has failed, or did not open. */
static bool live_once(struct run *run, const struct series *series, uint64_t last)
{
    enum saga_error rc = open_store(run);
    if (rc != SAGA_OK) {
        cr_assert_null(run->store);
        cr_assert_neq(run->why[0], '\0');
        return false;
    }
    live(run, last, series);
    run->store->ops->close(&run->store);
    return run->failure == SAGA_OK;
}

static void begin_faults(const struct series *series, uint64_t at)
{
    struct fault_plan plan = series->plan;
    plan.at = at;
    plan.is_kept = series->loses;
    if (series->of == DISK) {
        fault_vfs_begin(&plan);
    } else {
        fault_memory_begin(at, series->of == ALL_ALLOCATIONS);
    }
}

/* Did the fault come? */
static bool end_faults(const struct series *series)
{
    if (series->of != DISK) {
        return fault_memory_end();
    }
    bool was_hit = fault_vfs_was_hit();
    fault_vfs_end();
    if (series->loses && was_hit) {
        fault_vfs_lose(series->seed);
    }
    return was_hit;
}

/* The same. */
static bool run_once(const struct series *series, uint64_t at)
{
    struct run run = {0};
    folder_make(run.folder);
    snprintf(run.path, sizeof(run.path), "%s/s.db", run.folder);
    begin_faults(series, at);
    bool is_sound = live_once(&run, series, LIFE);
    if (is_sound && !fault_vfs_was_hit()) {
        is_sound = live_once(&run, series, BATCHES);
    }
    bool was_hit = end_faults(series);
    cr_assert(is_sound || was_hit, "%s", run.why);
    check_after(&run);
    folder_remove(run.folder);
    return was_hit;
}

static void run_all(const struct series *series)
{
    uint64_t at = 1;
    for (size_t i = 0; i < LARGE; i++) {
        large[i] = (uint8_t)(i * 37 >> 2);
    }
    while (run_once(series, at)) {
        cr_assert_lt(at, AT_MAX);
        at += series->is_long || IS_SLOW ? 1 + at / STRIDE : 1;
    }
    cr_log_info("%llu times", (unsigned long long)at - 1);
    cr_assert_gt(at, 2, "the fault never came");
}

#define SERIES(name, ...)                                                                          \
    Test(faults_store, name)                                                                       \
    {                                                                                              \
        const struct series series = {__VA_ARGS__};                                                \
        run_all(&series);                                                                          \
    }

SERIES(a_write, .plan = {.calls = FAULT_BIT(FAULT_WRITE), .code = SQLITE_IOERR_WRITE},
       .expected = SAGA_STORE_FAILED)
SERIES(half_a_write,
       .plan = {.calls = FAULT_BIT(FAULT_WRITE), .code = SQLITE_IOERR_WRITE, .is_short = true},
       .expected = SAGA_STORE_FAILED)
/* A checkpoint that has no room is tried again later. */
SERIES(a_full_disk, .plan = {.calls = FAULT_BIT(FAULT_WRITE), .code = SQLITE_FULL},
       .expected = SAGA_DISK_FULL, .may_go_on = true)
SERIES(a_sync, .plan = {.calls = FAULT_BIT(FAULT_SYNC), .code = SQLITE_IOERR_FSYNC},
       .expected = SAGA_STORE_FAILED)
SERIES(a_sync_that_dropped_what_it_was_for,
       .plan = {.calls = FAULT_BIT(FAULT_SYNC), .code = SQLITE_IOERR_FSYNC},
       .expected = SAGA_STORE_FAILED, .loses = true)
SERIES(a_truncation, .plan = {.calls = FAULT_BIT(FAULT_TRUNCATE), .code = SQLITE_IOERR_TRUNCATE},
       .expected = SAGA_STORE_FAILED, .may_go_on = true)
SERIES(an_opening, .plan = {.calls = FAULT_BIT(FAULT_OPEN), .code = SQLITE_CANTOPEN},
       .expected = SAGA_STORE_FAILED)
SERIES(a_deletion, .plan = {.calls = FAULT_BIT(FAULT_DELETE), .code = SQLITE_IOERR_DELETE},
       .expected = SAGA_STORE_FAILED, .may_go_on = true)
SERIES(a_read, .plan = {.calls = FAULT_BIT(FAULT_READ), .code = SQLITE_IOERR_READ},
       .expected = SAGA_STORE_FAILED, .may_go_on = true)
SERIES(shared_memory, .plan = {.calls = FAULT_BIT(FAULT_SHARE), .code = SQLITE_IOERR_SHMMAP},
       .expected = SAGA_STORE_FAILED)

#define POWER                                                                                      \
    .plan = {.calls = FAULT_CHANGES, .code = SQLITE_IOERR, .is_last = true},                       \
    .expected = SAGA_STORE_FAILED, .loses = true
SERIES(power, POWER)
SERIES(power_torn_one_way, POWER, .seed = 1)
SERIES(power_torn_another_way, POWER, .seed = 2)

#define ALLOCATIONS(which) .of = (which), .expected = SAGA_STORE_FAILED, .may_go_on = true
SERIES(one_of_our_allocations, ALLOCATIONS(ONE_ALLOCATION))
SERIES(all_of_our_allocations, ALLOCATIONS(ALL_ALLOCATIONS))

/* SQLite's are thousands. */
Test(faults_store, one_allocation_of_any)
{
    const struct series series = {ALLOCATIONS(ONE_ALLOCATION), .is_long = true};
    fault_memory_sqlite();
    run_all(&series);
}

Test(faults_store, all_allocations_of_any)
{
    const struct series series = {ALLOCATIONS(ALL_ALLOCATIONS), .is_long = true};
    fault_memory_sqlite();
    run_all(&series);
}
