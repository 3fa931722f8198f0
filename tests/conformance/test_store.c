/* test_store.c - one suite, every store: what store.h promises, on SQLite and on its twin. */
#include <criterion/criterion.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/store_memory.h"
#include "store/store_sqlite.h"

enum { STORES = 2, SQLITE = 0, MEMORY = 1 };

struct bench {
    int which;
    struct store *store;
    char folder[64];
    char path[96];
    char why[256];
    uint64_t durable;
};

static void open_store(struct bench *bench)
{
    if (bench->which == MEMORY) {
        cr_assert_eq(store_memory_open(&bench->store), SAGA_OK);
        return;
    }
    struct store_sqlite_options options = {.path = bench->path, .turn_rows = 3, .scan_max = 4};
    cr_assert_eq(store_sqlite_open(&options, &bench->store, bench->why, sizeof(bench->why)),
                 SAGA_OK, "%s", bench->why);
}

static void begin(struct bench *bench, int which)
{
    *bench = (struct bench){.which = which};
    snprintf(bench->folder, sizeof(bench->folder), "/tmp/saga-store-XXXXXX");
    cr_assert_not_null(mkdtemp(bench->folder));
    snprintf(bench->path, sizeof(bench->path), "%s/s.db", bench->folder);
    open_store(bench);
}

static void end(struct bench *bench)
{
    char command[128];
    bench->store->ops->close(&bench->store);
    cr_assert_null(bench->store);
    snprintf(command, sizeof(command), "rm -rf %s", bench->folder);
    cr_assert_eq(system(command), 0);
}

static enum saga_error wait_durable(struct bench *bench)
{
    uint64_t count = 0;
    enum saga_error rc = SAGA_OK;
    for (int tries = 0; tries < 1000 && rc == SAGA_OK && count <= bench->durable; tries++) {
        struct pollfd wake = {.fd = bench->store->ops->wake(bench->store), .events = POLLIN};
        if (wake.fd >= 0) {
            (void)poll(&wake, 1, 10);
        }
        rc = bench->store->ops->durable(bench->store, &count);
    }
    if (rc == SAGA_OK) {
        cr_assert_eq(count, bench->durable + 1);
        bench->durable = count;
    }
    return rc;
}

static enum saga_error commit(struct bench *bench, const struct rows *rows)
{
    enum saga_error rc = bench->store->ops->submit(bench->store, rows);
    return rc == SAGA_OK ? wait_durable(bench) : rc;
}

/* Saga `id`, named by the text, with one row at lsn. */
static enum saga_error start_saga(struct bench *bench, uint64_t id, const char *name, uint64_t lsn)
{
    struct row row = {.lsn = lsn, .saga = id, .seq = 1, .count = 1, .body = span_text("first")};
    row.payload = span_text("value");
    struct head head = {.saga = id,
                        .state = SAGA_STATE_RUNNING,
                        .is_new = true,
                        .definition = span_text("booking"),
                        .version = 1,
                        .started_ms = 1000 + (int64_t)id,
                        .first_lsn = lsn,
                        .last_lsn = lsn};
    struct name named = {.text = span_text(name), .saga = id, .digest = {7}};
    struct rows rows = {.rows = &row, .heads = &head, .names = &named};
    rows.row_count = rows.head_count = rows.name_count = 1;
    return commit(bench, &rows);
}

static enum saga_error add_row(struct bench *bench, uint64_t id, uint64_t lsn, uint64_t prev,
                               uint64_t seq)
{
    char body[32];
    int size = snprintf(body, sizeof(body), "row %llu", (unsigned long long)seq);
    struct row row = {.lsn = lsn, .saga = id, .seq = seq, .count = 1, .prev = prev};
    row.body = span_of(body, (size_t)size);
    struct rows rows = {.rows = &row, .row_count = 1};
    return commit(bench, &rows);
}

static enum saga_error finish_saga(struct bench *bench, uint64_t id, uint64_t lsn, uint64_t first)
{
    struct head head = {.saga = id,
                        .state = SAGA_STATE_COMPLETED,
                        .ended_ms = 5000,
                        .first_lsn = first,
                        .last_lsn = lsn};
    struct rows rows = {.heads = &head, .head_count = 1};
    return commit(bench, &rows);
}

/* The head alone says what the image does. */
static void check_head(struct bench *bench, const char *name, struct arena *arena,
                       const struct saga_image *image)
{
    struct store_item item;
    cr_assert_eq(bench->store->ops->load_head(bench->store, span_text(name), arena, &item),
                 SAGA_OK);
    cr_assert(span_equal(item.name, image->name));
    cr_assert(span_equal(item.head.definition, image->head.definition));
    cr_assert_eq(item.head.version, image->head.version);
    cr_assert_eq(item.head.saga, image->head.saga);
    cr_assert_eq(item.head.state, image->head.state);
    cr_assert_eq(item.head.paused, image->head.paused);
    cr_assert_eq(item.head.ended_ms, image->head.ended_ms);
    cr_assert_eq(item.head.last_lsn, image->rows[image->row_count - 1].lsn);
}

static void check_chain(struct bench *bench, const char *name, uint32_t count)
{
    struct arena arena;
    struct saga_image image;
    arena_open(&arena, &arena_heap, 1 << 24);
    cr_assert_eq(bench->store->ops->load_one(bench->store, span_text(name), &arena, &image),
                 SAGA_OK);
    cr_assert_eq(image.row_count, count);
    cr_assert(span_is(image.name, name));
    cr_assert(span_is(image.head.definition, "booking"));
    for (uint32_t i = 0; i < count; i++) {
        cr_assert_eq(image.rows[i].seq, i + 1);
        cr_assert_eq(image.rows[i].prev, i == 0 ? 0 : image.rows[i - 1].lsn);
    }
    cr_assert(span_is(image.rows[0].body, "first"));
    cr_assert(span_is(image.rows[0].payload, "value"));
    check_head(bench, name, &arena, &image);
    arena_close(&arena);
}

static enum saga_error count_one(const struct saga_image *image, void *arg)
{
    cr_assert_gt(image->row_count, 0);
    *(uint32_t *)arg += 1;
    return SAGA_OK;
}

Test(store, begins_empty)
{
    for (int which = 0; which < STORES; which++) {
        struct bench bench;
        struct store_facts facts;
        struct name found;
        uint32_t count = 0;
        begin(&bench, which);
        bench.store->ops->facts(bench.store, &facts);
        cr_assert_eq(facts.last_lsn, 0);
        cr_assert_eq(facts.last_saga, 0);
        cr_assert_eq(bench.store->ops->find_name(bench.store, span_text("x"), &found),
                     SAGA_NOT_FOUND);
        cr_assert_eq(bench.store->ops->load_awake(bench.store, count_one, &count), SAGA_OK);
        cr_assert_eq(count, 0);
        end(&bench);
    }
}

Test(store, gives_interleaved_sagas_back_row_by_row)
{
    for (int which = 0; which < STORES; which++) {
        struct bench bench;
        uint32_t count = 0;
        begin(&bench, which);
        cr_assert_eq(start_saga(&bench, 1, "a", 1), SAGA_OK);
        cr_assert_eq(start_saga(&bench, 2, "b", 2), SAGA_OK);
        /* More rows than turn_rows: the newest of each are noted on the way. */
        for (uint64_t i = 0; i < 10; i++) {
            cr_assert_eq(add_row(&bench, 1, 3 + 2 * i, i == 0 ? 1 : 1 + 2 * i, i + 2), SAGA_OK);
            cr_assert_eq(add_row(&bench, 2, 4 + 2 * i, i == 0 ? 2 : 2 + 2 * i, i + 2), SAGA_OK);
        }
        check_chain(&bench, "a", 11);
        check_chain(&bench, "b", 11);
        cr_assert_eq(finish_saga(&bench, 1, 21, 1), SAGA_OK);
        check_chain(&bench, "a", 11);
        cr_assert_eq(bench.store->ops->load_awake(bench.store, count_one, &count), SAGA_OK);
        cr_assert_eq(count, 1);
        end(&bench);
    }
}

Test(store, knows_names_for_ever_and_refuses_a_second_one)
{
    for (int which = 0; which < STORES; which++) {
        struct bench bench;
        struct name found;
        begin(&bench, which);
        cr_assert_eq(start_saga(&bench, 1, "a", 1), SAGA_OK);
        cr_assert_eq(bench.store->ops->find_name(bench.store, span_text("a"), &found), SAGA_OK);
        cr_assert_eq(found.saga, 1);
        cr_assert_eq(found.digest[0], 7);
        cr_assert_neq(start_saga(&bench, 2, "a", 2), SAGA_OK);
        struct rows rows = {0};
        cr_assert_neq(bench.store->ops->submit(bench.store, &rows), SAGA_OK);
        end(&bench);
    }
}

static enum saga_error take_definition(const struct definition_row *row, void *arg)
{
    cr_assert(span_is(row->name, "booking"));
    cr_assert(span_is(row->source, "{}"));
    *(uint32_t *)arg = row->version;
    return SAGA_OK;
}

Test(store, keeps_definitions_in_order)
{
    for (int which = 0; which < STORES; which++) {
        struct bench bench;
        uint32_t last = 0;
        begin(&bench, which);
        for (uint32_t version = 1; version <= 3; version++) {
            struct definition_row row = {.name = span_text("booking"),
                                         .version = version,
                                         .source = span_text("{}"),
                                         .actor = span_text("ada")};
            struct rows rows = {.definitions = &row, .definition_count = 1};
            cr_assert_eq(commit(&bench, &rows), SAGA_OK);
        }
        cr_assert_eq(bench.store->ops->load_definitions(bench.store, take_definition, &last),
                     SAGA_OK);
        cr_assert_eq(last, 3);
        end(&bench);
    }
}

static enum saga_error count_item(const struct store_item *item, void *arg)
{
    cr_assert_gt(item->name.size, 0);
    *(uint32_t *)arg += 1;
    return SAGA_OK;
}

Test(store, lists_by_state_through_a_reader)
{
    for (int which = 0; which < STORES; which++) {
        struct bench bench;
        struct store_reader *reader = NULL;
        uint32_t running = 0;
        uint32_t all = 0;
        begin(&bench, which);
        cr_assert_eq(start_saga(&bench, 1, "a", 1), SAGA_OK);
        cr_assert_eq(start_saga(&bench, 2, "b", 2), SAGA_OK);
        cr_assert_eq(finish_saga(&bench, 2, 2, 2), SAGA_OK);
        cr_assert_eq(bench.store->ops->reader_open(bench.store, &reader), SAGA_OK);
        struct store_filter filter = {.limit = 10};
        cr_assert_eq(reader->ops->list(reader, &filter, count_item, &all), SAGA_OK);
        filter.state = SAGA_STATE_RUNNING;
        cr_assert_eq(reader->ops->list(reader, &filter, count_item, &running), SAGA_OK);
        cr_assert_eq(all, 2);
        cr_assert_eq(running, 1);
        reader->ops->close(&reader);
        end(&bench);
    }
}

/* ---- sagas that sleep ---- */

/* The saga is asleep until then; 0 = awake. */
static enum saga_error set_due(struct bench *bench, uint64_t id, int64_t due_ms, bool paused)
{
    struct head head = {.saga = id,
                        .state = SAGA_STATE_RUNNING,
                        .paused = paused,
                        .first_lsn = id,
                        .last_lsn = id,
                        .due_ms = due_ms};
    struct rows rows = {.heads = &head, .head_count = 1};
    return commit(bench, &rows);
}

struct shown {
    char names[64];
};

static enum saga_error show_image(const struct saga_image *image, void *arg)
{
    struct shown *shown = arg;
    size_t size = strlen(shown->names);
    cr_assert_gt(image->row_count, 0);
    snprintf(shown->names + size, sizeof(shown->names) - size, "%.*s", (int)image->name.size,
             (const char *)image->name.data);
    return SAGA_OK;
}

static enum saga_error show_item(const struct store_item *item, void *arg)
{
    struct saga_image image = {.name = item->name, .row_count = 1};
    return show_image(&image, arg);
}

static void check_awake(struct bench *bench, const char *names)
{
    struct shown shown = {""};
    cr_assert_eq(bench->store->ops->load_awake(bench->store, show_image, &shown), SAGA_OK);
    cr_assert_str_eq(shown.names, names);
}

static int64_t check_due(struct bench *bench, struct store_due *due, const char *names)
{
    struct shown shown = {""};
    cr_assert_eq(bench->store->ops->list_due(bench->store, due, show_item, &shown), SAGA_OK);
    cr_assert_str_eq(shown.names, names);
    return due->next_ms;
}

static void check_list(struct bench *bench, const struct store_filter *filter, const char *names)
{
    struct shown shown = {""};
    struct store_reader *reader = NULL;
    cr_assert_eq(bench->store->ops->reader_open(bench->store, &reader), SAGA_OK);
    cr_assert_eq(reader->ops->list(reader, filter, show_item, &shown), SAGA_OK);
    cr_assert_str_eq(shown.names, names);
    reader->ops->close(&reader);
}

static void start_sleepers(struct bench *bench)
{
    const char *names[] = {"a", "b", "c", "d", "e"};
    const int64_t due_ms[] = {9000, 7000, 0, 7000, DUE_NEVER_MS};
    for (uint64_t i = 0; i < 5; i++) {
        cr_assert_eq(start_saga(bench, i + 1, names[i], i + 1), SAGA_OK);
        cr_assert_eq(set_due(bench, i + 1, due_ms[i], i == 3), SAGA_OK);
    }
}

Test(store, shows_sleepers_in_the_order_of_their_time)
{
    for (int which = 0; which < STORES; which++) {
        struct bench bench;
        begin(&bench, which);
        start_sleepers(&bench);
        check_awake(&bench, "c");
        struct store_due all = {.until_ms = INT64_MAX, .limit = 100};
        cr_assert_eq(check_due(&bench, &all, "bda"), INT64_MAX);
        struct store_due some = {.until_ms = 8000, .limit = 100};
        cr_assert_eq(check_due(&bench, &some, "bd"), 9000);
        struct store_due one = {.until_ms = 8000, .limit = 1};
        cr_assert_eq(check_due(&bench, &one, "b"), 7000);
        cr_assert_eq(one.after_ms, 7000);
        cr_assert_eq(one.after_saga, 2);
        one.limit = 1;
        cr_assert_eq(check_due(&bench, &one, "d"), 9000);
        one.limit = 1;
        cr_assert_eq(check_due(&bench, &one, ""), 9000);
        struct store_due none = {.until_ms = 6999, .limit = 100};
        cr_assert_eq(check_due(&bench, &none, ""), 7000);
        end(&bench);
    }
}

/* It has ended, and its parent has not heard. */
static enum saga_error finish_owing(struct bench *bench, uint64_t id)
{
    struct head head = {.saga = id,
                        .state = SAGA_STATE_COMPLETED,
                        .ended_ms = 5000,
                        .first_lsn = id,
                        .last_lsn = id,
                        .due_ms = DUE_OWED_MS};
    struct rows rows = {.heads = &head, .head_count = 1};
    return commit(bench, &rows);
}

Test(store, lists_sleepers_as_all_others)
{
    for (int which = 0; which < STORES; which++) {
        struct bench bench;
        begin(&bench, which);
        start_sleepers(&bench);
        cr_assert_eq(finish_owing(&bench, 1), SAGA_OK);
        struct store_filter filter = {.limit = 10, .unfinished = true};
        check_list(&bench, &filter, "edcb");
        filter.limit = 2;
        check_list(&bench, &filter, "ed");
        filter.before = 4;
        check_list(&bench, &filter, "cb");
        struct store_filter running = {.limit = 10, .state = SAGA_STATE_RUNNING};
        check_list(&bench, &running, "edcb");
        check_awake(&bench, "c");
        struct store_due due = {.until_ms = 7000, .limit = 100};
        cr_assert_eq(check_due(&bench, &due, "abd"), INT64_MAX);
        end(&bench);
    }
}

Test(store, lists_everything_however_old_it_is)
{
    static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"};
    for (int which = 0; which < STORES; which++) {
        struct bench bench;
        begin(&bench, which);
        for (uint64_t i = 0; i < ARRAY_COUNT(names); i++) {
            cr_assert_eq(start_saga(&bench, i + 1, names[i], i + 1), SAGA_OK);
            if (i != 0 && i != 1) {
                cr_assert_eq(finish_saga(&bench, i + 1, i + 1, i + 1), SAGA_OK);
            }
        }
        cr_assert_eq(set_due(&bench, 2, 7000, false), SAGA_OK);
        struct store_filter unfinished = {.limit = 10, .unfinished = true};
        check_list(&bench, &unfinished, "ba");
        struct store_filter running = {.limit = 10, .state = SAGA_STATE_RUNNING};
        check_list(&bench, &running, "ba");
        struct store_filter completed = {.limit = 10, .state = SAGA_STATE_COMPLETED};
        struct store_filter oldest = {.limit = 10, .started_until_ms = 1003};
        struct store_filter *filters[] = {&completed, &oldest};
        const char *expected[] = {"kjihgfedc", "ba"};
        for (int i = 0; i < 2; i++) {
            char all[64] = "";
            uint64_t left_off = 0;
            int pages = 0;
            filters[i]->left_off = &left_off;
            do {
                struct shown shown = {""};
                struct store_reader *reader = NULL;
                filters[i]->before = left_off;
                cr_assert_eq(bench.store->ops->reader_open(bench.store, &reader), SAGA_OK);
                cr_assert_eq(reader->ops->list(reader, filters[i], show_item, &shown), SAGA_OK);
                reader->ops->close(&reader);
                strncat(all, shown.names, sizeof(all) - strlen(all) - 1);
                pages++;
            } while (left_off > 0 && pages < 20);
            cr_assert_str_eq(all, expected[i]);
            cr_assert_eq(pages, 1);
        }
        end(&bench);
    }
}

Test(store, wakes_and_ends_sleepers)
{
    for (int which = 0; which < STORES; which++) {
        struct bench bench;
        struct arena arena;
        struct saga_image image;
        begin(&bench, which);
        start_sleepers(&bench);
        arena_open(&arena, &arena_heap, 1 << 24);
        cr_assert_eq(bench.store->ops->load_one(bench.store, span_text("d"), &arena, &image),
                     SAGA_OK);
        cr_assert_eq(image.head.due_ms, 7000);
        cr_assert(image.head.paused);
        cr_assert_eq(bench.store->ops->load_one(bench.store, span_text("c"), &arena, &image),
                     SAGA_OK);
        cr_assert_eq(image.head.due_ms, 0);
        arena_close(&arena);
        cr_assert_eq(set_due(&bench, 2, 0, false), SAGA_OK);
        cr_assert_eq(set_due(&bench, 5, 6000, false), SAGA_OK);
        cr_assert_eq(finish_saga(&bench, 1, 1, 1), SAGA_OK);
        check_awake(&bench, "bc");
        struct store_due all = {.until_ms = INT64_MAX, .limit = 100};
        cr_assert_eq(check_due(&bench, &all, "ed"), INT64_MAX);
        end(&bench);
    }
}

Test(store, loads_a_saga_by_its_id_and_no_other_name)
{
    for (int which = 0; which < STORES; which++) {
        struct bench bench;
        struct arena arena;
        struct saga_image image;
        struct name found;
        begin(&bench, which);
        cr_assert_eq(start_saga(&bench, 1, "a", 1), SAGA_OK);
        struct name names[] = {{.text = span_text("\x01"
                                                  "admin/k"),
                                .saga = 1},
                               {.text = span_text("\x02"
                                                  "9f86"),
                                .saga = 1}};
        struct rows rows = {.names = names, .name_count = ARRAY_COUNT(names)};
        cr_assert_eq(commit(&bench, &rows), SAGA_OK);
        arena_open(&arena, &arena_heap, 1 << 24);
        for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
            struct span text = names[i].text;
            cr_assert_eq(bench.store->ops->find_name(bench.store, text, &found), SAGA_OK);
            cr_assert_eq(found.saga, 1);
            cr_assert_eq(bench.store->ops->load_one(bench.store, text, &arena, &image),
                         SAGA_NOT_FOUND);
            struct store_item item;
            cr_assert_eq(bench.store->ops->load_head(bench.store, text, &arena, &item),
                         SAGA_NOT_FOUND);
        }
        arena_close(&arena);
        check_chain(&bench, "a", 1);
        end(&bench);
    }
}

Test(store, keeps_everything_over_a_restart)
{
    struct bench bench;
    struct store_facts facts;
    begin(&bench, SQLITE);
    cr_assert_eq(start_saga(&bench, 1, "01-a", 1), SAGA_OK);
    cr_assert_eq(add_row(&bench, 1, 2, 1, 2), SAGA_OK);
    bench.store->ops->close(&bench.store);
    open_store(&bench);
    bench.store->ops->facts(bench.store, &facts);
    cr_assert_eq(facts.last_lsn, 2);
    cr_assert_eq(facts.last_saga, 1);
    cr_assert(span_is(span_of(facts.minted, facts.minted_size), "01-a"));
    check_chain(&bench, "01-a", 2);
    end(&bench);
}

/* A process that dies right before, or right after, the commit of its n-th row. */
static uint64_t rows_after_crash(struct bench *bench, uint64_t at, int phase)
{
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        struct store_sqlite_options options = {
            .path = bench->path, .crash_at_row = at, .crash_phase = phase};
        if (store_sqlite_open(&options, &bench->store, bench->why, sizeof(bench->why)) != SAGA_OK) {
            _exit(1);
        }
        bench->durable = 0;
        (void)start_saga(bench, 1, "a", 1);
        (void)add_row(bench, 1, 2, 1, 2);
        (void)add_row(bench, 1, 3, 2, 3);
        _exit(0);
    }
    int status = 0;
    struct store_facts facts;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 137);
    open_store(bench);
    bench->store->ops->facts(bench->store, &facts);
    return facts.last_lsn;
}

Test(store, survives_a_death_around_each_commit)
{
    for (uint64_t at = 1; at <= 3; at++) {
        for (int phase = 0; phase < 2; phase++) {
            struct bench bench;
            begin(&bench, SQLITE);
            bench.store->ops->close(&bench.store);
            uint64_t rows = rows_after_crash(&bench, at, phase);
            cr_assert_eq(rows, phase == 0 ? at - 1 : at);
            if (rows > 0) {
                check_chain(&bench, "a", (uint32_t)rows);
            }
            end(&bench);
        }
    }
}

Test(store, is_one_process_s_at_a_time)
{
    struct bench bench;
    struct store *second = NULL;
    begin(&bench, SQLITE);
    struct store_sqlite_options options = {.path = bench.path};
    cr_assert_eq(store_sqlite_open(&options, &second, bench.why, sizeof(bench.why)),
                 SAGA_STORE_LOCKED);
    cr_assert_not_null(strstr(bench.why, "in use"));
    end(&bench);
}

Test(store, forgets_in_a_crash_only_what_was_not_durable)
{
    struct bench bench;
    struct store_facts facts;
    begin(&bench, MEMORY);
    cr_assert_eq(start_saga(&bench, 1, "a", 1), SAGA_OK);
    store_memory_hold(bench.store, true);
    struct row row = {.lsn = 2, .saga = 1, .seq = 2, .count = 1, .prev = 1};
    row.body = span_text("lost");
    struct rows rows = {.rows = &row, .row_count = 1};
    cr_assert_eq(bench.store->ops->submit(bench.store, &rows), SAGA_OK);
    store_memory_crash(bench.store);
    bench.store->ops->facts(bench.store, &facts);
    cr_assert_eq(facts.last_lsn, 1);
    end(&bench);
}

Test(store, fails_for_good)
{
    struct bench bench;
    struct name found;
    begin(&bench, MEMORY);
    store_memory_fail_at(bench.store, 2);
    cr_assert_eq(start_saga(&bench, 1, "a", 1), SAGA_OK);
    cr_assert_neq(start_saga(&bench, 2, "b", 2), SAGA_OK);
    cr_assert_eq(bench.store->ops->find_name(bench.store, span_text("a"), &found),
                 SAGA_STORE_FAILED);
    end(&bench);
}

Test(store, lists_the_children_of_a_saga)
{
    for (int which = 0; which < STORES; which++) {
        struct bench bench;
        begin(&bench, which);
        const char *names[] = {"p", "p~a", "p~b~2", "p~a~x", "p~a~x~2", "pp~a", "p.a", "p~c"};
        for (uint64_t i = 0; i < ARRAY_COUNT(names); i++) {
            cr_assert_eq(start_saga(&bench, i + 1, names[i], i + 1), SAGA_OK);
        }
        cr_assert_eq(finish_saga(&bench, 2, 2, 2), SAGA_OK);
        struct store_filter filter = {.limit = 10, .parent = span_text("p")};
        check_list(&bench, &filter, "p~cp~b~2p~a");
        filter.limit = 1;
        filter.before = 8;
        check_list(&bench, &filter, "p~b~2");
        filter = (struct store_filter){.limit = 10, .parent = span_text("p"), .unfinished = true};
        check_list(&bench, &filter, "p~cp~b~2");
        filter = (struct store_filter){.limit = 10, .parent = span_text("p~a")};
        check_list(&bench, &filter, "p~a~x~2p~a~x");
        filter.parent = span_text("p~a~x~2");
        check_list(&bench, &filter, "");
        end(&bench);
    }
}

Test(store, moves_a_saga_to_another_version)
{
    for (int which = 0; which < STORES; which++) {
        struct bench bench;
        struct arena arena;
        struct saga_image image;
        begin(&bench, which);
        arena_open(&arena, &arena_heap, 1 << 24);
        cr_assert_eq(start_saga(&bench, 1, "a", 1), SAGA_OK);
        cr_assert_eq(start_saga(&bench, 2, "b", 2), SAGA_OK);
        for (uint32_t version = 2; version <= 3; version++) {
            struct head head = {.saga = 1,
                                .state = SAGA_STATE_RUNNING,
                                .has_moved = true,
                                .definition = span_text("booking"),
                                .version = version,
                                .first_lsn = 1,
                                .last_lsn = 1};
            struct rows rows = {.heads = &head, .head_count = 1};
            cr_assert_eq(commit(&bench, &rows), SAGA_OK);
            cr_assert_eq(bench.store->ops->load_one(bench.store, span_text("a"), &arena, &image),
                         SAGA_OK);
            cr_assert_eq(image.head.version, version);
            cr_assert(span_is(image.head.definition, "booking"));
        }
        cr_assert_eq(bench.store->ops->load_one(bench.store, span_text("b"), &arena, &image),
                     SAGA_OK);
        cr_assert_eq(image.head.version, 1);
        struct store_filter filter = {.limit = 10, .definition = span_text("booking")};
        check_list(&bench, &filter, "ba");
        arena_close(&arena);
        end(&bench);
    }
}
