/* looks.c - a queue to the thread that reads, and a list back to the loop under a lock. */
#include "looks.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "api/pack.h"
#include "base/arena.h"
#include "base/limits.h"
#include "core/live.h"
#include "core/outputs.h"
#include "engine/at_work.h"
#include "store/catalog.h"
#include "store/readers.h"
#include "store/store.h"

enum { LOOKS_MAX = 256 /* asked for and not answered: each may hold a whole message */ };

/* A look on its way. Its kind is in what it does. */
struct job {
    struct readers_job job; /* first: what readers give back */
    void (*read)(struct job *job, struct store_reader *reader);
    void (*answer)(struct job *job);
    struct looks *of;
    struct peers_look *look;    /* of a client */
    struct output_look *output; /* of the core */
    struct arena arena;         /* owns what is found at work */
    struct at_work at_work;
    struct job *next; /* that is done */
};

struct looks {
    struct readers *readers;
    const struct catalog *catalog;
    const struct core *core;
    int wake;
    uint32_t open;        /* the loop's: jobs that are not answered */
    atomic_bool is_over;  /* nothing more is read */
    pthread_mutex_t lock; /* of the list: */
    struct job *first;    /* done, in the order in which they came */
    struct job *last;
};

static enum saga_error read_saga(const struct looks *looks, struct store_reader *reader,
                                 struct job *job)
{
    struct peers_look *look = job->look;
    struct arena arena;
    struct saga_image image;
    arena_open(&arena, &arena_heap, (size_t)4 * LIMIT_SAGA_MEMORY);
    enum saga_error rc = reader->ops->load_one(reader, look->saga, &arena, &image);
    if (rc == SAGA_OK || (rc == SAGA_STORE_CORRUPT && image.name.size > 0)) {
        const struct definition *definition = catalog_of_saga(looks->catalog, &image.head);
        const struct pack_range part = {
            .since = look->range.since, .limit = look->range.limit, .at_work = &job->at_work};
        if (rc == SAGA_OK && !definition) {
            image.is_unreadable = true;
            image.flaw.why = FLAW_NO_DEFINITION;
        }
        rc = pack_saga(&image, definition, &part, &look->body, &look->pairs);
    }
    arena_close(&arena);
    return rc;
}

static void run(struct readers_job *taken, struct store_reader *reader)
{
    struct job *job = (struct job *)taken;
    struct looks *looks = job->of;
    uint64_t one = 1;
    job->read(job, reader);
    pthread_mutex_lock(&looks->lock);
    if (looks->last) {
        looks->last->next = job;
    } else {
        looks->first = job;
    }
    looks->last = job;
    pthread_mutex_unlock(&looks->lock);
    MAYBE(write(looks->wake, &one, sizeof(one)) > 0); /* a full counter wakes as well */
}

static void give_back(struct job *job)
{
    arena_close(&job->arena);
    free(job);
}

static enum saga_error job_new(struct looks *looks, struct job **job)
{
    if (looks->open >= LOOKS_MAX) {
        return SAGA_OVERLOADED;
    }
    struct job *made = malloc(sizeof(*made));
    if (!made) {
        return SAGA_NO_MEMORY;
    }
    *made = (struct job){.job.run = run, .of = looks, .at_work.arena = &made->arena};
    arena_open(&made->arena, &arena_heap, LIMIT_SAGA_MEMORY);
    *job = made;
    return SAGA_OK;
}

static enum saga_error send_off(struct job *job)
{
    if (!readers_run(job->of->readers, &job->job)) {
        give_back(job);
        return SAGA_UNAVAILABLE;
    }
    job->of->open++;
    return SAGA_OK;
}

/* ---- a client's look at a saga ---- */

static void read_look(struct job *job, struct store_reader *reader)
{
    bool is_over = atomic_load(&job->of->is_over);
    job->look->error = is_over ? SAGA_UNAVAILABLE : read_saga(job->of, reader, job);
}

static void answer_look(struct job *job)
{
    job->look->answer(job->look);
}

static enum saga_error get(struct peers_look *look, void *arg)
{
    struct looks *looks = arg;
    struct job *job = NULL;
    enum saga_error rc = job_new(looks, &job);
    if (rc != SAGA_OK) {
        return rc;
    }
    job->read = read_look;
    job->answer = answer_look;
    job->look = look;
    live_look(looks->core, look->saga, &job->at_work);
    return send_off(job);
}

/* ---- the core's look at an output ---- */

static void read_output(struct job *job, struct store_reader *reader)
{
    if (atomic_load(&job->of->is_over)) {
        job->output->error = SAGA_UNAVAILABLE;
    } else {
        outputs_load(reader, job->of->catalog, job->output);
    }
}

static void answer_output(struct job *job)
{
    job->output->done(job->output);
}

static enum saga_error read_for_core(struct output_look *look, void *arg)
{
    struct job *job = NULL;
    enum saga_error rc = job_new(arg, &job);
    if (rc != SAGA_OK) {
        return rc;
    }
    job->read = read_output;
    job->answer = answer_output;
    job->output = look;
    return send_off(job);
}

/* ---- open and close ---- */

enum saga_error looks_open(struct store *store, const struct catalog *catalog,
                           const struct core *core, struct looks **looks)
{
    struct looks *made = calloc(1, sizeof(*made));
    if (!made) {
        return SAGA_NO_MEMORY;
    }
    made->catalog = catalog;
    made->core = core;
    made->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    pthread_mutex_init(&made->lock, NULL);
    enum saga_error rc =
        made->wake < 0 ? SAGA_NO_MEMORY : readers_open(store, 1, READERS_LAST, &made->readers);
    if (rc != SAGA_OK) {
        looks_close(&made);
        return rc;
    }
    *looks = made;
    return SAGA_OK;
}

void looks_reader(struct looks *looks, struct peers_reader *reader)
{
    *reader = (struct peers_reader){.get = get, .arg = looks};
}

void looks_outputs(struct looks *looks, struct outputs_reader *reader)
{
    *reader = (struct outputs_reader){.read = read_for_core, .arg = looks};
}

int looks_wake(const struct looks *looks)
{
    return looks->wake;
}

void looks_take(struct looks *looks)
{
    uint64_t count;
    MAYBE(read(looks->wake, &count, sizeof(count)) > 0);
    pthread_mutex_lock(&looks->lock);
    struct job *job = looks->first;
    looks->first = NULL;
    looks->last = NULL;
    pthread_mutex_unlock(&looks->lock);
    while (job) {
        struct job *next = job->next;
        CHECK(looks->open > 0);
        looks->open--;
        job->answer(job);
        give_back(job);
        job = next;
    }
}

void looks_close(struct looks **looks)
{
    struct looks *gone = *looks;
    if (!gone) {
        return;
    }
    atomic_store(&gone->is_over, true);
    readers_close(&gone->readers);
    looks_take(gone);
    CHECK(gone->open == 0);
    if (gone->wake >= 0) {
        close(gone->wake);
    }
    pthread_mutex_destroy(&gone->lock);
    free(gone);
    *looks = NULL;
}
