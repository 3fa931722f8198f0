/* race_store.c - a store under constant submission, with readers in other threads, for
 * ThreadSanitizer. It has its own main(), because Criterion does not start under it.
 *
 *     race_store [BATCHES]
 *
 * The main thread plays the loop: it submits a batch as soon as the one before is durable, so that
 * the writer's thread commits, turns its tails and checkpoints all the time. READERS threads, each
 * with a connection of its own, load sagas, list and look names up meanwhile. What a reader sees of
 * a saga must be a chain without a gap, and never older than what it saw before.
 *
 * Seen to fail with: tails_get() without the lock (a report); the tails asked after the snapshot
 * was taken (an older chain). */
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/check.h"
#include "store/store_sqlite.h"

enum {
    READERS = 3,
    SAGAS = 40, /* that are at work at a time; the oldest gives way to a new one */
    BATCHES = 3000,
    ROWS = 4, /* of a batch */
    TURN_ROWS = 50,
    FRAMES = 40,
};

/* What the readers and the loop share. */
struct race {
    struct store *store;
    atomic_ullong newest; /* saga that is durable */
    atomic_bool is_over;
    atomic_ullong reads;
};

static void name_of(uint64_t saga, char text[24])
{
    snprintf(text, 24, "saga-%llu", (unsigned long long)saga);
}

/* ---- a reader ---- */

static void check_chain(const struct saga_image *image)
{
    CHECK(image->row_count > 0);
    for (uint32_t i = 0; i < image->row_count; i++) {
        CHECK(image->rows[i].seq == i + 1);
        CHECK(image->rows[i].prev == (i == 0 ? 0 : image->rows[i - 1].lsn));
    }
}

static enum saga_error check_item(const struct store_item *item, void *arg)
{
    uint64_t *last = arg;
    CHECK(*last == 0 || item->head.saga < *last);
    *last = item->head.saga;
    return SAGA_OK;
}

static void read_one(struct race *race, struct store_reader *reader, uint64_t saga)
{
    char text[24];
    struct arena arena;
    struct saga_image image;
    struct saga_image again;
    struct name found;
    name_of(saga, text);
    arena_open(&arena, &arena_heap, 1 << 24);
    CHECK(reader->ops->find_name(reader, span_text(text), &found) == SAGA_OK);
    CHECK(found.saga == saga);
    CHECK(reader->ops->load_one(reader, span_text(text), &arena, &image) == SAGA_OK);
    check_chain(&image);
    CHECK(reader->ops->load_one(reader, span_text(text), &arena, &again) == SAGA_OK);
    check_chain(&again);
    CHECK(again.row_count >= image.row_count);
    arena_close(&arena);
    atomic_fetch_add(&race->reads, 1);
}

static void *read_all(void *arg)
{
    struct race *race = arg;
    struct store_reader *reader = NULL;
    uint64_t random = (uint64_t)(uintptr_t)&reader | 1;
    CHECK(race->store->ops->reader_open(race->store, &reader) == SAGA_OK);
    while (!atomic_load(&race->is_over)) {
        uint64_t newest = atomic_load(&race->newest);
        uint64_t last = 0;
        random = random * UINT64_C(6364136223846793005) + 1442695040888963407u;
        uint64_t back = (random >> 33) % SAGAS;
        if (newest > 0) {
            read_one(race, reader, newest > back ? newest - back : 1);
        }
        const struct store_filter filter = {.limit = 10, .unfinished = (random >> 50) % 2 == 0};
        CHECK(reader->ops->list(reader, &filter, check_item, &last) == SAGA_OK);
    }
    reader->ops->close(&reader);
    return NULL;
}

/* ---- the loop ---- */

struct chain {
    uint64_t saga;
    uint64_t lsn; /* of its newest row */
    uint64_t seq;
    uint64_t first;
};

struct loop {
    struct race race;
    struct chain chains[SAGAS];
    uint64_t lsn;
    uint64_t saga_last;
    uint64_t submitted;
    struct row rows[ROWS + 1];
    struct head heads[2];
    struct name name;
    struct rows all;
    char text[24];
};

static struct row *add_row(struct loop *loop, struct chain *chain)
{
    struct row *row = &loop->rows[loop->all.row_count++];
    *row = (struct row){.lsn = ++loop->lsn, .saga = chain->saga, .seq = ++chain->seq, .count = 1};
    row->prev = chain->lsn;
    row->body = span_text("a body of some bytes, as long as those of small sagas are");
    row->payload = span_text("{}");
    chain->lsn = row->lsn;
    return row;
}

/* The oldest of the chains ends; a new saga takes its place; some others move. */
static void make_batch(struct loop *loop)
{
    struct chain *chain = &loop->chains[loop->submitted % SAGAS];
    loop->all = (struct rows){.rows = loop->rows, .heads = loop->heads, .names = &loop->name};
    if (chain->saga > 0) {
        add_row(loop, chain);
        loop->heads[loop->all.head_count++] = (struct head){.saga = chain->saga,
                                                            .state = SAGA_STATE_COMPLETED,
                                                            .ended_ms = 5000,
                                                            .first_lsn = chain->first,
                                                            .last_lsn = chain->lsn};
    }
    *chain = (struct chain){.saga = ++loop->saga_last};
    chain->first = add_row(loop, chain)->lsn;
    name_of(chain->saga, loop->text);
    loop->name = (struct name){.text = span_text(loop->text), .saga = chain->saga};
    loop->heads[loop->all.head_count++] = (struct head){.saga = chain->saga,
                                                        .state = SAGA_STATE_RUNNING,
                                                        .is_new = true,
                                                        .definition = span_text("booking"),
                                                        .version = 1,
                                                        .started_ms = 1000,
                                                        .first_lsn = chain->first,
                                                        .last_lsn = chain->lsn};
    loop->all.name_count = 1;
    for (uint64_t i = 1; i < ROWS - 1 && i < SAGAS; i++) {
        chain = &loop->chains[(loop->submitted + 7 * i) % SAGAS];
        if (chain->saga > 0 && chain->saga != loop->saga_last) {
            add_row(loop, chain);
        }
    }
}

static void wait_durable(struct loop *loop)
{
    struct store *store = loop->race.store;
    uint64_t count = 0;
    while (count < loop->submitted) {
        struct pollfd wake = {.fd = store->ops->wake(store), .events = POLLIN};
        (void)poll(&wake, 1, 1000);
        CHECK(store->ops->durable(store, &count) == SAGA_OK);
    }
}

static void run(struct loop *loop, uint64_t batches)
{
    struct store *store = loop->race.store;
    struct name found;
    for (uint64_t i = 0; i < batches; i++) {
        make_batch(loop);
        CHECK(store->ops->submit(store, &loop->all) == SAGA_OK);
        loop->submitted++;
        /* The loop reads too, while its batch is on its way. */
        MAYBE(store->ops->find_name(store, span_text("saga-1"), &found) == SAGA_OK);
        wait_durable(loop);
        atomic_store(&loop->race.newest, loop->saga_last);
    }
}

static void race(const char *path, uint64_t batches)
{
    static struct loop loop;
    struct store_sqlite_options options = {
        .path = path, .turn_rows = TURN_ROWS, .checkpoint_frames = FRAMES};
    char why[256] = "";
    pthread_t readers[READERS];
    CHECK(store_sqlite_open(&options, &loop.race.store, why, sizeof(why)) == SAGA_OK);
    for (int i = 0; i < READERS; i++) {
        CHECK(pthread_create(&readers[i], NULL, read_all, &loop.race) == 0);
    }
    run(&loop, batches);
    atomic_store(&loop.race.is_over, true);
    for (int i = 0; i < READERS; i++) {
        CHECK(pthread_join(readers[i], NULL) == 0);
    }
    printf("%llu rows, %llu reads\n", (unsigned long long)loop.lsn,
           (unsigned long long)atomic_load(&loop.race.reads));
    CHECK(atomic_load(&loop.race.reads) > 0);
    loop.race.store->ops->close(&loop.race.store);
}

int main(int count, char **arguments)
{
    char folder[] = "/tmp/saga-race-XXXXXX";
    char path[64];
    char command[64];
    CHECK(mkdtemp(folder) != NULL);
    snprintf(path, sizeof(path), "%s/s.db", folder);
    race(path, count > 1 ? strtoull(arguments[1], NULL, 10) : BATCHES);
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    CHECK(system(command) == 0);
    return 0;
}
