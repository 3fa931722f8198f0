/* exhaustive.c - every history of small sagas, up to a depth, with replay after every event.
 *
 * A history is a list of choices. It is run from its beginning in a fresh engine; at its end the
 * possible next events are counted, and the enumeration goes on with each (an odometer over
 * choices). States that were seen before, with no less depth left, are not gone into again.
 *
 * The world outside is a few flags: does an effect of this step stand? An attempt that is lost or
 * times out has either been applied or not, both are tried, and one that was not may still act
 * until its time is over. What must hold, after every event (each was seen to fail once, with the
 * engine broken as said):
 *
 *   replay      the rows folded anew give the same state      (fold kept retry_ms on success)
 *   no_spin     a timer that has fired lies in the future     (gate timer without its condition)
 *   key         one key, one request                          (retry re-filled the input)
 *   order       an undo leaves after those of all dependents  (clear = true in backward.c)
 *   overtake    no do can take effect after its undo left     (call_quiet_ms = 0)
 *   completed   all effects stand                             (start_ready before needs)
 *   compensated nothing stands but what is readonly           (in doubt taken for failed)
 *   settled     at rest a saga is final or parked             (RETRYING left alone in backward.c)
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/digest.h"
#include "base/json.h"
#include "base/mp.h"
#include "engine/engine.h"
#include "engine/turn.h"

enum {
    DEPTH_MAX = 40,
    CHOICES_MAX = 256,
    TASKS_MAX = 64,
    ROWS_MAX = 256,
    SEEN_SIZE = 1 << 22,
    STEPS_MAX = 4,
    DEAD_MS = 6000,
};

enum choice_kind {
    CHOICE_OK,
    CHOICE_REFUSED,
    CHOICE_FAILED,
    CHOICE_LOST_APPLIED,
    CHOICE_LOST,
    CHOICE_LATE_OK,
    CHOICE_LATE_FAILED,
    CHOICE_TIME,
    CHOICE_TIME_APPLIED,
    CHOICE_ROLLBACK,
    CHOICE_CRASH,
};

struct choice {
    enum choice_kind kind;
    uint32_t task;
};

/* A task that left, as the participant has it. */
struct sent {
    uint8_t token[TOKEN_SIZE];
    char key[64];
    uint32_t attempt;
    enum task_kind kind;
    uint32_t step;
    int64_t sent_ms;
    int64_t ttl_ms;
    bool answered;
    bool applied;
    bool lost;
};

struct world {
    const struct definition *definition;
    struct engine *engine;
    struct batch batch;
    struct arena arena; /* of rows, as the store keeps them */
    struct row rows[ROWS_MAX];
    uint32_t row_count;
    struct sent tasks[TASKS_MAX];
    uint32_t task_count;
    bool effect[STEPS_MAX];
    bool undo_left[STEPS_MAX];
    int64_t now_ms;
    bool rolled_back;
    bool crashed;
    bool alerted;
    enum saga_state state;
    struct entropy entropy;
    uint8_t random[ENTROPY_PER_EVENT * 4];
};

#define DO_UNDO(name)           "{'step':'" name "','action':'s.a','compensate':'s.u'}"
#define FREE(name)              "{'step':'" name "','action':'s.a','compensate':'s.u','needs':[]}"
#define READ(name)              "{'step':'" name "','action':'s.a','compensate':'none'}"
#define PIVOT(name)             "{'step':'" name "','action':'s.a','pivot':true}"
#define CHECKED(name)           "{'step':'" name "','action':'s.a','compensate':'s.u'," CHECK_OF_IT
#define CHECK_OF_IT             "'check':'s.c'}"
#define SAGA(name, more, steps) "{'saga':'" name "'," more "'steps':[" steps "]}"
static const char *const documents[] = {
    SAGA("one", "", DO_UNDO("a")),
    SAGA("pivot", "", DO_UNDO("a") "," PIVOT("b")),
    SAGA("line", "", DO_UNDO("a") "," DO_UNDO("b") "," READ("c")),
    SAGA("fork", "", FREE("a") "," FREE("b")),
    SAGA("check", "", CHECKED("a") "," READ("b")),
    SAGA("strict", "'compensation_order':'strict',", FREE("a") "," FREE("b")),
    SAGA("after", "", DO_UNDO("a") "," PIVOT("b") ",{'step':'c','action':'s.c'}"),
};

static uint64_t *seen;
static uint64_t states;
static uint64_t histories;
static int depth_max = 5;
static struct choice path[DEPTH_MAX];
static int path_size;

static void fail(const char *invariant)
{
    static const char *const names[] = {"ok",           "refused",  "failed",      "lost-applied",
                                        "lost",         "late-ok",  "late-failed", "time",
                                        "time-applied", "rollback", "crash"};
    printf("VIOLATED %s by the history:", invariant);
    for (int i = 0; i < path_size; i++) {
        printf(" %s/%u", names[path[i].kind], path[i].task);
    }
    printf("\n");
    exit(1);
}

static void must(bool holds, const char *invariant)
{
    if (!holds) {
        fail(invariant);
    }
}

/* ---- a dump of what is durable ---- */

static void dump_call(const struct call *call, struct buf *out)
{
    mp_put_uint(out, call->run);
    mp_put_uint(out, call->number_last);
    mp_put_uint(out, call->counted);
    mp_put_uint(out, call->losses);
    mp_put_int(out, call->retry_ms);
    mp_put_bool(out, call->used_up);
    mp_put_bool(out, call->in_doubt);
    mp_put_str(out, call->key);
    mp_put_value(out, call->input);
    for (const struct attempt *a = call->attempts; a; a = a->older) {
        mp_put_uint(out, a->run);
        mp_put_uint(out, a->number);
        mp_put_uint(out, (uint64_t)a->state);
        mp_put_bool(out, a->answered);
        mp_put_bool(out, a->later);
        mp_put_uint(out, (uint64_t)a->verdict);
        mp_put_bool(out, a == call->newest);
    }
}

static void dump(const struct saga *saga, struct buf *out)
{
    buf_clear(out);
    mp_put_uint(out, saga->seq);
    mp_put_uint(out, (uint64_t)saga->state);
    mp_put_uint(out, (uint64_t)saga->direction);
    mp_put_bool(out, saga->turn_wanted);
    mp_put_bool(out, saga->timed_out);
    mp_put_value(out, saga->reason);
    for (uint32_t i = 0; i < saga->definition->step_count; i++) {
        const struct step *step = &saga->steps[i];
        mp_put_uint(out, (uint64_t)step->state);
        mp_put_uint(out, (uint64_t)step->undo_state);
        mp_put_bool(out, step->chosen);
        mp_put_bool(out, step->late);
        mp_put_bool(out, step->stuck);
        mp_put_bool(out, step->refused);
        mp_put_value(out, step->output);
        mp_put_str(out, step->code);
        for (uint32_t k = 0; k < CALL_COUNT; k++) {
            dump_call(&step->calls[k], out);
        }
    }
}

static struct saga *live(const struct world *world)
{
    return map_get(&world->engine->sagas, span_text("s"));
}

static const struct saga_image *image_of(struct world *world)
{
    static struct saga_image image;
    image = (struct saga_image){.head = {.saga = 1,
                                         .definition = world->definition->name,
                                         .version = world->definition->version},
                                .name = span_text("s"),
                                .rows = world->rows,
                                .row_count = world->row_count};
    return &image;
}

static void check_replay(struct world *world)
{
    static struct buf ours = {.size_max = 1 << 20};
    static struct buf theirs = {.size_max = 1 << 20};
    struct saga *saga = live(world);
    struct saga *copy = NULL;
    const char *why = NULL;
    if (!saga || world->row_count == 0) {
        return;
    }
    must(saga_load(&arena_heap, image_of(world), world->definition, &copy, &why) == SAGA_OK,
         "replay");
    dump(saga, &ours);
    dump(copy, &theirs);
    must(span_equal(buf_span(&ours), buf_span(&theirs)), "replay");
    saga_destroy(&copy);
}

/* ---- effects: durable first, then out ---- */

static bool may_act(const struct world *world, const struct sent *task)
{
    return !task->answered && !task->applied && world->now_ms <= task->sent_ms + task->ttl_ms;
}

static void check_undo(const struct world *world, const struct sent *undo)
{
    const struct step_spec *spec = &world->definition->steps[undo->step];
    for (uint32_t i = 0; i < spec->needed_by_count; i++) {
        must(!world->effect[spec->needed_by[i]] ||
                 world->definition->steps[spec->needed_by[i]].step_class == CLASS_READONLY ||
                 live(world)->steps[spec->needed_by[i]].state == STEP_STATE_PARKED ||
                 live(world)->steps[spec->needed_by[i]].stuck,
             "order");
    }
    for (uint32_t i = 0; i < world->task_count; i++) {
        const struct sent *task = &world->tasks[i];
        if (task->kind == TASK_DO && task->step == undo->step) {
            must(!may_act(world, task), "overtake");
        }
    }
}

static void step_engine(struct world *world, struct event *event);

static void take_task(struct world *world, const struct task *task)
{
    must(world->task_count < TASKS_MAX, "too many tasks");
    struct sent *sent = &world->tasks[world->task_count];
    *sent = (struct sent){.attempt = task->attempt,
                          .kind = task->kind,
                          .sent_ms = world->now_ms,
                          .ttl_ms = task->ttl_ms};
    memcpy(sent->token, task->token, TOKEN_SIZE);
    must(task->key.size < sizeof sent->key, "key");
    memcpy(sent->key, task->key.data, task->key.size);
    sent->step = (uint32_t)definition_step(world->definition, task->step);
    if (task->kind == TASK_UNDO) {
        check_undo(world, sent);
        world->undo_left[sent->step] = true;
    }
    world->task_count++;
    struct event event = {.kind = EVENT_SENT};
    memcpy(event.task.token, task->token, TOKEN_SIZE);
    step_engine(world, &event);
}

static void keep_rows(struct world *world)
{
    for (uint32_t i = 0; i < world->batch.rows.row_count; i++) {
        bool ok = true;
        must(world->row_count < ROWS_MAX, "too many rows");
        struct row *row = &world->rows[world->row_count++];
        *row = world->batch.rows.rows[i];
        row->body = arena_copy(&world->arena, row->body, &ok);
        row->payload = arena_copy(&world->arena, row->payload, &ok);
        must(ok, "memory");
    }
}

/* Everything decided becomes durable, then leaves. */
static void release(struct world *world)
{
    struct effect effects[128];
    uint32_t count = world->batch.effect_count;
    must(count < 128, "too many effects");
    if (count > 0) {
        memcpy(effects, world->batch.effects, count * sizeof *effects);
    }
    keep_rows(world);
    batch_clear(&world->batch);
    for (uint32_t i = 0; i < count; i++) {
        if (effects[i].kind == EFFECT_TASK) {
            take_task(world, effects[i].task);
        } else if (effects[i].kind == EFFECT_ALERT) {
            world->alerted = true;
        } else if (effects[i].kind == EFFECT_STATUS) {
            world->state = effects[i].status.state;
        }
    }
}

static void step_engine(struct world *world, struct event *event)
{
    event->now_ms = world->now_ms;
    event->entropy = &world->entropy;
    world->entropy.used = world->entropy.used > ENTROPY_PER_EVENT ? 0 : world->entropy.used;
    for (size_t i = 0; i < 64; i++) {
        world->random[(world->entropy.used + i) % sizeof world->random] =
            (uint8_t)(world->task_count * 7 + i + world->row_count * 13 + 1);
    }
    must(engine_step(world->engine, event, &world->batch) == SAGA_OK, "memory");
    release(world);
}

/* ---- the world ---- */

static void open_engine(struct world *world)
{
    struct engine_options options = {.memory = &arena_heap,
                                     .dead_ms = DEAD_MS,
                                     .seed = 1,
                                     .last_lsn = world->row_count,
                                     .last_saga = world->row_count > 0 ? 1 : 0,
                                     .sagas_max = 10};
    must(engine_new(&options, &world->engine) == SAGA_OK, "memory");
}

static void open_world(struct world *world, const struct definition *definition)
{
    *world = (struct world){.definition = definition, .now_ms = 1000, .state = SAGA_STATE_RUNNING};
    world->entropy = (struct entropy){world->random, sizeof world->random, 0};
    arena_open(&world->arena, &arena_heap, 1 << 24);
    batch_open(&world->batch, &arena_heap);
    open_engine(world);
    struct event serving = {.kind = EVENT_SERVING};
    step_engine(world, &serving);
    struct event start = {.kind = EVENT_START};
    start.start.definition = definition;
    start.start.name = span_text("s");
    step_engine(world, &start);
}

static void close_world(struct world *world)
{
    engine_destroy(&world->engine);
    batch_close(&world->batch);
    arena_close(&world->arena);
}

static const struct definition *lookup(struct span name, uint32_t version, void *arg)
{
    (void)name;
    (void)version;
    return arg;
}

static void crash(struct world *world)
{
    const char *why = NULL;
    engine_destroy(&world->engine);
    batch_clear(&world->batch);
    open_engine(world);
    world->now_ms += 10;
    must(engine_load(world->engine, image_of(world), lookup, (void *)(uintptr_t)world->definition,
                     &why) == SAGA_OK,
         "replay");
    struct event serving = {.kind = EVENT_SERVING};
    step_engine(world, &serving);
    world->crashed = true;
}

static void answer(struct world *world, struct sent *task, enum result_status status,
                   const char *code)
{
    struct event event = {.kind = EVENT_RESULT};
    event.result = (struct result){.key = span_text(task->key),
                                   .attempt = task->attempt,
                                   .status = status,
                                   .code = span_text(code),
                                   .retryable = strcmp(code, "refused") != 0,
                                   .retry_after_ms = -1};
    memcpy(event.result.token, task->token, TOKEN_SIZE);
    task->answered = true;
    step_engine(world, &event);
}

static void apply(struct world *world, struct sent *task)
{
    if (task->kind == TASK_DO) {
        world->effect[task->step] = true;
    } else if (task->kind == TASK_UNDO) {
        world->effect[task->step] = false;
    }
    task->applied = true;
}

static void succeed(struct world *world, struct sent *task)
{
    if (task->kind == TASK_CHECK && !world->effect[task->step]) {
        answer(world, task, RESULT_FAILED, "not_found");
        return;
    }
    if (!task->applied) {
        apply(world, task);
    }
    answer(world, task, RESULT_OK, "");
}

static void pass_time(struct world *world)
{
    int64_t due_ms = engine_next_due(world->engine);
    world->now_ms = due_ms > world->now_ms ? due_ms : world->now_ms;
    struct event event = {.kind = EVENT_TIME};
    step_engine(world, &event);
    must(engine_next_due(world->engine) > world->now_ms, "no_spin");
}

static void perform(struct world *world, struct choice choice)
{
    struct sent *task = &world->tasks[choice.task];
    struct event event = {.kind = EVENT_LOST};
    switch (choice.kind) {
    case CHOICE_OK:
    case CHOICE_LATE_OK:
        succeed(world, task);
        break;
    case CHOICE_REFUSED:
        answer(world, task, RESULT_FAILED, "refused");
        break;
    case CHOICE_FAILED:
    case CHOICE_LATE_FAILED:
        answer(world, task, RESULT_FAILED, "failed");
        break;
    case CHOICE_LOST_APPLIED:
        apply(world, task);
        /* fallthrough */
    case CHOICE_LOST:
        task->lost = true;
        memcpy(event.task.token, task->token, TOKEN_SIZE);
        step_engine(world, &event);
        break;
    case CHOICE_TIME_APPLIED:
        apply(world, task);
        pass_time(world);
        break;
    case CHOICE_TIME:
        pass_time(world);
        break;
    case CHOICE_ROLLBACK:
        event.kind = EVENT_VERB;
        event.verb = (struct verb_request){.verb = VERB_ROLLBACK,
                                           .saga = span_text("s"),
                                           .actor = span_text("ada"),
                                           .reason = span_text("because")};
        world->rolled_back = true;
        step_engine(world, &event);
        break;
    case CHOICE_CRASH:
        crash(world);
        break;
    }
}

/* ---- what may come next ---- */

static void add(struct choice *choices, uint32_t *count, enum choice_kind kind, uint32_t task)
{
    must(*count < CHOICES_MAX, "too many choices");
    choices[(*count)++] = (struct choice){kind, task};
}

static uint32_t next_choices(const struct world *world, struct choice *choices)
{
    uint32_t count = 0;
    bool final = saga_state_is_final(world->state);
    for (uint32_t i = 0; i < world->task_count; i++) {
        const struct sent *task = &world->tasks[i];
        bool in_time = world->now_ms <= task->sent_ms + task->ttl_ms;
        if (task->answered) {
            continue;
        }
        if (task->lost || !in_time) {
            if (task->applied) {
                add(choices, &count, CHOICE_LATE_OK, i);
            } else if (may_act(world, task)) {
                add(choices, &count, CHOICE_LATE_OK, i);
                add(choices, &count, CHOICE_LATE_FAILED, i);
            }
            continue;
        }
        add(choices, &count, CHOICE_OK, i);
        if (!task->applied) {
            add(choices, &count, CHOICE_FAILED, i);
            if (task->kind == TASK_DO) {
                add(choices, &count, CHOICE_REFUSED, i);
            }
            if (task->kind != TASK_CHECK) {
                add(choices, &count, CHOICE_LOST_APPLIED, i);
            }
            if (task->kind == TASK_DO && engine_next_due(world->engine) != INT64_MAX) {
                add(choices, &count, CHOICE_TIME_APPLIED, i);
            }
        }
        add(choices, &count, CHOICE_LOST, i);
    }
    if (engine_next_due(world->engine) != INT64_MAX) {
        add(choices, &count, CHOICE_TIME, 0);
    }
    if (!final && !world->rolled_back) {
        add(choices, &count, CHOICE_ROLLBACK, 0);
    }
    if (!final && !world->crashed) {
        add(choices, &count, CHOICE_CRASH, 0);
    }
    return count;
}

/* A digest of all that what comes next depends on; times relative to now. */
static uint64_t digest_of(const struct world *world, int left)
{
    static struct buf out = {.size_max = 1 << 20};
    uint8_t digest[DIGEST_SIZE];
    uint64_t value;
    const struct saga *saga = live(world);
    if (saga) {
        dump(saga, &out);
        for (uint32_t i = 0; i < saga->definition->step_count; i++) {
            for (uint32_t k = 0; k < CALL_COUNT; k++) {
                for (const struct attempt *a = saga->steps[i].calls[k].attempts; a; a = a->older) {
                    mp_put_bool(&out, a->left);
                    mp_put_bool(&out, a->orphan);
                    mp_put_bool(&out, a->called_off);
                    mp_put_int(&out, a->left_ms - world->now_ms);
                }
            }
        }
    } else {
        buf_clear(&out);
    }
    for (uint32_t i = 0; i < world->task_count; i++) {
        const struct sent *task = &world->tasks[i];
        mp_put_uint(&out, (uint64_t)(task->answered | task->applied << 1 | task->lost << 2));
        mp_put_int(&out, task->sent_ms - world->now_ms);
    }
    for (uint32_t i = 0; i < STEPS_MAX; i++) {
        mp_put_bool(&out, world->effect[i]);
    }
    mp_put_int(&out, left);
    mp_put_bool(&out, world->rolled_back);
    mp_put_bool(&out, world->crashed);
    mp_put_str(&out, world->definition->name);
    digest_pair(buf_span(&out), span_of(NULL, 0), digest);
    memcpy(&value, digest, sizeof value);
    return value ? value : 1;
}

static bool is_new(uint64_t digest)
{
    for (uint64_t at = digest % SEEN_SIZE, tries = 0; tries < 64;
         at = (at + 1) % SEEN_SIZE, tries++) {
        if (seen[at] == digest) {
            return false;
        }
        if (seen[at] == 0) {
            seen[at] = digest;
            states++;
            return true;
        }
    }
    return true; /* the table is crowded: going in twice is only slower */
}

static void check_outcome(const struct world *world)
{
    for (uint32_t i = 0; i < world->definition->step_count; i++) {
        bool readonly = world->definition->steps[i].step_class == CLASS_READONLY;
        if (world->state == SAGA_STATE_COMPLETED) {
            must(world->effect[i], "completed");
        }
        bool may_come = false;
        for (uint32_t k = 0; k < world->task_count; k++) {
            const struct sent *task = &world->tasks[k];
            /* An answer that has not come yet is still to be undone when it does. */
            may_come |= task->step == i && task->kind == TASK_DO && !task->answered;
        }
        if (world->state == SAGA_STATE_COMPENSATED && !readonly && !may_come) {
            must(!world->effect[i], "compensated");
        }
    }
}

/* Everything that is open answers, and time passes: then the saga must have come to rest. */
static void drive_to_rest(struct world *world)
{
    for (int rounds = 0; rounds < 200; rounds++) {
        bool moved = false;
        for (uint32_t i = 0; i < world->task_count && !moved; i++) {
            struct sent *task = &world->tasks[i];
            bool in_time = world->now_ms <= task->sent_ms + task->ttl_ms;
            if (!task->answered && (task->applied || in_time)) {
                succeed(world, task);
                moved = true;
            }
        }
        if (!moved && engine_next_due(world->engine) != INT64_MAX) {
            pass_time(world);
            moved = true;
        }
        if (!moved) {
            break;
        }
    }
    must(saga_state_is_final(world->state) || (world->state == SAGA_STATE_PARKED && world->alerted),
         "settled");
    check_outcome(world);
}

static void enumerate(const struct definition *definition)
{
    uint32_t at[DEPTH_MAX] = {0};
    int depth = 0;
    for (;;) {
        struct world world;
        struct choice choices[CHOICES_MAX];
        uint32_t count = 0;
        open_world(&world, definition);
        path_size = 0;
        for (int i = 0; i <= depth; i++) {
            count = next_choices(&world, choices);
            if (i == depth || at[i] >= count) {
                break;
            }
            path[path_size++] = choices[at[i]];
            perform(&world, choices[at[i]]);
            if (i == depth - 1) {
                check_replay(&world);
                check_outcome(&world);
            }
        }
        histories++;
        count = next_choices(&world, choices);
        bool deeper =
            depth < depth_max && count > 0 && is_new(digest_of(&world, depth_max - depth));
        if (!deeper) {
            drive_to_rest(&world);
        }
        close_world(&world);
        if (deeper) {
            at[depth++] = 0;
            continue;
        }
        /* The next choice at the deepest place that has one: known only by running up to there. */
        for (;;) {
            if (depth == 0) {
                return;
            }
            struct world before;
            open_world(&before, definition);
            path_size = 0;
            for (int i = 0; i < depth - 1; i++) {
                (void)next_choices(&before, choices);
                path[path_size++] = choices[at[i]];
                perform(&before, choices[at[i]]);
            }
            count = next_choices(&before, choices);
            close_world(&before);
            if (++at[depth - 1] < count) {
                break;
            }
            depth--;
        }
    }
}

static const struct definition *compile(const char *text, struct arena *arena)
{
    char json[1024];
    struct buf document;
    struct json_problem problem;
    struct problems problems;
    const struct definition *definition = NULL;
    size_t size = strlen(text);
    must(size < sizeof json, "definition");
    for (size_t i = 0; i <= size; i++) {
        json[i] = text[i] == '\'' ? '"' : text[i];
    }
    buf_open(&document, 1 << 20);
    must(json_to_mp(span_text(json), &document, &problem) == SAGA_OK, "definition");
    enum saga_error rc = definition_compile(buf_span(&document), arena, &definition, &problems);
    if (rc != SAGA_OK) {
        printf("%s: %s %s\n", json, problems.items[0].pointer, problems.items[0].detail);
    }
    must(rc == SAGA_OK, "definition");
    buf_close(&document);
    /* Two attempts a key: the smallest number at which retries, doubt and their mix exist. */
    for (uint32_t i = 0; i < definition->step_count; i++) {
        struct step_spec *step = (struct step_spec *)(uintptr_t)&definition->steps[i];
        step->action.retry.attempts_max = 2;
        step->action.retry.jitter = 0;
        step->undo.retry.jitter = 0;
    }
    return definition;
}

int main(int argc, char **argv)
{
    depth_max = argc > 1 ? (int)strtol(argv[1], NULL, 10) : depth_max;
    must(depth_max > 0 && depth_max < DEPTH_MAX, "usage: exhaustive [DEPTH]");
    seen = calloc(SEEN_SIZE, sizeof *seen);
    for (size_t i = 0; seen && i < ARRAY_COUNT(documents); i++) {
        struct arena arena;
        uint64_t states_before = states;
        uint64_t histories_before = histories;
        arena_open(&arena, &arena_heap, 1 << 20);
        const struct definition *definition = compile(documents[i], &arena);
        enumerate(definition);
        printf("%-8.*s depth %d: %llu histories, %llu states\n", (int)definition->name.size,
               (const char *)definition->name.data, depth_max,
               (unsigned long long)(histories - histories_before),
               (unsigned long long)(states - states_before));
        fflush(stdout);
        arena_close(&arena);
    }
    free(seen);
    return 0;
}
