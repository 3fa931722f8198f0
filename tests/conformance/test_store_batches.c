/* test_store_batches.c - batches of many rows, names and heads: each value in its column.
 *
 * What a batch holds is read back from both stores, and from SQLite's tables column by column. No
 * two values of a row are alike, so that two columns that change places are seen.
 *
 * Seen to fail with: two columns of batch_table.c exchanged, for each neighbouring pair of each
 * list; those of a query exchanged; the payload '' in place of NULL; paused not looked at; the
 * hint of names not moved on; changes of one saga in reverse order; the guards of a change
 * (last_lsn, the number of changes, the row that it makes) left out, one at a time. */
#include <criterion/criterion.h>
#include <poll.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "store/rows.h"
#include "store/store_memory.h"
#include "store/store_sqlite.h"

enum {
    STORES = 2,
    SQLITE = 0,
    MEMORY = 1,
    FIRST = 11, /* saga; its row has lsn 1 */
    SAGAS = 6,
    HEADS = 3 * SAGAS,
    KINDS = 200, /* more than kinds.h remembers */
};

/* One byte more than the longest that kinds.h remembers. */
#define LONG_NAME "a234567890123456789012345678901234567890123456789012345678901234x"

#define DIGEST_4(byte) byte byte byte byte
#define DIGEST_OF(byte)                                                                            \
    DIGEST_4(byte)                                                                                 \
    DIGEST_4(byte)                                                                                 \
    DIGEST_4(byte) DIGEST_4(byte) DIGEST_4(byte) DIGEST_4(byte) DIGEST_4(byte) byte byte byte "EE"

struct bench {
    struct store *store;
    char folder[64];
    char path[96];
    uint64_t durable;
};

static void begin(struct bench *bench, int which)
{
    char why[256] = "";
    *bench = (struct bench){0};
    snprintf(bench->folder, sizeof(bench->folder), "/tmp/saga-store-XXXXXX");
    cr_assert_not_null(mkdtemp(bench->folder));
    snprintf(bench->path, sizeof(bench->path), "%s/s.db", bench->folder);
    struct store_sqlite_options options = {.path = bench->path};
    enum saga_error rc = which == MEMORY
                             ? store_memory_open(&bench->store)
                             : store_sqlite_open(&options, &bench->store, why, sizeof(why));
    cr_assert_eq(rc, SAGA_OK, "%s", why);
}

static void end(struct bench *bench)
{
    char command[128];
    bench->store->ops->close(&bench->store);
    snprintf(command, sizeof(command), "rm -rf %s", bench->folder);
    cr_assert_eq(system(command), 0);
}

static enum saga_error commit(struct bench *bench, const struct rows *rows)
{
    uint64_t count = bench->durable;
    enum saga_error rc = bench->store->ops->submit(bench->store, rows);
    for (int tries = 0; tries < 1000 && rc == SAGA_OK && count == bench->durable; tries++) {
        struct pollfd wake = {.fd = bench->store->ops->wake(bench->store), .events = POLLIN};
        if (wake.fd >= 0) {
            (void)poll(&wake, 1, 10);
        }
        rc = bench->store->ops->durable(bench->store, &count);
    }
    cr_assert(rc != SAGA_OK || count == bench->durable + 1);
    bench->durable = count;
    return rc;
}

/* ---- the batches ---- */

struct batch {
    struct row rows[2 * SAGAS];
    struct head heads[HEADS];
    struct name names[2 * SAGAS];
    char texts[2 * SAGAS][32];
    struct rows all;
};

static struct rows *make(struct batch *batch)
{
    *batch = (struct batch){0};
    batch->all = (struct rows){.rows = batch->rows, .heads = batch->heads, .names = batch->names};
    return &batch->all;
}

static void add_name(struct batch *batch, uint64_t saga, bool is_key)
{
    char *text = batch->texts[batch->all.name_count];
    int size = snprintf(text, sizeof(batch->texts[0]), "%s %llu", is_key ? "\1key" : "saga",
                        (unsigned long long)saga);
    struct name *name = &batch->names[batch->all.name_count++];
    *name = (struct name){.text = span_of(text, (size_t)size), .saga = saga};
    memset(name->digest, (int)(2 * saga) + is_key, sizeof(name->digest));
    name->digest[31] = 0xee;
}

static void add_start(struct batch *batch, uint64_t saga)
{
    uint64_t lsn = saga - FIRST + 1;
    batch->heads[batch->all.head_count++] = (struct head){
        .saga = saga,
        .state = saga == 15 ? SAGA_STATE_COMPLETED : SAGA_STATE_RUNNING,
        .is_new = true,
        .paused = saga == 14,
        .definition = span_text(saga % 2 ? "booking" : "refund"),
        .version = saga == 13 ? 9 : (uint32_t)(saga % 2),
        .started_ms = 1000 + (int64_t)saga,
        .ended_ms = saga == 15 ? 2015 : 0,
        .first_lsn = lsn,
        .last_lsn = saga == 16 ? SAGAS + 1 : lsn,
        .due_ms = saga == 15   ? DUE_OWED_MS
                  : saga == 16 ? 3016
                               : 0,
    };
    batch->rows[batch->all.row_count++] = (struct row){
        .lsn = lsn,
        .saga = saga,
        .seq = 1,
        .count = 50 + (uint32_t)lsn,
        .body = span_text(saga == 12 ? "b\xff" : "body"),
        .payload = saga % 2 ? span_text("p\xfe") : (struct span){NULL, 0},
    };
}

/* A head that says what is to be true in the end, or something else. */
static void add_change(struct batch *batch, uint64_t saga, bool is_true)
{
    batch->heads[batch->all.head_count++] = (struct head){
        .saga = saga,
        .state = is_true && saga == 11 ? SAGA_STATE_COMPENSATED : SAGA_STATE_COMPENSATING,
        .paused = is_true && saga == 12,
        .ended_ms = is_true && saga == 11 ? 4011 : 0,
        .first_lsn = saga - FIRST + 1,
        .last_lsn = saga - FIRST + 1 + SAGAS + 1,
        .due_ms = saga == 13 ? (is_true ? 5013 : 5999) : 0,
    };
}

static void add_second_row(struct batch *batch, uint64_t saga)
{
    uint64_t lsn = saga - FIRST + 1;
    batch->rows[batch->all.row_count++] = (struct row){
        .lsn = saga == 16 ? SAGAS + 1 : lsn + SAGAS + 1,
        .saga = saga,
        .seq = 51 + lsn,
        .count = 70,
        .prev = lsn,
        .body = span_text("more"),
        .payload = span_text("2"),
    };
}

static void commit_starts(struct bench *bench)
{
    struct batch batch;
    make(&batch);
    for (uint64_t saga = FIRST; saga < FIRST + SAGAS; saga++) {
        add_name(&batch, saga, false);
        add_name(&batch, saga, true);
        add_start(&batch, saga);
    }
    add_second_row(&batch, FIRST + SAGAS - 1);
    cr_assert_eq(commit(bench, &batch.all), SAGA_OK);
}

/* Three sagas change, each `times` times in one batch. */
static void commit_changes(struct bench *bench, uint32_t times)
{
    struct batch batch;
    make(&batch);
    for (uint64_t saga = FIRST; saga < FIRST + 3; saga++) {
        add_second_row(&batch, saga);
        for (uint32_t at = 1; at <= times; at++) {
            add_change(&batch, saga, at == times);
        }
    }
    cr_assert_eq(commit(bench, &batch.all), SAGA_OK);
}

/* ---- what is there ---- */

#define LINES(columns, rest)                                                                       \
    "SELECT group_concat(line, char(10)) FROM (SELECT printf(" columns ") AS line " rest ")"

static void check_table(const struct bench *bench, const char *sql, const char *expected)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *select = NULL;
    cr_assert_eq(sqlite3_open_v2(bench->path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    cr_assert_eq(sqlite3_prepare_v2(db, sql, -1, &select, NULL), SQLITE_OK, "%s",
                 sqlite3_errmsg(db));
    cr_assert_eq(sqlite3_step(select), SQLITE_ROW);
    cr_assert_str_eq((const char *)sqlite3_column_text(select, 0), expected);
    sqlite3_finalize(select);
    cr_assert_eq(sqlite3_close(db), SQLITE_OK);
}

static void check_tables(const struct bench *bench)
{
    check_table(bench,
                LINES("'%d %d %d %d %d %s %s', lsn, saga, seq, prev, count, quote(body),"
                      " quote(payload)",
                      "FROM event ORDER BY lsn"),
                "1 11 1 0 51 X'626F6479' X'70FE'\n"
                "2 12 1 0 52 X'62FF' NULL\n"
                "3 13 1 0 53 X'626F6479' X'70FE'\n"
                "4 14 1 0 54 X'626F6479' NULL\n"
                "5 15 1 0 55 X'626F6479' X'70FE'\n"
                "6 16 1 0 56 X'626F6479' NULL\n"
                "7 16 57 6 70 X'6D6F7265' X'32'\n"
                "8 11 52 1 70 X'6D6F7265' X'32'\n"
                "9 12 53 2 70 X'6D6F7265' X'32'\n"
                "10 13 54 3 70 X'6D6F7265' X'32'");
    check_table(bench,
                LINES("'%s %d %s', quote(text), saga, quote(digest)",
                      "FROM name WHERE saga IN (11, 16) ORDER BY text"),
                "'\1key 11' 11 X'" DIGEST_OF("17") "'\n"
                "'\1key 16' 16 X'" DIGEST_OF("21") "'\n"
                "'saga 11' 11 X'" DIGEST_OF("16") "'\n"
                "'saga 16' 16 X'" DIGEST_OF("20") "'");
    check_table(bench,
                LINES("'%d %s %s/%d %d %d %d %d %d %d', saga, quote(s.name), k.name, version,"
                      " status, started_ms, ended_ms, first_lsn, last_lsn, due_ms",
                      "FROM saga s JOIN kind k ON k.id = s.kind ORDER BY saga"),
                "11 'saga 11' booking/1 8 1011 4011 1 8 -1011\n"
                "12 'saga 12' refund/0 5 1012 -1012 2 9 -1012\n"
                "13 'saga 13' booking/9 4 1013 -1013 3 10 5013\n"
                "14 'saga 14' refund/0 3 1014 -1014 4 4 -1014\n"
                "15 'saga 15' booking/1 6 1015 2015 5 5 1\n"
                "16 'saga 16' refund/0 2 1016 -1016 6 7 3016");
}

static void check_sagas(struct bench *bench)
{
    static const struct head expected[SAGAS] = {
        {.state = SAGA_STATE_COMPENSATED, .ended_ms = 4011, .last_lsn = 8, .version = 1},
        {.state = SAGA_STATE_COMPENSATING, .paused = true, .last_lsn = 9},
        {.state = SAGA_STATE_COMPENSATING, .due_ms = 5013, .last_lsn = 10, .version = 9},
        {.state = SAGA_STATE_RUNNING, .paused = true, .last_lsn = 4},
        {.state = SAGA_STATE_COMPLETED, .ended_ms = 2015, .last_lsn = 5, .version = 1, .due_ms = 1},
        {.state = SAGA_STATE_RUNNING, .due_ms = 3016, .last_lsn = 7},
    };
    struct arena arena;
    arena_open(&arena, &arena_heap, 1 << 24);
    for (uint64_t at = 0; at < SAGAS; at++) {
        char text[32];
        struct saga_image image;
        struct name found;
        snprintf(text, sizeof(text), "saga %llu", (unsigned long long)(FIRST + at));
        cr_assert_eq(bench->store->ops->load_one(bench->store, span_text(text), &arena, &image),
                     SAGA_OK);
        cr_assert_eq(image.head.saga, FIRST + at);
        cr_assert_eq(image.head.state, expected[at].state);
        cr_assert_eq(image.head.paused, expected[at].paused);
        cr_assert_eq(image.head.version, expected[at].version);
        cr_assert_eq(image.head.started_ms, 1000 + FIRST + (int64_t)at);
        cr_assert_eq(image.head.ended_ms, expected[at].ended_ms);
        cr_assert_eq(image.head.first_lsn, at + 1);
        cr_assert_eq(image.head.last_lsn, expected[at].last_lsn);
        cr_assert_eq(image.head.due_ms, expected[at].due_ms);
        cr_assert(span_is(image.head.definition, at % 2 ? "refund" : "booking"));
        cr_assert_eq(image.row_count, at < 3 || at == 5 ? 2 : 1);
        cr_assert_eq(image.rows[0].count, 51 + at);
        cr_assert_eq(bench->store->ops->find_name(bench->store, span_text(text), &found), SAGA_OK);
        cr_assert_eq(found.digest[0], 2 * (FIRST + at));
    }
    arena_close(&arena);
}

/* As often as to be written one by one, and as often as to be written at once. */
Test(store_batches, put_each_value_into_its_column)
{
    const uint32_t times[] = {1, HEADS / 3};
    for (int which = 0; which < STORES; which++) {
        for (size_t i = 0; i < ARRAY_COUNT(times); i++) {
            struct bench bench;
            begin(&bench, which);
            commit_starts(&bench);
            commit_changes(&bench, times[i]);
            check_sagas(&bench);
            if (which == SQLITE) {
                check_tables(&bench);
            }
            end(&bench);
        }
    }
}

/* A saga that starts and changes in one batch, before and after others of theirs. */
Test(store_batches, take_a_saga_that_is_new_and_has_changed)
{
    for (int which = 0; which < STORES; which++) {
        struct bench bench;
        struct batch batch;
        begin(&bench, which);
        make(&batch);
        for (uint64_t saga = FIRST; saga < FIRST + SAGAS; saga++) {
            add_start(&batch, saga);
            if (saga < FIRST + 3) {
                add_change(&batch, saga, false);
                add_change(&batch, saga, true);
            }
        }
        for (uint64_t saga = FIRST + SAGAS - 1; saga >= FIRST; saga--) {
            add_name(&batch, saga, true);
            add_name(&batch, saga, false);
        }
        add_second_row(&batch, FIRST + SAGAS - 1);
        for (uint64_t saga = FIRST; saga < FIRST + 3; saga++) {
            add_second_row(&batch, saga);
        }
        cr_assert_eq(commit(&bench, &batch.all), SAGA_OK);
        check_sagas(&bench);
        if (which == SQLITE) {
            check_tables(&bench);
        }
        end(&bench);
    }
}

/* ---- more kinds than are remembered ---- */

Test(store_batches, know_the_kind_of_every_saga)
{
    for (int which = 0; which < STORES; which++) {
        struct bench bench;
        struct arena arena;
        begin(&bench, which);
        arena_open(&arena, &arena_heap, 1 << 24);
        for (uint64_t saga = 1; saga <= KINDS; saga++) {
            struct batch batch;
            make(&batch);
            add_name(&batch, saga, false);
            batch.rows[0] = (struct row){
                .lsn = saga, .saga = saga, .seq = 1, .count = 1, .body = span_text("body")};
            batch.heads[0] = (struct head){.saga = saga,
                                           .state = SAGA_STATE_RUNNING,
                                           .is_new = true,
                                           .definition = span_text(LONG_NAME),
                                           .version = (uint32_t)(saga % 2),
                                           .started_ms = 1,
                                           .first_lsn = saga,
                                           .last_lsn = saga};
            batch.heads[0].definition.size -= saga % (sizeof(LONG_NAME) - 1);
            batch.all.row_count = batch.all.head_count = 1;
            cr_assert_eq(commit(&bench, &batch.all), SAGA_OK);
            struct saga_image image;
            cr_assert_eq(
                bench.store->ops->load_one(bench.store, batch.names[0].text, &arena, &image),
                SAGA_OK);
            cr_assert(span_equal(image.head.definition, batch.heads[0].definition));
            cr_assert_eq(image.head.version, batch.heads[0].version);
        }
        arena_close(&arena);
        end(&bench);
    }
}

/* ---- what is refused ---- */

enum spoil { UNKNOWN, OLDER, NEW_TWICE, NAMELESS, NAMED_TWICE, SPOIL_COUNT };

static void add_odd_start(struct batch *batch, uint64_t saga)
{
    uint64_t lsn = SAGAS + 5;
    batch->heads[batch->all.head_count++] = (struct head){.saga = saga,
                                                          .state = SAGA_STATE_RUNNING,
                                                          .is_new = true,
                                                          .definition = span_text("booking"),
                                                          .started_ms = 1,
                                                          .first_lsn = lsn,
                                                          .last_lsn = lsn};
    batch->rows[batch->all.row_count++] =
        (struct row){.lsn = lsn, .saga = saga, .seq = 1, .count = 1, .body = span_text("odd")};
}

static void spoil(struct batch *batch, enum spoil how)
{
    struct head *last = &batch->heads[batch->all.head_count - 1];
    switch (how) {
    case UNKNOWN:
        last->saga = 99;
        break;
    case OLDER:
        last->last_lsn = last->first_lsn;
        break;
    case NEW_TWICE:
        add_odd_start(batch, 12);
        add_name(batch, 12, false);
        batch->texts[batch->all.name_count - 1][0] = 'S';
        break;
    case NAMELESS:
        add_odd_start(batch, 98);
        break;
    case NAMED_TWICE:
        add_name(batch, 12, false);
        break;
    case SPOIL_COUNT:
        UNREACHABLE("not a way");
    }
}

static void check_refused(int which, enum spoil how, uint32_t times)
{
    struct bench bench;
    struct batch batch;
    begin(&bench, which);
    commit_starts(&bench);
    commit_changes(&bench, 1);
    make(&batch);
    for (uint32_t at = 0; at < times; at++) {
        add_change(&batch, FIRST, true);
    }
    spoil(&batch, how);
    cr_assert_eq(commit(&bench, &batch.all), SAGA_STORE_CORRUPT, "%d, of %u", (int)how, times);
    if (which == SQLITE) {
        check_tables(&bench);
    }
    end(&bench);
}

/* Nothing of such a batch is there, and the store has failed. */
Test(store_batches, are_refused_when_they_contradict_what_is_there)
{
    for (enum spoil how = 0; how < SPOIL_COUNT; how++) {
        for (uint32_t times = 1; times <= SAGAS; times++) {
            check_refused(SQLITE, how, times);
            if (how != OLDER) { /* the twin keeps the greater lsn */
                check_refused(MEMORY, how, times);
            }
        }
    }
}
