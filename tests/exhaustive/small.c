/* small.c - see small.h. */
#include "small.h"

#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/map.h"
#include "base/mp.h"
#include "engine/batch.h"
#include "engine/effect.h"
#include "engine/engine.h"
#include "engine/entropy.h"
#include "engine/event.h"
#include "engine/load.h"
#include "engine/pivot.h"
#include "engine/state.h"
#include "journal/saga_image.h"
#include "journal/verb.h"
#include "lib/facet_set.h"
#include "lib/saga_dump.h"
#include "lib/told.h"
#include "saga/attempts.h"
#include "saga/checks.h"
#include "saga/keys.h"
#include "saga/saga.h"
#include "saga/task.h"
#include "saga/verdict.h"

enum { TOKENS_PER_EVENT = 16 };

struct saga *small_saga(const struct small *world)
{
    return map_get(&world->engine->sagas, span_text("s"));
}

/* The step with for_each; step_count = there is none. */
static uint32_t container_of(const struct definition *definition)
{
    uint32_t i = 0;
    while (i < definition->step_count && !definition->steps[i].for_each) {
        i++;
    }
    return i;
}

uint32_t small_step_count(const struct definition *definition)
{
    bool fans_out = container_of(definition) < definition->step_count;
    return definition->step_count + (fans_out ? SMALL_ITEMS : 0);
}

const struct step_spec *small_spec(const struct small *world, uint32_t step)
{
    const struct definition *definition = world->definition;
    return &definition->steps[step < definition->step_count ? step : container_of(definition)];
}

static uint32_t step_named(const struct small *world, struct span name)
{
    int32_t index = saga_step_named(small_saga(world), name);
    must(index >= 0, "names");
    return (uint32_t)index;
}

bool small_in_time(const struct small *world, const struct sent *task)
{
    return world->now_ms <= task->sent_ms + task->ttl_ms;
}

bool small_may_act(const struct small *world, const struct sent *task)
{
    return !task->answered && !task->applied && small_in_time(world, task);
}

/* ---- what must hold when an undo or anything else leaves ---- */

/* The bit of the key that a task is about. */
static uint32_t bit_of(const struct sent *task)
{
    return UINT32_C(1) << (task->run - 1);
}

/* A key that was undone, and is undone again: its step goes on under another meanwhile. */
static bool is_stray(const struct small *world, const struct sent *undo)
{
    for (uint32_t i = 0; i < world->task_count; i++) {
        const struct sent *task = &world->tasks[i];
        if (task->kind == TASK_DO && task->step == undo->step && task->run > undo->run) {
            return true;
        }
    }
    return false;
}

static void check_after(const struct small *world, uint32_t after)
{
    const struct step *step = saga_step(small_saga(world), after);
    must(!world->effect[after] || step->spec->step_class == CLASS_READONLY ||
             step->state == STEP_STATE_PARKED || step->stuck || !step->chosen,
         "order");
}

void small_check_order(const struct small *world, uint32_t step)
{
    const struct definition *definition = world->definition;
    const struct step_spec *spec = small_spec(world, step);
    for (uint32_t i = 0; i < spec->needed_by_count; i++) {
        uint32_t after = spec->needed_by[i];
        uint32_t items = definition->steps[after].for_each ? small_saga(world)->step_total : 0;
        check_after(world, after);
        for (uint32_t k = definition->step_count; k < items; k++) {
            check_after(world, k);
        }
    }
}

static void check_undo(const struct small *world, const struct sent *undo)
{
    bool may_have = false;
    if (!is_stray(world, undo)) {
        small_check_order(world, undo->step);
    }
    for (uint32_t i = 0; i < world->task_count; i++) {
        const struct sent *task = &world->tasks[i];
        if (task->kind == TASK_DO && task->step == undo->step && task->run == undo->run) {
            must(!small_may_act(world, task), "overtake");
            may_have |= task->applied || !task->answered;
        }
    }
    /* An undo that has begun comes to its end, though its do turns out never to have been taken. */
    must(may_have || undo->attempt > 1 || small_spec(world, undo->step)->undo_on_failed,
         "needless");
    must(undo->attempt > 1 || (world->fresh[undo->step] & bit_of(undo)), "once");
}

/* What one key asks for, as 1-model freezes it. */
static void digest_request(const struct task *task, uint8_t digest[32])
{
    static uint8_t room[1 << 16];
    struct buf out = {.data = room, .capacity = sizeof(room), .size_max = sizeof(room)};
    mp_put_uint(&out, (uint64_t)task->kind);
    mp_put_str(&out, task->action);
    mp_put_str(&out, task->saga_name);
    mp_put_str(&out, task->step);
    mp_put_value(&out, task->input);
    if (task->kind != TASK_DO) {
        mp_put_str(&out, task->do_key);
        mp_put_value(&out, task->output.size > 0 ? task->output : MP_NIL_VALUE);
        mp_put_bool(&out, task->in_doubt);
    }
    must(!buf_failed(&out), "memory");
    digest_pair(buf_span(&out), span_of(NULL, 0), digest);
}

/* What a provider may have forgotten is not asked again while nobody knows whether it was done. */
static void check_forgotten(const struct small *world, const struct sent *sent)
{
    const struct step_spec *spec = small_spec(world, sent->step);
    int64_t ttl_ms = sent->kind == TASK_UNDO ? spec->undo.key_ttl_ms : spec->action.key_ttl_ms;
    if (ttl_ms == 0 || sent->kind == TASK_CHECK) {
        return;
    }
    for (uint32_t i = 0; i < world->task_count; i++) {
        const struct sent *task = &world->tasks[i];
        bool same = strcmp(task->key, sent->key) == 0;
        bool known = task->answered || task->cleared;
        must(!same || known || sent->sent_ms < task->sent_ms + ttl_ms, "forgotten");
    }
}

/* Nothing begins once the saga should have turned back for an undo's deadline. */
static void check_deadline(const struct small *world, const struct sent *sent)
{
    const struct saga *saga = small_saga(world);
    for (uint32_t i = 0; saga && sent->kind == TASK_DO && i < world->definition->step_count; i++) {
        const struct step *step = saga_step(saga, i);
        bool counts = step->undo_before_ms > 0 && step->state == STEP_STATE_SUCCEEDED &&
                      !pivot_has_succeeded(saga) && sent->attempt == 1;
        int64_t lead_ms = 2 * step->spec->undo.timeouts.start_to_close_ms;
        must(!counts || world->now_ms < step->undo_before_ms - lead_ms ||
                 world->now_ms >= step->undo_before_ms,
             "in_time");
    }
}

static void check_key(const struct small *world, const struct sent *sent)
{
    for (uint32_t i = 0; i < world->task_count; i++) {
        const struct sent *task = &world->tasks[i];
        if (strcmp(task->key, sent->key) == 0) {
            must(memcmp(task->request, sent->request, sizeof(sent->request)) == 0, "key");
            must(task->attempt < sent->attempt, "attempt");
            must(!task->settled, "settled twice");
        }
    }
}

/* ---- effects: durable first, then out ---- */

static void step_engine(struct small *world, struct event *event);

/* n of "s/b~n/do"; 1 when it is not said. */
static uint32_t run_of(struct span key)
{
    uint32_t run = 0;
    const uint8_t *at = memchr(key.data, '~', key.size);
    const uint8_t *end = key.data + key.size;
    while (at && ++at < end && *at >= '0' && *at <= '9') {
        run = run * 10 + (uint32_t)(*at - '0');
    }
    return run > 0 ? run : 1;
}

static void take_task(struct small *world, const struct task *task)
{
    must(task->session == 1 + small_instance_of(task->kind), "placed");
    must(world->task_count < SMALL_TASKS_MAX, "too many tasks");
    struct sent *sent = &world->tasks[world->task_count];
    *sent = (struct sent){.attempt = task->attempt,
                          .kind = task->kind,
                          .step = step_named(world, task->step),
                          .run = run_of(task->kind == TASK_DO ? task->key : task->do_key),
                          .to = small_instance_of(task->kind),
                          .sent_ms = world->now_ms,
                          .ttl_ms = task->ttl_ms};
    memcpy(sent->token, task->token, TOKEN_SIZE);
    must(task->key.size < sizeof(sent->key), "key");
    memcpy(sent->key, task->key.data, task->key.size);
    if (task->kind == TASK_CHECK) {
        must(task->do_key.size < sizeof(sent->about), "key");
        memcpy(sent->about, task->do_key.data, task->do_key.size);
    }
    digest_request(task, sent->request);
    must(!(world->skipped >> sent->step & 1), "skipped");
    check_key(world, sent);
    check_forgotten(world, sent);
    check_deadline(world, sent);
    if (task->kind == TASK_UNDO) {
        check_undo(world, sent);
        world->late[sent->step] &= sent->attempt > 1 ? UINT32_MAX : ~bit_of(sent);
        world->fresh[sent->step] &= sent->attempt > 1 ? UINT32_MAX : ~bit_of(sent);
    }
    world->fresh[sent->step] |= sent->kind == TASK_DO ? bit_of(sent) : 0;
    world->task_count++;
    struct event event = {.kind = EVENT_SENT};
    memcpy(event.task.token, task->token, TOKEN_SIZE);
    step_engine(world, &event);
}

static void keep_rows(struct small *world)
{
    for (uint32_t i = 0; i < world->batch.rows.row_count; i++) {
        bool ok = true;
        must(world->row_count < SMALL_ROWS_MAX, "too many rows");
        struct row *row = &world->rows[world->row_count++];
        *row = world->batch.rows.rows[i];
        row->body = arena_copy(&world->arena, row->body, &ok);
        row->payload = arena_copy(&world->arena, row->payload, &ok);
        must(ok, "memory");
    }
}

/* Its success is known to have come after the decision: it is to be undone. */
static void take_late(struct small *world, const uint8_t token[TOKEN_SIZE])
{
    for (uint32_t i = 0; i < world->task_count; i++) {
        const struct sent *task = &world->tasks[i];
        bool same = memcmp(task->token, token, TOKEN_SIZE) == 0;
        if (same && task->kind == TASK_DO && small_spec(world, task->step)->has_undo) {
            world->late[task->step] |= bit_of(task);
        }
    }
}

/* Nothing of a completed saga is under way: no item whose failure was forgiven either. */
static void check_completed(const struct small *world)
{
    const struct saga *saga = small_saga(world);
    uint32_t count = saga && world->state == SAGA_STATE_COMPLETED ? saga->step_total : 0;
    for (uint32_t i = 0; i < count; i++) {
        enum step_state state = saga_step(saga, i)->state;
        must(state != STEP_STATE_RUNNING && state != STEP_STATE_RETRYING &&
                 state != STEP_STATE_IN_DOUBT && state != STEP_STATE_COMPENSATING &&
                 state != STEP_STATE_PARKED,
             "unsettled");
    }
}

static void take_effect(struct small *world, const struct effect *effect)
{
    if (effect->kind == EFFECT_TASK) {
        take_task(world, effect->task);
    } else if (effect->kind == EFFECT_DONE && effect->call.verdict == VERDICT_LATE) {
        take_late(world, effect->call.token);
    } else if (effect->kind == EFFECT_ALERT) {
        world->alerted = true;
    } else if (effect->kind == EFFECT_STATUS) {
        world->state = effect->status.state;
        check_completed(world);
    } else if (effect->kind == EFFECT_REPLY) {
        world->refused = effect->reply.error != SAGA_OK;
    }
}

static void release(struct small *world)
{
    struct effect effects[128];
    struct child_ask asks[SMALL_CHILDREN_MAX];
    uint32_t ask_count = 0;
    uint32_t count = world->batch.effect_count;
    must(count < ARRAY_COUNT(effects), "too many effects");
    if (count > 0) {
        memcpy(effects, world->batch.effects, count * sizeof(*effects));
    }
    for (uint32_t i = 0; i < count; i++) {
        if (effects[i].kind == EFFECT_CHILD) {
            must(ask_count < ARRAY_COUNT(asks), "too many effects");
            asks[ask_count++] = *effects[i].child;
        }
    }
    keep_rows(world);
    batch_clear(&world->batch);
    for (uint32_t i = 0; i < count; i++) {
        take_effect(world, &effects[i]);
    }
    /* What comes of them is decided in turns of its own, after all that left with them. */
    for (uint32_t i = 0; i < ask_count; i++) {
        small_child_asked(world, &asks[i]);
    }
}

/* No two tokens are the same. */
static void mint(struct small *world, struct entropy *entropy)
{
    static uint8_t random[2 * ENTROPY_PER_EVENT];
    for (size_t i = 0; i < TOKENS_PER_EVENT; i++) {
        uint8_t *token = random + i * TOKEN_SIZE;
        memset(token, (uint8_t)world->minted, TOKEN_SIZE);
        token[0] = (uint8_t)(world->minted++ >> 8);
    }
    *entropy = (struct entropy){random, sizeof(random), 0};
}

static void step_engine(struct small *world, struct event *event)
{
    struct entropy entropy;
    mint(world, &entropy);
    event->now_ms = world->now_ms;
    event->entropy = &entropy;
    event->placement = &small_placement;
    must(engine_step(world->engine, event, &world->batch) == SAGA_OK, "memory");
    must(entropy.used <= (size_t)TOKENS_PER_EVENT * TOKEN_SIZE, "entropy");
    must(!told_wrong(&world->batch.rows), "told");
    release(world);
}

/* ---- the coordinator ---- */

static void open_engine(struct small *world)
{
    struct engine_options options = {.memory = &arena_heap,
                                     .dead_ms = SMALL_DEAD_MS,
                                     .seed = 1,
                                     .last_lsn = world->row_count,
                                     .last_saga = world->row_count > 0 ? 1 : 0,
                                     .sagas_max = 10,
                                     .tells = true};
    must(engine_new(&options, &world->engine) == SAGA_OK, "memory");
}

void small_open(struct small *world, const struct definition *definition)
{
    *world = (struct small){.definition = definition, .now_ms = 1000, .state = SAGA_STATE_RUNNING};
    arena_open(&world->arena, &arena_heap, 1 << 24);
    batch_open(&world->batch, &arena_heap);
    open_engine(world);
    struct event serving = {.kind = EVENT_SERVING};
    step_engine(world, &serving);
    struct event start = {.kind = EVENT_START};
    start.start.definition = definition;
    start.start.name = span_text("s");
    start.start.input = span_of("\x92\x01\x02", 3); /* [1, 2]: one for each item */
    step_engine(world, &start);
}

void small_close(struct small *world)
{
    engine_destroy(&world->engine);
    batch_close(&world->batch);
    arena_close(&world->arena);
}

static const struct saga_image *image_of(struct small *world)
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

static const struct definition *lookup(struct span name, uint32_t version, void *arg)
{
    (void)name;
    (void)version;
    return arg;
}

static void load(struct small *world)
{
    struct saga_flaw flaw;
    must(engine_load(world->engine, image_of(world), lookup, (void *)(uintptr_t)world->definition,
                     &flaw) == SAGA_OK,
         "replay");
}

void small_back(struct small *world, uint32_t step)
{
    struct span accept[SMALL_STEPS_MAX];
    for (uint32_t i = 0; i < world->definition->step_count; i++) {
        accept[i] = world->definition->steps[i].name;
    }
    struct event event = {.kind = EVENT_VERB};
    event.verb = (struct verb_request){.verb = VERB_ROLLBACK,
                                       .saga = span_text("s"),
                                       .actor = span_text("ada"),
                                       .reason = span_text("because"),
                                       .to = world->definition->steps[step].name,
                                       .accept = accept,
                                       .accept_count = world->definition->step_count};
    world->acts++;
    step_engine(world, &event);
    world->went_back |= !world->refused;
    world->approved &= world->refused; /* it is asked again */
    world->rejected &= world->refused;
}

void small_skip(struct small *world, uint32_t step)
{
    struct event event = {.kind = EVENT_VERB};
    event.verb = (struct verb_request){.verb = VERB_SKIP,
                                       .saga = span_text("s"),
                                       .actor = span_text("alice"),
                                       .reason = span_text("because"),
                                       .step = world->definition->steps[step].name};
    world->acts++;
    step_engine(world, &event);
    if (world->refused) {
        return;
    }
    world->skipped |= UINT32_C(1) << step;
    must(!world->effect[step], "skipped");
    for (uint32_t i = 0; i < world->task_count; i++) {
        const struct sent *task = &world->tasks[i];
        must(task->step != step || !small_may_act(world, task), "skipped");
    }
}

void small_decide(struct small *world, uint32_t step, bool approves)
{
    struct event event = {.kind = EVENT_VERB};
    event.verb = (struct verb_request){.verb = approves ? VERB_APPROVE : VERB_REJECT,
                                       .saga = span_text("s"),
                                       .actor = span_text("alice"),
                                       .reason = span_text("because"),
                                       .step = world->definition->steps[step].name};
    step_engine(world, &event);
    must(world->refused || (!world->approved && !world->rejected), "decided");
    world->approved |= !world->refused && approves;
    world->rejected |= !world->refused && !approves;
}

void small_event(struct small *world, struct event *event)
{
    if (!small_saga(world)) {
        load(world);
    }
    step_engine(world, event);
}

void small_crash(struct small *world)
{
    engine_destroy(&world->engine);
    batch_clear(&world->batch);
    open_engine(world);
    load(world);
    for (uint32_t i = 0; i < world->task_count; i++) {
        world->tasks[i].orphan = !world->tasks[i].answered;
    }
    struct event serving = {.kind = EVENT_SERVING};
    step_engine(world, &serving);
    world->crashes++;
    world->returned = 0;
}

void small_pass_time(struct small *world)
{
    int64_t due_ms = engine_next_due(world->engine, 0);
    world->now_ms = due_ms > world->now_ms ? due_ms : world->now_ms;
    struct event event = {.kind = EVENT_TIME};
    step_engine(world, &event);
    must(engine_next_due(world->engine, 0) > world->now_ms, "no_spin");
}

void small_verb(struct small *world, enum verb verb)
{
    if (!small_saga(world)) {
        load(world);
    }
    struct event event = {.kind = EVENT_VERB};
    event.verb = (struct verb_request){.verb = verb,
                                       .saga = span_text("s"),
                                       .actor = span_text("ada"),
                                       .reason = span_text("because")};
    world->acts++;
    step_engine(world, &event);
    world->cancelled |= verb == VERB_ROLLBACK && !world->refused;
}

/* ---- participants ---- */

void small_answer(struct small *world, struct sent *task, enum result_status status,
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
    task->disowned = false;
    world->fresh[task->step] |= status == RESULT_OK && task->kind == TASK_DO ? bit_of(task) : 0;
    if (!small_saga(world)) {
        load(world);
    }
    step_engine(world, &event);
}

/* An undo removes what stands; a do that comes again under its key changes nothing. */
void small_apply(struct small *world, struct sent *task)
{
    if (task->kind == TASK_DO) {
        world->effect[task->step] |= bit_of(task);
    } else if (task->kind == TASK_UNDO) {
        world->effect[task->step] &= ~bit_of(task);
    }
    task->applied = true;
}

/* Says what became of the key that it asks about. A do that was undone since does not stand. */
static void answer_check(struct small *world, struct sent *check)
{
    bool took_effect = false;
    bool of_do = false;
    for (uint32_t i = 0; i < world->task_count; i++) {
        const struct sent *task = &world->tasks[i];
        bool same = strcmp(task->key, check->about) == 0;
        took_effect |= same && task->applied;
        of_do |= same && task->kind == TASK_DO;
    }
    const struct saga *saga = small_saga(world);
    const struct call *call = saga ? &saga_step(saga, check->step)->calls[2] : NULL;
    bool counts = call && check_is_awaited(call) && span_equal(call->key, span_text(check->key));
    took_effect = of_do ? (world->effect[check->step] & bit_of(check)) != 0 : took_effect;
    for (uint32_t i = 0; i < world->task_count; i++) {
        struct sent *task = &world->tasks[i];
        bool same = strcmp(task->key, check->about) == 0;
        task->cleared |= same && !took_effect;
        task->settled |= same && took_effect && counts;
    }
    small_answer(world, check, took_effect ? RESULT_OK : RESULT_FAILED,
                 took_effect ? "" : "not_found");
}

void small_succeed(struct small *world, struct sent *task)
{
    if (task->kind == TASK_CHECK) {
        answer_check(world, task);
        return;
    }
    if (!task->applied) {
        small_apply(world, task);
    }
    small_answer(world, task, RESULT_OK, "");
}

void small_lose(struct small *world, struct sent *task)
{
    struct event event = {.kind = EVENT_LOST};
    memcpy(event.task.token, task->token, TOKEN_SIZE);
    task->lost = true;
    step_engine(world, &event);
}

void small_adopt(struct small *world, struct sent *task)
{
    struct event event = {.kind = EVENT_ADOPT};
    event.task.key = span_text(task->key);
    event.task.attempt = task->attempt;
    bool anew = task->orphan;
    int64_t due_ms = engine_next_due(world->engine, 0);
    task->orphan = false;
    task->lost = false;
    /* Its time began when it arrived; the coordinator's begins anew after its own outage only. */
    step_engine(world, &event);
    must(anew || engine_next_due(world->engine, 0) <= due_ms, "renewed");
}

void small_untaken(struct small *world, struct sent *task)
{
    struct event event = {.kind = EVENT_UNTAKEN};
    memcpy(event.task.token, task->token, TOKEN_SIZE);
    task->orphan = false;
    task->answered = true;
    task->disowned = true;
    step_engine(world, &event);
}

/* ---- replay ---- */

void small_check_replay(struct small *world)
{
    const struct saga *saga = small_saga(world);
    struct saga_image image = {.head = {.saga = 1,
                                        .definition = world->definition->name,
                                        .version = world->definition->version},
                               .name = span_text("s"),
                               .rows = world->rows,
                               .row_count = world->row_count};
    must(!saga || saga_equals_replay(saga, &image), "replay");
    must(!saga || facet_set_is_counted(saga), "facets");
    must(!saga || saga_sleepers_owe_nothing(world->engine, (struct saga *)(uintptr_t)saga),
         "sleepers");
}

/* ---- at rest ---- */

/* What an old key said after its undo had left was undone again, before the saga was done. */
static void check_late(const struct small *world)
{
    for (uint32_t i = 0; i < world->task_count; i++) {
        const struct sent *undo = &world->tasks[i];
        if (undo->kind == TASK_UNDO && is_stray(world, undo)) {
            must(!(world->late[undo->step] & bit_of(undo)), "late");
        }
    }
}

/* No undo is given up in doubt while somebody may still be asked about it. */
static void check_asked_about(const struct small *world)
{
    const struct saga *saga = small_saga(world);
    for (uint32_t i = 0; saga && i < saga->step_total; i++) {
        const struct step *step = saga_step(saga, i);
        const struct call *undo = &step->calls[1];
        bool parked = step->undo_state == UNDO_STATE_PARKED && step->spec->undo.check.size > 0;
        must(!parked || !call_in_doubt(undo) || undo->used_up, "unasked");
    }
}

/* The first answer to a question is what became of its step. */
static void check_decision(const struct small *world)
{
    const struct saga *saga = small_saga(world);
    for (uint32_t i = 0; saga && i < world->definition->step_count; i++) {
        const struct step *step = saga_step(saga, i);
        if (step->spec->kind == STEP_KIND_APPROVE) {
            must(!world->approved || step->state != STEP_STATE_FAILED, "decided");
            must(!world->rejected || step->state == STEP_STATE_FAILED, "decided");
        }
    }
    must(!world->rejected || world->state != SAGA_STATE_COMPLETED, "decided");
}

void small_check_outcome(const struct small *world)
{
    check_decision(world);
    check_asked_about(world);
    bool pivot_stands = false;
    for (uint32_t i = 0; i < small_step_count(world->definition); i++) {
        const struct step_spec *spec = small_spec(world, i);
        bool is_container = spec->for_each && i < world->definition->step_count;
        bool may_fail = spec->for_each && spec->goes_on;
        pivot_stands |= spec->step_class == CLASS_PIVOT && world->effect[i] != 0;
        bool may_come = false;
        for (uint32_t k = 0; k < world->task_count; k++) {
            const struct sent *task = &world->tasks[k];
            /* An answer that has not come yet is still to be undone when it does. */
            may_come |= task->step == i && task->kind == TASK_DO && !task->answered;
        }
        if (saga_state_is_final(world->state)) {
            check_late(world);
        }
        bool acts = spec->kind == STEP_KIND_ACTION || spec->kind == STEP_KIND_SAGA;
        if (saga_state_is_final(world->state) && may_fail && !may_come) {
            must(!world->effect[i] || !world->late[i], "forgiven");
        }
        if (world->state == SAGA_STATE_COMPLETED && acts && !is_container) {
            bool left_out = (world->skipped >> i & 1) != 0 || spec->when != NULL;
            must(world->effect[i] != 0 || left_out || may_fail, "completed");
            must(world->effect[i] == 0 || !left_out, "skipped");
            bool single = (world->effect[i] & (world->effect[i] - 1)) == 0;
            must(single || may_come || spec->step_class == CLASS_READONLY, "twice");
        }
        if (world->state == SAGA_STATE_COMPENSATED && !may_come &&
            spec->step_class != CLASS_READONLY) {
            must(!world->effect[i], "compensated");
        }
    }
    if (world->state == SAGA_STATE_COMPLETED && world->cancelled) {
        must(pivot_stands, "cancel");
    }
    small_check_children(world);
}

void small_drive_to_rest(struct small *world)
{
    bool moved = true;
    for (int rounds = 0; moved; rounds++) {
        must(rounds < 200, "settled");
        moved = false;
        for (uint32_t i = 0; i < world->task_count && !moved; i++) {
            struct sent *task = &world->tasks[i];
            if (!task->answered && (task->applied || small_in_time(world, task))) {
                small_succeed(world, task);
                moved = true;
            }
        }
        for (uint32_t i = 0; i < world->child_count && !moved; i++) {
            if (small_child_is_open(&world->children[i])) {
                small_child_ends(world, i, true);
                moved = true;
            }
        }
        if (!moved && engine_next_due(world->engine, 0) != INT64_MAX) {
            small_pass_time(world);
            moved = true;
        }
    }
    must(saga_state_is_final(world->state) || (world->state == SAGA_STATE_PARKED && world->alerted),
         "settled");
    small_check_outcome(world);
}
