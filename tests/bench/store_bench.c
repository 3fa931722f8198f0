/* store_bench.c - what a saga costs the store's writer: the SQLite store alone, no engine.
 *
 *     store_bench FOLDER [rows=256] [sagas=8192]
 *
 * Writes sagas of four rows, as a booking of three steps has them: started with the first, in a
 * batch with its name, ended with the last. A batch holds as many sagas at each of the four stages;
 * of less than four rows, one row. Seconds say more of the disk than of the writer, so count
 * instructions; the second thread is the writer:
 *
 *     valgrind --tool=callgrind --separate-threads=yes --callgrind-out-file=cg store_bench FOLDER
 *     callgrind_annotate cg-02 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/digest.h"
#include "store/store_sqlite.h"

enum { STAGES = 4, BATCH_MAX = 4096, TEXT = 40 };

static const size_t body_sizes[STAGES] = {170, 110, 110, 90};
static const size_t payload_sizes[STAGES] = {60, 40, 40, 0};

struct under_way {
    uint64_t saga;
    uint64_t first_lsn;
    uint64_t last_lsn;
};

struct world {
    struct store *store;
    uint64_t durable;
    uint64_t lsn;
    uint64_t started;
    uint64_t ended;
    uint64_t sagas;          /* to be written */
    uint32_t width;          /* sagas at one stage */
    uint32_t counts[STAGES]; /* that have come so far and no further */
    struct under_way *queue[STAGES];
    char (*texts)[TEXT];
    struct rows rows;
};

static uint8_t bytes[4096];

static void die(const char *what)
{
    fprintf(stderr, "store_bench: %s\n", what);
    exit(1);
}

static void commit(struct world *world)
{
    const struct store_ops *ops = world->store->ops;
    if (ops->submit(world->store, &world->rows) != SAGA_OK) {
        die("the batch was not taken");
    }
    for (uint64_t count = world->durable; count == world->durable;) {
        struct pollfd wake = {.fd = ops->wake(world->store), .events = POLLIN};
        (void)poll(&wake, 1, 1000);
        if (ops->durable(world->store, &count) != SAGA_OK) {
            die("the store has failed");
        }
        if (count > world->durable) {
            world->durable = count;
            return;
        }
    }
}

static void add_row(struct world *world, struct under_way *saga, uint32_t stage)
{
    world->lsn++;
    world->rows.rows[world->rows.row_count++] =
        (struct row){.lsn = world->lsn,
                     .saga = saga->saga,
                     .seq = 1 + 2 * stage,
                     .count = 2,
                     .prev = saga->last_lsn,
                     .body = span_of(bytes, body_sizes[stage]),
                     .payload = span_of(bytes, payload_sizes[stage])};
    saga->last_lsn = world->lsn;
    if (stage == 0) {
        saga->first_lsn = world->lsn;
    }
}

static void add_head(struct world *world, const struct under_way *saga, bool is_new)
{
    world->rows.heads[world->rows.head_count++] =
        (struct head){.saga = saga->saga,
                      .state = is_new ? SAGA_STATE_RUNNING : SAGA_STATE_COMPLETED,
                      .is_new = is_new,
                      .definition = span_text("booking"),
                      .version = 1,
                      .started_ms = 1764315000000 + (int64_t)saga->saga,
                      .ended_ms = is_new ? 0 : 1764315000900 + (int64_t)saga->saga,
                      .first_lsn = saga->first_lsn,
                      .last_lsn = saga->last_lsn};
}

/* Like the ids that sagad makes: they ascend, more or less. */
static void add_name(struct world *world, uint64_t saga)
{
    char *text = world->texts[world->rows.name_count];
    snprintf(text, TEXT, "0199%08llx-7abc-8%03llx-%012llx", (unsigned long long)saga >> 4,
             (unsigned long long)(saga * 7919 % 4096), (unsigned long long)saga * 2654435761u);
    world->rows.names[world->rows.name_count++] =
        (struct name){.text = span_text(text), .saga = saga};
}

static void start(struct world *world)
{
    while (world->counts[0] < world->width && world->started < world->sagas) {
        struct under_way *saga = &world->queue[0][world->counts[0]++];
        *saga = (struct under_way){.saga = ++world->started};
        add_row(world, saga, 0);
        add_head(world, saga, true);
        add_name(world, saga->saga);
    }
}

static void move(struct world *world, uint32_t stage)
{
    for (uint32_t at = 0; at < world->counts[stage - 1]; at++) {
        struct under_way *saga = &world->queue[stage][at];
        *saga = world->queue[stage - 1][at];
        add_row(world, saga, stage);
        if (stage == STAGES - 1) {
            add_head(world, saga, false);
            world->ended++;
        }
    }
    world->counts[stage] = stage == STAGES - 1 ? 0 : world->counts[stage - 1];
    world->counts[stage - 1] = 0;
}

static void *take(size_t count, size_t size)
{
    void *taken = calloc(count, size);
    if (!taken) {
        die("no memory");
    }
    return taken;
}

int main(int argc, char **argv)
{
    static struct world world;
    char path[4096];
    char why[256] = "";
    uint32_t rows = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 256;
    if (argc < 2 || rows == 0 || rows > BATCH_MAX) {
        die("usage: store_bench FOLDER [rows=256] [sagas=8192]");
    }
    world.sagas = argc > 3 ? strtoull(argv[3], NULL, 10) : 8192;
    world.width = rows < STAGES ? 1 : rows / STAGES;
    snprintf(path, sizeof(path), "%s/bench.db", argv[1]);
    struct store_sqlite_options options = {.path = path};
    if (store_sqlite_open(&options, &world.store, why, sizeof(why)) != SAGA_OK) {
        die(why);
    }
    digest_random(bytes, sizeof(bytes));
    size_t most = (size_t)STAGES * world.width;
    for (uint32_t stage = 0; stage < STAGES; stage++) {
        world.queue[stage] = take(world.width, sizeof(struct under_way));
    }
    world.texts = take(world.width, TEXT);
    world.rows = (struct rows){.rows = take(most, sizeof(struct row)),
                               .heads = take(most, sizeof(struct head)),
                               .names = take(world.width, sizeof(struct name))};
    for (uint32_t turn = 0; world.ended < world.sagas; turn++) {
        world.rows.row_count = world.rows.head_count = world.rows.name_count = 0;
        for (uint32_t stage = STAGES; stage-- > 0;) {
            if (rows < STAGES && stage != turn % STAGES) {
                continue;
            }
            if (stage > 0) {
                move(&world, stage);
            } else {
                start(&world);
            }
        }
        commit(&world);
    }
    printf("%llu sagas, %llu rows, %llu commits\n", (unsigned long long)world.ended,
           (unsigned long long)world.lsn, (unsigned long long)world.durable);
    world.store->ops->close(&world.store);
    return 0;
}
