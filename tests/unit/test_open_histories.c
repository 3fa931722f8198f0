/* test_open_histories.c - every history of small open sagas: two steps, their client, participants
 * that undo and confirm, time, a person, and a crash at any point.
 *
 * A history is a list of choices. Each is played from the beginning, and what it comes to is then
 * driven to rest: all that is open answers, what the client did without saying so it says, and time
 * passes. A state that was seen before, after no more choices, is not gone into again.
 *
 * What must hold (those with words in brackets were seen to fail, with the engine broken as said):
 *
 *   register    a step is in the rows before its client acts
 *   doubt       an uncompleted step is undone in doubt      (undo_begin(): only what was late is)
 *   again       a completed output is never asked for twice (again(): what is done begins anew)
 *   confirm     only after the commit, each once            (open_forward(): before it)
 *   committed   after the commit nothing is undone
 *   both        commit and abort never both                 (open_abort() deaf to the commit, and
 *                                                            open_commit() to the way back)
 *   stands      at rest what stands is what the outcome says  (result_late() left out)
 *   replay      the rows folded anew give the same state */
#include <stdio.h>

#include <criterion/criterion.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/map.h"
#include "base/mp.h"
#include "engine/batch.h"
#include "engine/effect.h"
#include "engine/engine.h"
#include "engine/entropy.h"
#include "engine/event.h"
#include "engine/leave.h"
#include "engine/load.h"
#include "engine/state.h"
#include "journal/saga_image.h"
#include "language/open_terms.h"
#include "lib/saga_dump.h"
#include "reading/problem.h"
#include "saga/open.h"
#include "saga/task.h"

enum {
    DEPTH = 6,
    STEPS = 2,
    TASKS_MAX = 32,
    ROWS_MAX = 256,
    DEAD_MS = 6000,
    TIMEOUT_MS = 60000,
    SEEN_SLOTS = 1 << 20,
};

enum choice {
    REGISTER,
    ACT = REGISTER + STEPS,
    OK = ACT + STEPS,
    FAILED = OK + STEPS,
    DOUBT = FAILED + STEPS,
    COMMIT = DOUBT + STEPS,
    ABORT,
    ANSWER, /* the first task that is open */
    REFUSE,
    TIME,
    CRASH,
    ROLLBACK,
    CHOICES
};

static const char *const names[CHOICES] = {
    "register a", "register b", "act a",   "act b",   "ok a",    "ok b",
    "failed a",   "failed b",   "doubt a", "doubt b", "commit",  "abort",
    "answer",     "refuse",     "time",    "crash",   "rollback"};

/* How the two steps are registered. */
struct shape {
    const char *compensate[STEPS];
    const char *confirm[STEPS];
};

static const struct shape shapes[] = {
    {{"s.undo", "s.undo"}, {NULL, NULL}},
    {{"s.undo", "s.undo"}, {"s.sure", "s.sure"}},
    {{"s.undo", NULL}, {NULL, "s.sure"}},
    {{"none", "s.undo"}, {NULL, NULL}},
};

/* A step, as its client and the world know it. */
struct mine {
    char key[64]; /* to act with; empty: not registered */
    bool acted;   /* under this key */
    bool stands;  /* its effect does */
    bool said_ok; /* and the coordinator has taken it */
    bool failed;
    bool confirmed;
    uint32_t confirms; /* keys under which it was asked to confirm */
};

struct open_task {
    uint8_t token[TOKEN_SIZE];
    char key[64];
    enum task_kind kind;
    uint32_t step;
    uint32_t attempt;
    bool is_open;
};

struct world {
    const struct shape *shape;
    struct engine *engine;
    struct arena arena;
    struct batch batch;
    struct row rows[ROWS_MAX];
    uint32_t row_count;
    struct open_task tasks[TASKS_MAX];
    uint32_t task_count;
    struct mine mine[STEPS];
    int64_t now_ms;
    uint32_t minted;
    enum saga_state state;
    bool committed; /* answered so */
    bool aborted;
    enum saga_error error; /* of the last reply */
    struct open_reply reply;
    char key[64]; /* of that reply */
};

static uint8_t path[DEPTH];
static uint32_t path_size;
static uint8_t random_bytes[ENTROPY_PER_EVENT];
static uint64_t *seen;
static uint64_t histories;

static void must(bool holds, const char *what)
{
    if (!holds) {
        for (uint32_t i = 0; i < path_size; i++) {
            fprintf(stderr, "%s, ", names[path[i]]);
        }
        cr_assert_fail("%s", what);
    }
}

static struct saga_image image_of(struct world *w)
{
    return (struct saga_image){.head = {.saga = 1, .definition = span_text("order")},
                               .name = span_text("s"),
                               .rows = w->rows,
                               .row_count = w->row_count};
}

static void step_engine(struct world *w, struct event *event);

static void take_task(struct world *w, const struct task *task)
{
    must(w->task_count < TASKS_MAX, "too many tasks");
    struct open_task *own = &w->tasks[w->task_count++];
    uint32_t step = task->step.data[0] == 'a' ? 0 : 1;
    struct mine *mine = &w->mine[step];
    *own = (struct open_task){
        .kind = task->kind, .step = step, .attempt = task->attempt, .is_open = true};
    memcpy(own->token, task->token, TOKEN_SIZE);
    memcpy(own->key, task->key.data, task->key.size);
    if (task->kind == TASK_UNDO) {
        must(!w->committed, "committed: an undo after the commit");
        must(task->in_doubt || mine->said_ok, "doubt: an undo that says that its do is known");
    } else {
        must(task->kind == TASK_CONFIRM, "what is asked for is an undo or a confirmation");
        must(w->committed || w->error == SAGA_OK, "confirm: before the commit");
        must(mine->said_ok && !mine->confirmed, "confirm: not once");
        must(!w->aborted, "confirm: after the abort");
    }
    struct event event = {.kind = EVENT_SENT};
    memcpy(event.task.token, task->token, TOKEN_SIZE);
    step_engine(w, &event);
}

static void keep_rows(struct world *w)
{
    for (uint32_t i = 0; i < w->batch.rows.row_count; i++) {
        bool ok = true;
        must(w->row_count < ROWS_MAX, "too many rows");
        struct row *row = &w->rows[w->row_count++];
        *row = w->batch.rows.rows[i];
        row->body = arena_copy(&w->arena, row->body, &ok);
        row->payload = arena_copy(&w->arena, row->payload, &ok);
        must(ok, "memory");
    }
}

static void take_reply(struct world *w, const struct effect *effect)
{
    w->error = effect->reply.error;
    w->reply = effect->reply.open;
    w->key[0] = '\0';
    if (w->reply.key.size > 0) {
        memcpy(w->key, w->reply.key.data, w->reply.key.size);
        w->key[w->reply.key.size] = '\0';
    }
}

static void release(struct world *w)
{
    struct effect effects[64];
    uint32_t count = w->batch.effect_count;
    must(count < ARRAY_COUNT(effects), "too many effects");
    if (count > 0) {
        memcpy(effects, w->batch.effects, count * sizeof(*effects));
    }
    keep_rows(w);
    for (uint32_t i = 0; i < count; i++) {
        if (effects[i].kind == EFFECT_REPLY) {
            take_reply(w, &effects[i]);
        }
        if (effects[i].kind == EFFECT_STATUS) {
            w->state = effects[i].status.state;
            must(!w->committed || w->state != SAGA_STATE_COMPENSATING, "committed: it goes back");
        }
    }
    uint64_t serial = w->batch.serial;
    struct task tasks[16];
    uint32_t left = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (effects[i].kind == EFFECT_TASK) {
            tasks[left++] = *effects[i].task;
        }
    }
    batch_clear(&w->batch);
    must(engine_released(w->engine, serial, &w->batch) == SAGA_OK, "memory");
    for (uint32_t i = 0; i < left; i++) {
        take_task(w, &tasks[i]);
    }
}

static void check_replay(struct world *w)
{
    struct saga *live = map_get(&w->engine->sagas, span_text("s"));
    struct saga_image image = image_of(w);
    must(!live || w->row_count == 0 || saga_equals_replay(live, &image), "replay");
}

static void load(struct world *w)
{
    struct saga_image image = image_of(w);
    struct saga_flaw flaw;
    must(engine_load(w->engine, &image, NULL, NULL, &flaw) == SAGA_OK, "replay: it is not read");
}

static void step_engine(struct world *w, struct event *event)
{
    struct entropy entropy = {random_bytes, sizeof(random_bytes), 0};
    struct span name;
    for (size_t i = 0; i < 1024; i += sizeof(w->minted)) {
        w->minted++;
        memcpy(random_bytes + i, &w->minted, sizeof(w->minted));
    }
    event->now_ms = w->now_ms;
    event->entropy = &entropy;
    if (event->kind != EVENT_START && w->row_count > 0 && engine_lacks(w->engine, event, &name)) {
        load(w);
    }
    must(engine_step(w->engine, event, &w->batch) == SAGA_OK, "memory");
    release(w);
    check_replay(w);
}

static struct span text_value(const char *text, struct buf *out)
{
    size_t before = out->size;
    if (!text) {
        return (struct span){NULL, 0};
    }
    mp_put_text(out, text);
    return span_of(out->data + before, out->size - before);
}

/* ---- what the client says ---- */

static void say(struct world *w, struct event *event)
{
    event->kind = EVENT_OPEN;
    event->open.saga = span_text("s");
    step_engine(w, event);
}

static void do_register(struct world *w, uint32_t step)
{
    struct event event = {.open = {.verb = OPEN_REGISTER,
                                   .step = span_text(step == 0 ? "a" : "b"),
                                   .needs = span_text("\x90")}};
    struct mine *mine = &w->mine[step];
    struct problems problems;
    struct buf values;
    buf_open(&values, 1 << 10);
    (void)buf_reserve(&values, 1 << 9);
    struct span compensate = text_value(w->shape->compensate[step], &values);
    struct span confirm = text_value(w->shape->confirm[step], &values);
    must(open_step_read(compensate, confirm, &w->arena, &event.open.calls, &problems) == SAGA_OK,
         "the step is read");
    uint32_t rows = w->row_count;
    say(w, &event);
    buf_close(&values);
    if (w->error != SAGA_OK) {
        return;
    }
    must(w->reply.state != OPEN_STATE_NEW || w->row_count > rows, "register: not durable");
    must(!mine->said_ok || w->reply.state == OPEN_STATE_DONE, "again: a step is asked for twice");
    must(w->reply.state != OPEN_STATE_OPEN || strcmp(mine->key, w->key) == 0, "again: another key");
    must(w->reply.state != OPEN_STATE_NEW || !mine->stands, "again: beside what stands");
    if (w->reply.state == OPEN_STATE_NEW) {
        memcpy(mine->key, w->key, sizeof(mine->key));
        mine->acted = false;
        mine->failed = false;
    }
}

static void do_complete(struct world *w, uint32_t step, enum choice how)
{
    struct mine *mine = &w->mine[step];
    struct event event = {.open = {.verb = OPEN_COMPLETE,
                                   .step = span_text(step == 0 ? "a" : "b"),
                                   .key = span_text(mine->key),
                                   .ok = how == OK,
                                   .in_doubt = how == DOUBT,
                                   .code = how == OK ? (struct span){NULL, 0} : span_text("no")}};
    say(w, &event);
    must(how != OK || w->error != SAGA_OK || w->reply.state == OPEN_STATE_DONE, "ok is done");
    mine->said_ok |= how == OK && w->error == SAGA_OK;
    mine->failed |= how == FAILED && w->error == SAGA_OK;
}

static void do_end(struct world *w, bool commits)
{
    struct event event = {.open = {.verb = commits ? OPEN_COMMIT : OPEN_ABORT}};
    w->error = SAGA_CONFLICT;
    say(w, &event);
    if (w->error != SAGA_OK) {
        return;
    }
    must(!(commits ? w->aborted : w->committed), "both: a commit and an abort");
    must(!commits || w->state != SAGA_STATE_COMPENSATING, "both: a commit on the way back");
    for (uint32_t i = 0; i < STEPS && commits; i++) {
        const struct mine *mine = &w->mine[i];
        must(!mine->key[0] || mine->said_ok || mine->failed, "a commit with a step in the air");
    }
    w->committed |= commits;
    w->aborted |= !commits;
}

/* ---- what else happens ---- */

static struct open_task *first_task(struct world *w)
{
    for (uint32_t i = 0; i < w->task_count; i++) {
        if (w->tasks[i].is_open) {
            return &w->tasks[i];
        }
    }
    return NULL;
}

static void do_answer(struct world *w, bool refuses)
{
    struct open_task *task = first_task(w);
    struct mine *mine = &w->mine[task->step];
    struct event event = {.kind = EVENT_RESULT,
                          .result = {.key = span_text(task->key),
                                     .attempt = task->attempt,
                                     .status = refuses ? RESULT_FAILED : RESULT_OK,
                                     .code = span_text("no"),
                                     .retryable = !refuses,
                                     .retry_after_ms = -1}};
    memcpy(event.result.token, task->token, TOKEN_SIZE);
    task->is_open = false;
    if (!refuses && task->kind == TASK_UNDO) {
        mine->stands = false;
    }
    if (!refuses && task->kind == TASK_CONFIRM) {
        mine->confirmed = true;
    }
    step_engine(w, &event);
}

static int64_t next_due(const struct world *w)
{
    return engine_next_due(w->engine, 0);
}

static void pass_time(struct world *w)
{
    struct event event = {.kind = EVENT_TIME};
    int64_t due_ms = next_due(w);
    w->now_ms = due_ms > w->now_ms && due_ms < INT64_MAX ? due_ms : w->now_ms;
    step_engine(w, &event);
    must(next_due(w) > w->now_ms, "a timer that has fired lies in the past");
}

static void open_engine(struct world *w)
{
    struct engine_options options = {.memory = &arena_heap,
                                     .dead_ms = DEAD_MS,
                                     .seed = 1,
                                     .last_lsn = w->row_count,
                                     .last_saga = w->row_count > 0 ? 1 : 0,
                                     .sagas_max = 10};
    struct event serving = {.kind = EVENT_SERVING};
    must(engine_new(&options, &w->engine) == SAGA_OK, "memory");
    if (w->row_count > 0) {
        load(w);
    }
    step_engine(w, &serving);
}

/* What is in flight is sent again, unless its participant answers first. */
static void crash(struct world *w)
{
    engine_destroy(&w->engine);
    open_engine(w);
}

static void rollback(struct world *w)
{
    const struct span accept[STEPS] = {span_text("a"), span_text("b")};
    struct event event = {.kind = EVENT_VERB,
                          .verb = {.verb = VERB_ROLLBACK,
                                   .saga = span_text("s"),
                                   .actor = span_text("ada"),
                                   .reason = span_text("no"),
                                   .accept = accept}};
    event.verb.accept_count = !w->mine[0].key[0] ? 0 : w->mine[1].key[0] ? 2 : 1;
    w->error = SAGA_CONFLICT;
    step_engine(w, &event);
    must(w->error != SAGA_OK || !w->committed, "committed: rolled back");
    w->aborted |= w->error == SAGA_OK;
}

static bool is_possible(struct world *w, enum choice choice)
{
    if (choice < ACT) {
        return true;
    }
    if (choice < COMMIT) {
        const struct mine *mine = &w->mine[choice % STEPS];
        bool is_key = mine->key[0] != '\0';
        if (choice < OK) {
            return is_key && !mine->acted && !mine->failed;
        }
        return choice < FAILED  ? is_key && mine->acted
               : choice < DOUBT ? is_key && !mine->acted
                                : is_key;
    }
    const struct open_task *task = first_task(w);
    bool is_left = choice != ANSWER && choice != REFUSE;
    bool refuses = choice != REFUSE || (task && task->kind == TASK_CONFIRM);
    return (is_left || task) && refuses && (choice != TIME || next_due(w) < INT64_MAX);
}

static void obey(struct world *w, enum choice choice)
{
    uint32_t step = choice % STEPS;
    if (choice < ACT) {
        do_register(w, step);
    } else if (choice < OK) {
        w->mine[step].acted = true;
        w->mine[step].stands = true;
    } else if (choice < COMMIT) {
        do_complete(w, step, choice < FAILED ? OK : choice < DOUBT ? FAILED : DOUBT);
    } else if (choice == COMMIT || choice == ABORT) {
        do_end(w, choice == COMMIT);
    } else if (choice == ANSWER || choice == REFUSE) {
        do_answer(w, choice == REFUSE);
    } else if (choice == TIME) {
        pass_time(w);
    } else if (choice == CRASH) {
        crash(w);
    } else {
        rollback(w);
    }
}

/* ---- the end ---- */

static void drive_to_rest(struct world *w)
{
    for (uint32_t rounds = 0; rounds < 200; rounds++) {
        bool quiet = true;
        for (uint32_t i = 0; i < STEPS; i++) {
            struct mine *mine = &w->mine[i];
            if (mine->acted && mine->stands && !mine->said_ok) {
                mine->acted = false; /* it has been said now, whatever came of that */
                do_complete(w, i, OK);
                quiet = false;
            }
        }
        if (first_task(w)) {
            do_answer(w, false);
            quiet = false;
        }
        if (quiet && next_due(w) == INT64_MAX) {
            return;
        }
        if (quiet) {
            pass_time(w);
        }
    }
    must(false, "it does not come to rest");
}

static void check_outcome(struct world *w)
{
    bool irrevocable = false;
    must(w->state != SAGA_STATE_RUNNING && w->state != SAGA_STATE_COMPENSATING, "it is not over");
    must((w->state == SAGA_STATE_COMPLETED) <= w->committed, "completed without a commit");
    for (uint32_t i = 0; i < STEPS; i++) {
        const struct mine *mine = &w->mine[i];
        bool has_undo = w->shape->compensate[i] && strcmp(w->shape->compensate[i], "none") != 0;
        irrevocable |= !w->shape->compensate[i] || w->shape->confirm[i];
        if (w->state == SAGA_STATE_COMPENSATED) {
            must(!has_undo || !mine->stands, "stands: what was to be undone");
        } else if (w->state == SAGA_STATE_COMPLETED) {
            must(!mine->said_ok || mine->stands, "stands: what was committed was undone");
            must(!mine->said_ok || !w->shape->confirm[i] || mine->confirmed, "confirm: left out");
        }
    }
    must(w->state != SAGA_STATE_PARKED || irrevocable, "parked, and everything can be undone");
}

/* ---- the enumeration ---- */

static void world_open(struct world *w, const struct shape *shape)
{
    static const uint8_t terms[] = "\x81\xaatimeout_ms\xcd\xea\x60";
    struct event event = {.kind = EVENT_START};
    *w = (struct world){.shape = shape, .now_ms = 1000, .state = SAGA_STATE_RUNNING};
    arena_open(&w->arena, &arena_heap, 1 << 24);
    batch_open(&w->batch, &arena_heap);
    open_engine(w);
    event.start = (struct start_request){.definition = open_terms_definition(),
                                         .open_name = span_text("order"),
                                         .terms = span_of(terms, sizeof(terms) - 1),
                                         .name = span_text("s")};
    step_engine(w, &event);
    must(w->error == SAGA_OK && w->row_count == 1, "it begins");
}

static void world_close(struct world *w)
{
    engine_destroy(&w->engine);
    batch_close(&w->batch);
    arena_close(&w->arena);
}

/* All that what comes next depends on. */
static uint64_t digest(struct world *w)
{
    struct buf out;
    struct saga *saga;
    struct saga_flaw flaw;
    struct saga_image image = image_of(w);
    uint8_t hash[DIGEST_SIZE];
    uint64_t short_hash;
    buf_open(&out, 1 << 20);
    must(saga_load(&arena_heap, &image, open_terms_definition(), &saga, &flaw) == SAGA_OK, "load");
    saga_dump(saga, &out);
    saga_destroy(&saga);
    buf_write(&out, w->mine, sizeof(w->mine));
    for (uint32_t i = 0; i < w->task_count; i++) {
        buf_write(&out, &w->tasks[i].is_open, 1);
    }
    mp_put_int(&out, next_due(w) - w->now_ms);
    mp_put_bool(&out, w->committed);
    mp_put_bool(&out, w->aborted);
    digest_pair(buf_span(&out), span_of(w->shape, sizeof(*w->shape)), hash);
    buf_close(&out);
    memcpy(&short_hash, hash, sizeof(short_hash));
    return short_hash | 1;
}

/* Was the state seen with as many choices left, or more? */
static bool is_known(uint64_t hash, uint32_t left)
{
    uint64_t own = (hash & ~UINT64_C(15)) | left;
    for (uint64_t i = hash / 16 % SEEN_SLOTS;; i = (i + 1) % SEEN_SLOTS) {
        if (seen[i] == 0) {
            seen[i] = own;
            return false;
        }
        if ((seen[i] & ~UINT64_C(15)) == (own & ~UINT64_C(15))) {
            bool known = (seen[i] & 15) >= left;
            seen[i] = known ? seen[i] : own;
            return known;
        }
    }
}

/* The world after the path; false: its last choice was not possible. */
static bool play(struct world *w, const struct shape *shape)
{
    world_open(w, shape);
    for (uint32_t i = 0; i < path_size; i++) {
        if (!is_possible(w, path[i])) {
            return false;
        }
        obey(w, path[i]);
    }
    return true;
}

/* Plays the path; true: what it comes to was not seen before. */
static bool try_path(const struct shape *shape)
{
    static struct world w;
    bool is_new = play(&w, shape) && !is_known(digest(&w), DEPTH + 1 - path_size);
    if (is_new) {
        histories++;
        drive_to_rest(&w);
        check_outcome(&w);
    }
    world_close(&w);
    return is_new;
}

/* All paths, in the order of their choices: a path is followed by those that begin with it. */
static void explore(const struct shape *shape)
{
    path_size = 0;
    do {
        if (try_path(shape) && path_size < DEPTH) {
            path[path_size++] = 0;
            continue;
        }
        while (path_size > 0 && ++path[path_size - 1] == CHOICES) {
            path_size--;
        }
    } while (path_size > 0);
}

Test(open_histories, every_history_of_small_sagas)
{
    for (size_t i = 0; i < ARRAY_COUNT(shapes); i++) {
        seen = calloc(SEEN_SLOTS, sizeof(*seen));
        cr_assert_not_null(seen);
        histories = 0;
        explore(&shapes[i]);
        fprintf(stderr, "shape %zu: %llu histories\n", i, (unsigned long long)histories);
        cr_expect_gt(histories, 1000);
        free(seen);
    }
}
