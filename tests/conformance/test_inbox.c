/* test_inbox.c - one suite, every store: what store/inbox.h promises of events and waits. */
#include <criterion/criterion.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mp.h"
#include "store/inbox.h"
#include "store/store_memory.h"
#include "store/store_sqlite.h"

enum { STORES = 2, SQLITE = 0, MEMORY = 1 };

struct bench {
    int which;
    struct store *store;
    char folder[64];
    char path[96];
    uint64_t durable;
    uint64_t lsn;
    struct arena arena;
    char seen[256];
};

static void open_store(struct bench *bench)
{
    char why[256] = "";
    struct store_sqlite_options options = {.path = bench->path};
    enum saga_error rc = bench->which == MEMORY
                             ? store_memory_open(&bench->store)
                             : store_sqlite_open(&options, &bench->store, why, sizeof(why));
    cr_assert_eq(rc, SAGA_OK, "%s", why);
    bench->durable = 0;
}

static void begin(struct bench *bench, int which)
{
    *bench = (struct bench){.which = which};
    snprintf(bench->folder, sizeof(bench->folder), "/tmp/saga-inbox-XXXXXX");
    cr_assert_not_null(mkdtemp(bench->folder));
    snprintf(bench->path, sizeof(bench->path), "%s/s.db", bench->folder);
    arena_open(&bench->arena, &arena_heap, 1 << 24);
    open_store(bench);
}

static void end(struct bench *bench)
{
    char command[128];
    bench->store->ops->close(&bench->store);
    arena_close(&bench->arena);
    snprintf(command, sizeof(command), "rm -rf %s", bench->folder);
    cr_assert_eq(system(command), 0);
}

static enum saga_error commit(struct bench *bench, const struct rows *rows)
{
    uint64_t count = 0;
    enum saga_error rc = bench->store->ops->submit(bench->store, rows);
    for (int tries = 0; tries < 1000 && rc == SAGA_OK && count <= bench->durable; tries++) {
        struct pollfd wake = {.fd = bench->store->ops->wake(bench->store), .events = POLLIN};
        if (wake.fd >= 0) {
            (void)poll(&wake, 1, 10);
        }
        rc = bench->store->ops->durable(bench->store, &count);
    }
    bench->durable = rc == SAGA_OK ? count : bench->durable;
    return rc;
}

static void start_saga(struct bench *bench, uint64_t id, const char *name)
{
    uint64_t lsn = ++bench->lsn;
    struct row row = {.lsn = lsn, .saga = id, .seq = 1, .count = 1, .body = span_text("first")};
    struct head head = {.saga = id,
                        .state = SAGA_STATE_RUNNING,
                        .is_new = true,
                        .definition = span_text("booking"),
                        .version = 1,
                        .started_ms = 1000,
                        .first_lsn = lsn,
                        .last_lsn = lsn};
    struct name named = {.text = span_text(name), .saga = id};
    struct rows rows = {.rows = &row, .heads = &head, .names = &named};
    rows.row_count = rows.head_count = rows.name_count = 1;
    cr_assert_eq(commit(bench, &rows), SAGA_OK);
}

static enum saga_error add_event(struct bench *bench, uint64_t number, const char *name)
{
    char id[32];
    int size = snprintf(id, sizeof(id), "e%llu", (unsigned long long)number);
    struct inbox_row row = {.number = number,
                            .name = span_text(name),
                            .source = span_text("shop"),
                            .id = span_of(id, (size_t)size),
                            .cause = span_text("parent"),
                            .at_ms = 77,
                            .came_ms = 78,
                            .data = MP_NIL_VALUE};
    struct rows rows = {.inbox = &row, .inbox_count = 1};
    return commit(bench, &rows);
}

static enum saga_error offered(struct bench *bench, uint64_t number, const char *name)
{
    char id[32];
    int size = snprintf(id, sizeof(id), "e%llu", (unsigned long long)number);
    struct inbox_done done = {.number = number,
                              .name = span_text(name),
                              .source = span_text("shop"),
                              .id = span_of(id, (size_t)size),
                              .delivered = 2,
                              .started = span_of("\x91\xa1x", 3)};
    struct rows rows = {.inbox_done = &done, .inbox_done_count = 1};
    return commit(bench, &rows);
}

static void change(struct bench *bench, struct wait_row row)
{
    struct rows rows = {.waits = &row, .wait_count = 1};
    cr_assert_eq(commit(bench, &rows), SAGA_OK);
}

static void wanted(struct bench *bench, uint64_t saga, const char *name, uint64_t mark)
{
    change(bench, (struct wait_row){
                      .change = WAIT_WANTED, .saga = saga, .name = span_text(name), .mark = mark});
}

static void waits(struct bench *bench, uint64_t saga, uint32_t step, const char *path,
                  int64_t value)
{
    change(bench, (struct wait_row){.change = WAIT_BEGUN,
                                    .saga = saga,
                                    .step = step,
                                    .name = span_text("paid"),
                                    .path = span_text(path),
                                    .value = value});
}

static uint64_t next(struct bench *bench, const char *name, uint64_t number)
{
    struct inbox_row row;
    enum saga_error rc =
        bench->store->ops->inbox->next(bench->store, span_text(name), number, &bench->arena, &row);
    cr_assert(rc == SAGA_OK || rc == SAGA_NOT_FOUND);
    return rc == SAGA_OK ? row.number : 0;
}

static enum saga_error note(const struct store_wait *wait, void *arg)
{
    struct bench *bench = arg;
    size_t size = strlen(bench->seen);
    snprintf(bench->seen + size, sizeof(bench->seen) - size, "%.*s.%u%s ", (int)wait->id.size,
             (const char *)wait->id.data, wait->step, wait->is_recalled ? "" : "?");
    return SAGA_OK;
}

static const char *find(struct bench *bench, struct wait_query query)
{
    bench->seen[0] = '\0';
    query.name = span_text("paid");
    query.limit = query.limit ? query.limit : 100;
    cr_assert_eq(bench->store->ops->inbox->waits(bench->store, &query, note, bench), SAGA_OK);
    return bench->seen;
}

#define EVERY_STORE(bench)                                                                         \
    struct bench bench;                                                                            \
    for (int which = 0; which < STORES && (begin(&bench, which), true); end(&bench), which++)

Test(inbox, gives_events_back_as_they_came)
{
    EVERY_STORE(bench)
    {
        struct inbox_row row;
        cr_assert_eq(add_event(&bench, 1, "paid"), SAGA_OK);
        cr_assert_eq(add_event(&bench, 2, "sent"), SAGA_OK);
        const struct store_inbox_ops *inbox = bench.store->ops->inbox;
        cr_assert_eq(inbox->load(bench.store, 2, &bench.arena, &row), SAGA_OK);
        cr_assert(span_is(row.name, "sent") && span_is(row.source, "shop") &&
                  span_is(row.id, "e2") && span_is(row.saga, "") && span_is(row.cause, "parent"));
        cr_assert_eq(row.at_ms, 77);
        cr_assert_eq(row.came_ms, 78);
        cr_assert(span_equal(row.data, MP_NIL_VALUE));
        cr_assert_eq(inbox->load(bench.store, 3, &bench.arena, &row), SAGA_NOT_FOUND);
        cr_assert_eq(inbox->count(bench.store), 2);
        cr_assert_eq(next(&bench, "paid", 0), 1);
        cr_assert_eq(next(&bench, "paid", 1), 0);
    }
}

Test(inbox, remembers_identities_and_what_came_of_them)
{
    EVERY_STORE(bench)
    {
        struct inbox_found found;
        const struct store_inbox_ops *inbox = bench.store->ops->inbox;
        struct span source = span_text("shop");
        cr_assert_eq(inbox->find(bench.store, source, span_text("e1"), &bench.arena, &found),
                     SAGA_NOT_FOUND);
        cr_assert_eq(add_event(&bench, 1, "paid"), SAGA_OK);
        cr_assert_eq(inbox->find(bench.store, source, span_text("e1"), &bench.arena, &found),
                     SAGA_OK);
        cr_assert_eq(found.number, 1);
        cr_assert_not(found.is_offered);
        cr_assert_eq(offered(&bench, 1, "paid"), SAGA_OK);
        cr_assert_eq(inbox->count(bench.store), 0, "nobody wants it");
        cr_assert_eq(inbox->find(bench.store, source, span_text("e1"), &bench.arena, &found),
                     SAGA_OK);
        cr_assert(found.is_offered);
        cr_assert_eq(found.delivered, 2);
        cr_assert(span_equal(found.started, span_of("\x91\xa1x", 3)));
        cr_assert_neq(offered(&bench, 1, "paid"), SAGA_OK, "it was offered already");
    }
}

Test(inbox, takes_an_identity_once)
{
    EVERY_STORE(bench)
    {
        struct inbox_row row = {.number = 2,
                                .name = span_text("paid"),
                                .source = span_text("shop"),
                                .id = span_text("e1"),
                                .data = MP_NIL_VALUE};
        struct rows rows = {.inbox = &row, .inbox_count = 1};
        cr_assert_eq(add_event(&bench, 1, "paid"), SAGA_OK);
        cr_assert_neq(commit(&bench, &rows), SAGA_OK);
    }
}

Test(inbox, keeps_what_a_saga_that_was_there_before_may_want)
{
    EVERY_STORE(bench)
    {
        start_saga(&bench, 1, "a");
        start_saga(&bench, 2, "b");
        cr_assert_eq(add_event(&bench, 1, "paid"), SAGA_OK);
        wanted(&bench, 1, "paid", 1);
        cr_assert_eq(add_event(&bench, 2, "paid"), SAGA_OK);
        wanted(&bench, 2, "paid", 2);
        cr_assert_eq(add_event(&bench, 3, "paid"), SAGA_OK);
        cr_assert_eq(add_event(&bench, 4, "sent"), SAGA_OK);
        cr_assert_eq(offered(&bench, 1, "paid"), SAGA_OK);
        cr_assert_eq(next(&bench, "paid", 0), 2, "1 came before both");
        cr_assert_eq(offered(&bench, 2, "paid"), SAGA_OK);
        cr_assert_eq(offered(&bench, 3, "paid"), SAGA_OK);
        cr_assert_eq(offered(&bench, 4, "sent"), SAGA_OK);
        cr_assert_eq(next(&bench, "sent", 0), 0);
        cr_assert_eq(next(&bench, "paid", 0), 2);
        change(&bench,
               (struct wait_row){.change = WAIT_UNWANTED, .saga = 1, .name = span_text("paid")});
        cr_assert_eq(next(&bench, "paid", 0), 3);
        change(&bench,
               (struct wait_row){.change = WAIT_UNWANTED, .saga = 2, .name = span_text("paid")});
        cr_assert_eq(bench.store->ops->inbox->count(bench.store), 0);
    }
}

Test(inbox, keeps_what_a_wait_has_not_been_told_yet)
{
    EVERY_STORE(bench)
    {
        start_saga(&bench, 1, "a");
        waits(&bench, 1, 0, "", 0);
        cr_assert_eq(add_event(&bench, 1, "paid"), SAGA_OK);
        cr_assert_eq(offered(&bench, 1, "paid"), SAGA_OK);
        cr_assert_eq(next(&bench, "paid", 0), 1);
        bench.seen[0] = '\0';
        cr_assert_eq(bench.store->ops->inbox->unrecalled(bench.store, note, &bench), SAGA_OK);
        cr_assert_str_eq(bench.seen, "a.0? ");
        change(&bench,
               (struct wait_row){.change = WAIT_RECALLED, .saga = 1, .name = span_text("paid")});
        cr_assert_eq(next(&bench, "paid", 0), 0);
        bench.seen[0] = '\0';
        cr_assert_eq(bench.store->ops->inbox->unrecalled(bench.store, note, &bench), SAGA_OK);
        cr_assert_str_eq(bench.seen, "");
    }
}

Test(inbox, finds_who_waits_by_name_path_and_value)
{
    EVERY_STORE(bench)
    {
        start_saga(&bench, 1, "a");
        start_saga(&bench, 2, "b");
        waits(&bench, 2, 1, "$.event.data.order", 7);
        waits(&bench, 1, 3, "$.event.data.order", 7);
        waits(&bench, 1, 1, "$.event.data.order", 7);
        waits(&bench, 1, 2, "$.event.data.order", -8);
        waits(&bench, 2, 5, "", 0);
        struct span path = span_text("$.event.data.order");
        cr_assert_str_eq(find(&bench, (struct wait_query){.path = path, .value = 7}),
                         "a.1? a.3? b.1? ");
        cr_assert_str_eq(find(&bench, (struct wait_query){.path = path, .value = 7, .limit = 2}),
                         "a.1? a.3? ");
        cr_assert_str_eq(
            find(&bench, (struct wait_query){.path = path, .value = 7, .saga = 1, .step = 3}),
            "b.1? ");
        cr_assert_str_eq(find(&bench, (struct wait_query){.path = path, .value = -8}), "a.2? ");
        cr_assert_str_eq(find(&bench, (struct wait_query){.limit = 9}), "b.5? ");
        struct span next_path;
        const struct store_inbox_ops *inbox = bench.store->ops->inbox;
        cr_assert_eq(inbox->next_path(bench.store, span_text("paid"), span_text(""), &bench.arena,
                                      &next_path),
                     SAGA_OK);
        cr_assert(span_equal(next_path, path));
        cr_assert_eq(
            inbox->next_path(bench.store, span_text("paid"), path, &bench.arena, &next_path),
            SAGA_NOT_FOUND);
        bench.seen[0] = '\0';
        cr_assert_eq(inbox->waits_of(bench.store, span_text("a"), span_text("paid"), note, &bench),
                     SAGA_OK);
        cr_assert_str_eq(bench.seen, "a.1? a.2? a.3? ");
        change(&bench, (struct wait_row){
                           .change = WAIT_ENDED, .saga = 1, .step = 2, .name = span_text("paid")});
        cr_assert_str_eq(find(&bench, (struct wait_query){.path = path, .value = -8}), "");
    }
}

Test(inbox, is_there_after_a_restart)
{
    struct bench bench;
    struct store_facts facts;
    begin(&bench, SQLITE);
    cr_assert_eq(add_event(&bench, 1, "paid"), SAGA_OK);
    cr_assert_eq(add_event(&bench, 2, "paid"), SAGA_OK);
    cr_assert_eq(offered(&bench, 1, "paid"), SAGA_OK);
    bench.store->ops->close(&bench.store);
    open_store(&bench);
    bench.store->ops->facts(bench.store, &facts);
    cr_assert_eq(facts.inbox_last, 2);
    cr_assert_eq(facts.inbox_offered, 1);
    cr_assert_eq(bench.store->ops->inbox->count(bench.store), 1);
    end(&bench);
}
