/* saga.c - the shape of a saga: its memory, its calls and their keys. */
#include "engine/saga.h"

#include "base/limits.h"
#include "base/mp.h"

enum { VALUES_EXPECTED = 320 /* bytes */, STEPS_EXPECTED = 16 };

void step_open(struct step *step, struct saga *saga, const struct step_spec *spec)
{
    step->spec = spec;
    step->saga = saga;
    step->name = spec->name;
    step->state = STEP_STATE_PENDING;
    step->call_count = 1;
    static const enum task_kind kinds[CALL_COUNT] = {TASK_DO, TASK_UNDO, TASK_CHECK};
    for (uint32_t k = 0; k < CALL_COUNT; k++) {
        step->calls[k].step = step;
        step->calls[k].kind = kinds[k];
    }
}

bool saga_open_steps(struct saga *saga)
{
    const struct definition *definition = saga->definition;
    struct step *steps = arena_take(&saga->arena, definition->step_count * sizeof(struct step));
    uint32_t words = definition->step_count / 64 + 1;
    uint64_t *awake = arena_take(&saga->arena, words * sizeof(uint64_t));
    if (!steps || !awake) {
        return false;
    }
    saga->steps = steps;
    saga->awake = awake;
    saga->awake_room = words;
    saga->step_total = definition->step_count;
    for (uint32_t i = 0; i < definition->step_count; i++) {
        step_open(&steps[i], saga, &definition->steps[i]);
        steps[i].index = i;
        step_wake(&steps[i]);
    }
    return true;
}

/* Of most sagas, from start to end: themselves, an attempt and some hundred bytes of values a step.
 */
static size_t size_expected(const struct definition *definition)
{
    size_t step = sizeof(struct step) + sizeof(struct attempt) + VALUES_EXPECTED;
    uint32_t count =
        definition->step_count < STEPS_EXPECTED ? definition->step_count : STEPS_EXPECTED;
    return sizeof(struct saga) + VALUES_EXPECTED + count * step;
}

struct saga *saga_new(const struct arena_source *source, uint64_t id, struct span name,
                      const struct definition *definition)
{
    PRE(definition->step_count > 0);
    struct arena arena;
    arena_open(&arena, source, (size_t)3 * LIMIT_SAGA_MEMORY); /* see room.c */
    arena_expect(&arena, size_expected(definition));
    bool ok = true;
    struct saga *saga = ARENA_NEW(&arena, struct saga);
    struct span kept = arena_copy(&arena, name, &ok);
    if (!saga || !ok) {
        arena_close(&arena);
        return NULL;
    }
    saga->magic = SAGA_MAGIC;
    saga->id = id;
    saga->arena = arena;
    saga->name = kept;
    saga->definition = definition;
    if (!saga_open_steps(saga)) {
        saga_destroy(&saga);
    }
    return saga;
}

void saga_destroy(struct saga **saga)
{
    if (*saga) {
        PRE((*saga)->magic == SAGA_MAGIC);
        struct arena arena = (*saga)->arena;
        (*saga)->magic = 0;
        arena_close(&arena);
        *saga = NULL;
    }
}

int32_t saga_step_named(const struct saga *saga, struct span name)
{
    if (name.size == 0 || name.data[name.size - 1] != ']') {
        return definition_step(saga->definition, name);
    }
    size_t end = name.size - 1;
    size_t at = end;
    uint32_t item = 0;
    while (at > 0 && name.data[at - 1] >= '0' && name.data[at - 1] <= '9') {
        at--;
    }
    bool is_place = at > 0 && name.data[at - 1] == '[' && end > at && end - at < 6 &&
                    (name.data[at] != '0' || end - at == 1);
    for (size_t i = at; i < end && is_place; i++) {
        item = item * 10 + (uint32_t)(name.data[i] - '0');
    }
    int32_t index = is_place ? definition_step(saga->definition, span_of(name.data, at - 1)) : -1;
    const struct fan *fan = index < 0 ? NULL : saga_step(saga, (uint32_t)index)->fan;
    return fan && item < fan->count ? (int32_t)fan->items[item].index : -1;
}

struct call *step_call(struct step *step, enum task_kind kind)
{
    switch (kind) {
    case TASK_DO:
        return &step->calls[0];
    case TASK_UNDO:
        return &step->calls[1];
    case TASK_CHECK:
        return &step->calls[2];
    case TASK_CONFIRM:
        break;
    }
    return NULL;
}

struct span step_do_key(struct step *step)
{
    struct call *done = step_call(step, TASK_DO);
    return done->key.size > 0 ? done->key : call_key(done, 1);
}

const struct call_spec *call_spec(const struct call *call)
{
    bool of_undo = call->kind == TASK_UNDO || call->of_undo;
    return of_undo ? &call->step->spec->undo : &call->step->spec->action;
}

struct span call_action(const struct call *call)
{
    const struct call_spec *spec = call_spec(call);
    return call->kind == TASK_CHECK ? spec->check : spec->action;
}

bool call_is_checked(const struct call *call)
{
    const struct call *check = &call->step->calls[2];
    return check->run > 0 && check_asked(check) == call && span_equal(check->do_key, call->key);
}

bool call_awaits_check(const struct call *call)
{
    bool waits = call->kind == TASK_UNDO ? call->spent : call->step->state == STEP_STATE_IN_DOUBT;
    return waits && !call->used_up && call_is_checked(call);
}

bool check_is_awaited(const struct call *check)
{
    return call_awaits_check(check_asked(check));
}

const struct call *check_asked(const struct call *check)
{
    PRE(check->kind == TASK_CHECK);
    return &check->step->calls[check->of_undo ? 1 : 0];
}

bool step_awaits_undo(const struct step *step)
{
    const struct call *done = &step->calls[0];
    if (step->state != STEP_STATE_IN_DOUBT || !step->spec->has_undo) {
        return false;
    }
    bool asked = step->spec->action.check.size == 0 || done->used_up;
    return asked && !call_is_open(done);
}

bool call_key_is_over(const struct call *call, int64_t now_ms)
{
    int64_t ttl_ms = call_spec(call)->key_ttl_ms;
    return call->kind != TASK_CHECK && ttl_ms > 0 && call->first_ms > 0 &&
           now_ms >= call->first_ms + ttl_ms && call_in_doubt(call);
}

struct attempt *call_attempt(const struct call *call, uint32_t run, uint32_t number)
{
    struct attempt *attempt = call->attempts;
    while (attempt && (attempt->run != run || attempt->number != number)) {
        attempt = attempt->older;
    }
    return attempt;
}

/* One that said `later` may act for ever: it is kept, so that no undo overtakes it. */
static bool is_forgettable(const struct call *call, const struct attempt *attempt)
{
    if (attempt == call->newest || attempt == call->attempts) {
        return false;
    }
    return attempt->answered || (!attempt->later && attempt->state != ATTEMPT_OPEN);
}

struct attempt *call_spare(const struct call *call)
{
    struct attempt *spare = NULL;
    if (call->attempt_count >= LIMIT_ATTEMPTS_KEPT) {
        for (struct attempt *a = call->attempts; a; a = a->older) {
            spare = is_forgettable(call, a) ? a : spare;
        }
    }
    return spare;
}

bool attempt_is_past(const struct attempt *attempt)
{
    const struct call *call = attempt->call;
    return attempt->run != call->run || attempt->run <= call->past_run;
}

struct past *step_past(const struct step *step, uint32_t run)
{
    struct past *past = step->pasts;
    while (past && past->run != run) {
        past = past->older;
    }
    return past;
}

bool step_has_stray(const struct step *step)
{
    return step->stray_state != UNDO_STATE_NONE;
}

bool step_stray_is_open(const struct step *step)
{
    return step_has_stray(step) && step->stray_state != UNDO_STATE_PARKED;
}

enum undo_state undo_call_state(const struct step *step)
{
    return step->calls[1].stray ? step->stray_state : step->undo_state;
}

bool step_undo_is_begun(const struct step *step)
{
    const struct call *undo = &step->calls[1];
    return step_is_begun(step) && undo->run > 0 && !undo->stray &&
           span_equal(undo->do_key, step->calls[0].key);
}

bool step_is_begun(const struct step *step)
{
    return step->calls[0].run > step->calls[0].past_run;
}

bool call_in_doubt(const struct call *call)
{
    if (call->forgot_doubt) {
        return true;
    }
    for (const struct attempt *a = call->attempts; a; a = a->older) {
        if (a->state == ATTEMPT_DOUBT && !attempt_is_past(a)) {
            return true;
        }
    }
    return false;
}

bool call_has_succeeded(const struct call *call)
{
    for (const struct attempt *a = call->attempts; a; a = a->older) {
        if (a->state == ATTEMPT_SUCCEEDED && !attempt_is_past(a)) {
            return true;
        }
    }
    return false;
}

bool call_is_open(const struct call *call)
{
    for (const struct attempt *a = call->attempts; a; a = a->older) {
        if (a->state == ATTEMPT_OPEN && !attempt_is_past(a)) {
            return true;
        }
    }
    return false;
}

/* The end of what is sent at left_ms. */
static int64_t ttl_over_ms(const struct call *call, int64_t left_ms)
{
    const struct timeouts *timeouts = &call_spec(call)->timeouts;
    int64_t until_ms = left_ms + timeouts->start_to_close_ms;
    if (timeouts->schedule_to_close_ms > 0 &&
        call->first_ms + timeouts->schedule_to_close_ms < until_ms) {
        until_ms = call->first_ms + timeouts->schedule_to_close_ms;
    }
    return until_ms;
}

int64_t attempt_over_ms(const struct attempt *attempt)
{
    return ttl_over_ms(attempt->call, attempt->left_ms);
}

/* When this attempt can no longer act. One that has not left may leave at any moment: whoever asks
 * calls it off first, and hears that it never left. */
static int64_t attempt_quiet_ms(const struct call *call, const struct attempt *attempt,
                                int64_t dead_ms)
{
    int64_t close_ms = call_spec(call)->timeouts.schedule_to_close_ms;
    if (attempt->answered) {
        return 0;
    }
    if (attempt->later) {
        return close_ms > 0 ? call->first_ms + close_ms + dead_ms : INT64_MAX;
    }
    return attempt->left ? attempt_over_ms(attempt) + dead_ms : INT64_MAX;
}

bool call_waits_for_finish(const struct call *call)
{
    if (call_spec(call)->timeouts.schedule_to_close_ms > 0) {
        return false;
    }
    for (const struct attempt *a = call->attempts; a; a = a->older) {
        if (a->later && !a->answered && !a->barrier && a->run > call->past_run) {
            return true;
        }
    }
    return false;
}

static int64_t latest_ms(const struct call *call, int64_t dead_ms, bool has_barrier)
{
    int64_t quiet_ms =
        call->forgot_unanswered ? ttl_over_ms(call, call->forgotten_left_ms) + dead_ms : 0;
    for (const struct attempt *a = call->attempts; a; a = a->older) {
        bool clear = (has_barrier && a->barrier) || a->run <= call->past_run;
        int64_t at_ms = clear ? 0 : attempt_quiet_ms(call, a, dead_ms);
        quiet_ms = at_ms > quiet_ms ? at_ms : quiet_ms;
    }
    return quiet_ms;
}

int64_t call_quiet_ms(const struct call *call, int64_t dead_ms)
{
    return latest_ms(call, dead_ms, false);
}

int64_t call_clear_ms(const struct call *call, int64_t dead_ms)
{
    return latest_ms(call, dead_ms, true);
}

/* "~2" for the second run; nothing for the first. */
static struct span run_suffix(uint32_t run, char room[16])
{
    size_t size = 0;
    if (run > 1) {
        room[size++] = '~';
        char digits[10];
        size_t count = 0;
        for (uint32_t rest = run; rest > 0; rest /= 10) {
            digits[count++] = (char)('0' + rest % 10);
        }
        while (count > 0) {
            room[size++] = digits[--count];
        }
    }
    return span_of(room, size);
}

/* In the saga's arena; empty = no memory. */
static struct span join(struct saga *saga, const struct span *parts, size_t count)
{
    size_t size = 0;
    for (size_t i = 0; i < count; i++) {
        size += parts[i].size;
    }
    uint8_t *text = arena_take(&saga->arena, size);
    if (!text) {
        return (struct span){NULL, 0};
    }
    uint8_t *at = text;
    for (size_t i = 0; i < count; i++) {
        if (parts[i].size > 0) {
            memcpy(at, parts[i].data, parts[i].size);
            at += parts[i].size;
        }
    }
    POST((size_t)(at - text) == size);
    return span_of(text, size);
}

struct span call_key(const struct call *call, uint32_t run)
{
    struct saga *saga = call->step->saga;
    char room[16];
    const struct span parts[] = {saga->name,       span_of("/", 1),
                                 call->step->name, run_suffix(run, room),
                                 span_of("/", 1),  span_text(task_kind_name(call->kind))};
    return join(saga, parts, ARRAY_COUNT(parts));
}

struct span step_child_name(const struct step *step, uint32_t run)
{
    char room[16];
    const struct span parts[] = {step->saga->name, span_of("~", 1), step->name,
                                 run_suffix(run, room)};
    return join(step->saga, parts, ARRAY_COUNT(parts));
}

/* The last '~' before `end` in the name; SIZE_MAX = none. */
static size_t last_tilde(struct span name, size_t end)
{
    while (end > 0 && name.data[end - 1] != '~') {
        end--;
    }
    return end > 0 ? end - 1 : SIZE_MAX;
}

struct span saga_parent_name(struct span name)
{
    size_t at = last_tilde(name, name.size);
    /* A step's name begins with no digit, so digits are the number of a run. */
    bool is_run = at != SIZE_MAX && at + 1 < name.size && name.data[at + 1] >= '0' &&
                  name.data[at + 1] <= '9';
    at = is_run ? last_tilde(name, at) : at;
    return span_of(name.data, at == SIZE_MAX ? 0 : at);
}

bool call_is_of_child(const struct call *call)
{
    return call->kind == TASK_UNDO && call->step->spec->undo_is_reverse;
}

struct step *saga_item(const struct saga *saga, uint32_t step, uint32_t item)
{
    if (step >= saga->definition->step_count) {
        return NULL;
    }
    struct step *found = saga_step(saga, step);
    if (item == 0) {
        return found;
    }
    return found->fan && item <= found->fan->room ? &found->fan->items[item - 1] : NULL;
}

void step_list_put(struct buf *list, const struct step *step)
{
    const struct step *own = step->container ? step->container : step;
    record_list_put(list, own->index, step->container ? step->item + 1 : 0);
}

struct step *saga_step_of_record(const struct saga *saga, const struct record *record)
{
    return (record->fields & 1) ? saga_item(saga, record->step, record->item) : NULL;
}

struct step *saga_step_of_key(struct saga *saga, struct span key)
{
    size_t from = saga->name.size + 1;
    size_t end = from;
    while (end < key.size && key.data[end] != '/' && key.data[end] != '~') {
        end++;
    }
    bool is_ours = end < key.size && key.data[from - 1] == '/' &&
                   memcmp(key.data, saga->name.data, saga->name.size) == 0;
    int32_t index = is_ours ? saga_step_named(saga, span_of(key.data + from, end - from)) : -1;
    return index < 0 ? NULL : saga_step(saga, (uint32_t)index);
}

struct call *saga_call_of_key(struct saga *saga, struct span key)
{
    struct step *step = saga_step_of_key(saga, key);
    for (uint32_t k = 0; step && k < CALL_COUNT; k++) {
        struct call *call = &step->calls[k];
        if (call->run > 0 && span_equal(call->key, key)) {
            return call;
        }
    }
    return NULL;
}

struct span saga_pack_reason(struct saga *saga, const struct record *record)
{
    uint8_t *bytes = arena_take(&saga->arena, record->code.size + record->message.size +
                                                  record->actor.size + LIMIT_STEP + 64);
    if (!bytes) {
        return (struct span){NULL, 0};
    }
    struct buf out = {.data = bytes,
                      .capacity = record->code.size + record->message.size + record->actor.size +
                                  LIMIT_STEP + 64};
    out.size_max = out.capacity;
    /* A save-point is no step for which it turns back. */
    const struct step *step =
        (record->flags & FLAG_SAVE_POINT) ? NULL : saga_step_of_record(saga, record);
    mp_put_map(&out, 2 + (step ? 1u : 0) + (record->actor.size > 0 ? 1u : 0));
    mp_put_text(&out, "code");
    mp_put_str(&out, record->code);
    mp_put_text(&out, "message");
    mp_put_str(&out, record->message);
    if (step) {
        mp_put_text(&out, "step");
        mp_put_str(&out, step->name);
    }
    if (record->actor.size > 0) {
        mp_put_text(&out, "actor");
        mp_put_str(&out, record->actor);
    }
    CHECK(!buf_failed(&out) && out.data == bytes);
    return buf_span(&out);
}
