/* view.c - a saga to look at, and its history: folded by the same code that runs it. */
#include "engine/view.h"

#include <stdio.h>

#include "base/limits.h"
#include "base/mp.h"
#include "engine/turn.h"
#include "engine/view_mask.h"
#include "journal/verb.h"

static void fill_step(const struct step *step, struct view_step *out)
{
    const struct call *done = &step->calls[0];
    const struct call *undo = &step->calls[1];
    *out = (struct view_step){
        .name = step->name,
        .kind = step->spec->kind,
        .step_class = step->spec->step_class,
        .wake_ms = step->wake_ms,
        .child = step->child,
        .approval = step->approval,
        .undo_before_ms = step->undo_before_ms,
        .state = step->state,
        .attempts = done->number_last,
        .in_doubt = call_in_doubt(done) && step->state != STEP_STATE_RESOLVED,
        .input = done->run > 0 && done->input.size == 0 ? MP_NIL_VALUE : done->input,
        .output = step->output,
        .error_code = step->code,
        .error_message = step->message,
        .error_attempt = step->error_attempt,
        .started_ms = step->started_ms,
        .ended_ms = step->ended_ms,
        .cost_micros = step->cost_micros,
        .spec = step->spec,
        .is_item = step->container != NULL,
        .has_items = step->fan != NULL,
        .item = step->item,
        .item_count = step->fan ? step->fan->count : 0};
    if (step->fan) {
        out->input = step->calls[0].input.size > 0 ? step->calls[0].input : MP_NIL_VALUE;
    }
    bool stray = step->undo_state == UNDO_STATE_NONE && step_has_stray(step);
    out->undo = (struct view_undo){.state = stray ? step->stray_state : step->undo_state,
                                   .attempts = undo->number_last,
                                   .error_code = step->undo_code,
                                   .error_message = step->undo_message};
}

const char *view_waits_for(const struct view_step *step)
{
    static const char *const words[STEP_KIND_COUNT] = {[STEP_KIND_SLEEP] = "timer",
                                                       [STEP_KIND_SAGA] = "saga",
                                                       [STEP_KIND_APPROVE] = "approval",
                                                       [STEP_KIND_WAIT_EVENT] = "event"};
    return step->state == STEP_STATE_WAITING ? words[step->kind] : NULL;
}

/* What the saga as a whole waits for: nothing of it runs, and this step waits. */
static struct span waits_for(const struct saga *saga, const struct view *view)
{
    struct span found = {NULL, 0};
    if (saga->claim == CLAIM_STATE_QUEUED) {
        return span_text("concurrency");
    }
    if (saga_waits_for_start(saga)) {
        return span_text("start_at");
    }
    for (uint32_t i = 0; i < view->step_count; i++) {
        const struct view_step *step = &view->steps[i];
        const char *word = view_waits_for(step);
        if (step->has_items) {
            continue; /* they speak for it */
        }
        if (step->state == STEP_STATE_RUNNING || step->state == STEP_STATE_RETRYING ||
            step->state == STEP_STATE_IN_DOUBT) {
            return (struct span){NULL, 0};
        }
        found = word && found.size == 0 ? span_text(word) : found;
    }
    return view->state == SAGA_STATE_RUNNING ? found : (struct span){NULL, 0};
}

static enum saga_error fill_view(struct saga *saga, struct arena *arena, struct view *view)
{
    uint32_t count = 0;
    struct view_step *steps = arena_take(arena, saga->step_total * sizeof(*steps));
    if (!steps) {
        return SAGA_NO_MEMORY;
    }
    for (uint32_t i = 0; i < saga->definition->step_count; i++) {
        const struct step *step = saga_step(saga, i);
        fill_step(step, &steps[count++]);
        for (uint32_t k = 0; step->fan && k < step->fan->count; k++) {
            fill_step(&step->fan->items[k], &steps[count++]);
        }
    }
    POST(count <= saga->step_total);
    int64_t window_ms = saga->definition->reversal_window_ms;
    bool reversible = saga->state == SAGA_STATE_COMPLETED && window_ms > 0;
    *view = (struct view){.name = saga->name,
                          .parent = saga_parent_name(saga->name),
                          .cause = saga->event,
                          .definition = saga->definition->name,
                          .version = saga->definition->version,
                          .state = saga->state,
                          .paused = saga->paused,
                          .input = saga->input,
                          .output = saga->output,
                          .reason = saga->reason,
                          .labels = saga->labels,
                          .traceparent = saga->traceparent,
                          .started_ms = saga->started_ms,
                          .ended_ms = saga->ended_ms,
                          .deadline_ms = saga->deadline_ms,
                          .reversible_until_ms = reversible ? saga->completed_ms + window_ms : 0,
                          .cost_micros = saga->cost_micros,
                          .seq = saga->seq,
                          .steps = steps,
                          .step_count = count,
                          .specs = saga->definition->steps};
    view->waiting_for = waits_for(saga, view);
    return SAGA_OK;
}

/* A source that takes from the caller's arena: what the saga holds lives as long as the arena. */
static void *take_from_arena(size_t size, void *arg)
{
    return arena_take(arg, size);
}

static void give_nothing(void *chunk, size_t size, void *arg)
{
    (void)chunk;
    (void)size;
    (void)arg;
}

static struct arena_source *source_of(struct arena *arena)
{
    struct arena_source *source = ARENA_NEW(arena, struct arena_source);
    if (source) {
        *source = (struct arena_source){take_from_arena, give_nothing, arena};
    }
    return source;
}

static enum saga_error load(const struct saga_image *image, const struct definition *definition,
                            struct arena *arena, struct view *view, struct saga **saga)
{
    struct arena_source *source = source_of(arena);
    if (!source) {
        return SAGA_NO_MEMORY;
    }
    const char *why;
    enum saga_error rc = saga_load(source, image, definition, saga, &why);
    return rc == SAGA_OK ? fill_view(*saga, arena, view) : rc;
}

enum saga_error view_make(const struct saga_image *image, const struct definition *definition,
                          struct arena *arena, struct view *view)
{
    struct saga *saga;
    return load(image, definition, arena, view, &saga);
}

enum saga_error view_show(const struct saga_image *image, const struct definition *definition,
                          struct arena *arena, struct view *view)
{
    struct saga *saga;
    enum saga_error rc = load(image, definition, arena, view, &saga);
    return rc == SAGA_OK ? view_mask(saga, arena, view) : rc;
}

enum saga_error view_plan(const struct saga_image *image, const struct plan_request *request,
                          struct arena *arena, struct plan *plan, const char **why)
{
    struct arena_source *source = source_of(arena);
    if (!source) {
        return SAGA_NO_MEMORY;
    }
    struct saga *saga;
    enum saga_error rc = saga_load(source, image, request->definition, &saga, why);
    if (rc != SAGA_OK) {
        return rc;
    }
    rc = plan_make(saga, request, arena, plan, why);
    return rc == SAGA_OK ? view_mask_plan(saga, arena, plan) : rc;
}

enum saga_error view_migration(const struct saga_image *image,
                               const struct migration_request *request, struct arena *arena,
                               struct migration *plan, const char **why)
{
    struct arena_source *source = source_of(arena);
    if (!source) {
        return SAGA_NO_MEMORY;
    }
    struct saga *saga;
    enum saga_error rc = saga_load(source, image, request->definition, &saga, why);
    return rc == SAGA_OK ? migrate_plan(saga, request->version, arena, plan, why) : rc;
}

static const struct flag_name {
    uint32_t flag;
    const char *name;
} flag_names[] = {
    {FLAG_IN_DOUBT, "in_doubt"},   {FLAG_REFUSED, "refused"},
    {FLAG_UNCOUNTED, "uncounted"}, {FLAG_FINAL, "final"},
    {FLAG_STALE, "stale"},         {FLAG_ADOPTED, "adopted"},
    {FLAG_NO_EFFECT, "no_effect"}, {FLAG_STUCK, "stuck"},
    {FLAG_UNANSWERED, "untaken"},  {FLAG_PARTIAL, "partial"},
    {FLAG_LOST, "lost"},           {FLAG_FRESH, "next_key"},
    {FLAG_LATE, "late"},           {FLAG_SAVE_POINT, "save_point"},
    {FLAG_STRAY, "late_effect"},   {FLAG_THEN_PAUSE, "then_pause"},
    {FLAG_ANEW, "anew"},           {FLAG_OF_UNDO, "of_undo"},
};

static void put_member(struct buf *data, uint32_t *count, const char *name, struct span value)
{
    if (value.size > 0) {
        mp_put_text(data, name);
        mp_put_value(data, value);
        *count += 1;
    }
}

static void put_flags(struct buf *data, uint32_t *count, uint32_t flags)
{
    for (size_t i = 0; i < ARRAY_COUNT(flag_names); i++) {
        if (flags & flag_names[i].flag) {
            mp_put_text(data, flag_names[i].name);
            mp_put_bool(data, true);
            *count += 1;
        }
    }
}

/* "pack", "pack[3]": as people say it; in `room` when it is an item. */
static struct span name_of(const struct definition *definition, uint32_t step, uint32_t item,
                           char room[LIMIT_STEP + 8])
{
    if (step >= definition->step_count) {
        return span_text("?");
    }
    struct span name = definition->steps[step].name;
    if (item == 0) {
        return name;
    }
    int size = snprintf(room, LIMIT_STEP + 8, "%.*s[%u]", (int)name.size, (const char *)name.data,
                        item - 1);
    return span_of(room, (size_t)size);
}

static void put_steps(struct buf *data, uint32_t *count, const char *name, struct span list,
                      const struct definition *definition)
{
    if (list.size == 0) {
        return;
    }
    struct record_list steps = record_list_open(list);
    uint32_t step;
    uint32_t item;
    char room[LIMIT_STEP + 8];
    mp_put_text(data, name);
    mp_put_array(data, steps.left);
    while (record_list_next(&steps, &step, &item)) {
        mp_put_str(data, name_of(definition, step, item, room));
    }
    *count += 1;
}

/* What a record carries besides the named members, as a map. */
static void put_data(struct buf *out, const struct record *record, struct buf *members,
                     const struct definition *definition)
{
    uint32_t count = 0;
    buf_clear(members);
    put_member(members, &count, "input", record->input);
    put_member(members, &count, "output", record->output);
    put_member(members, &count, "details", record->details);
    put_member(members, &count, "labels", record->labels);
    put_member(members, &count, "event", record->event);
    put_steps(members, &count, "steps", record->steps, definition);
    put_steps(members, &count, "accept", record->accept, definition);
    const struct {
        const char *name;
        int64_t value;
    } numbers[] = {{"run", record->run > 1 ? record->run : 0},
                   {"due_ms", record->due_ms},
                   {"cost_usd_micros", record->cost_micros},
                   {"items", record->count},
                   {"version", record->version}};
    for (size_t i = 0; i < ARRAY_COUNT(numbers); i++) {
        if (numbers[i].value != 0) {
            mp_put_text(members, numbers[i].name);
            mp_put_int(members, numbers[i].value);
            count++;
        }
    }
    if (record->definition.size > 0) {
        mp_put_text(members, "definition");
        mp_put_str(members, record->definition);
        count++;
    }
    if (record->name.size > 0 && record->type != RECORD_SAGA_STARTED) {
        mp_put_text(members, "name");
        mp_put_str(members, record->name);
        count++;
    }
    if (record->evidence.size > 0) {
        mp_put_text(members, "evidence");
        mp_put_str(members, record->evidence);
        count++;
    }
    put_flags(members, &count, record->flags);
    buf_clear(out);
    if (count > 0) {
        mp_put_map(out, count);
        buf_write(out, members->data, members->size);
    }
}

static void fill_record(const struct record *record, uint64_t seq, int64_t at_ms,
                        const struct definition *definition, struct view_record *out)
{
    bool has_step = (record->fields & 1) != 0 && record->step < definition->step_count;
    *out = (struct view_record){
        .seq = seq,
        .at_ms = at_ms,
        .type = record_type_name(record->type),
        .kind = record->kind > 0 ? task_kind_name((enum task_kind)record->kind) : NULL,
        .attempt = record->attempt,
        .actor = record->actor,
        .reason = record->reason,
        .code = record->code,
        .message = record->message};
    if (has_step) {
        out->step = name_of(definition, record->step, record->item, out->room);
    }
    if (record->type == RECORD_OPERATOR) {
        out->verb = span_text(verb_name((enum verb)record->verb));
    }
}

/* Of a definition that has one version only, the past need not be read to know its steps. */
static bool has_versions(const struct definition *definition)
{
    const struct definition *newest = definition_version(definition, 0);
    return newest && newest->version > 1;
}

/* Records name steps by their place in the version that the saga had then. */
const struct definition *view_definition_of(const struct definition *definition,
                                            const struct record *record)
{
    bool moves = record->type == RECORD_SAGA_STARTED || record->type == RECORD_SAGA_MIGRATED;
    return moves && record->version > 0 ? definition_version(definition, record->version)
                                        : definition;
}

enum saga_error view_history(const struct saga_image *image, const struct history_request *request,
                             view_record_fn fn, void *arg)
{
    const struct definition *definition = request->definition;
    uint64_t since = request->since;
    struct buf data;
    struct buf members;
    buf_open(&data, LIMIT_SAGA_MEMORY);
    buf_open(&members, LIMIT_SAGA_MEMORY);
    struct mask mask;
    mask_open(&mask, definition, request->arena);
    bool may_move = has_versions(definition);
    enum saga_error rc = view_mask_learn(image, may_move, &mask);
    for (uint32_t i = 0; i < image->row_count && rc == SAGA_OK; i++) {
        const struct row *row = &image->rows[i];
        struct record_reader reader;
        struct record record;
        bool bad = false;
        bool is_past = row->seq + row->count <= since + 1;
        if (is_past && !may_move) {
            continue;
        }
        if (!record_open(&reader, row)) {
            rc = SAGA_STORE_CORRUPT;
            break;
        }
        for (uint64_t seq = row->seq; rc == SAGA_OK && record_next(&reader, &record, &bad); seq++) {
            definition = view_definition_of(definition, &record);
            if (seq <= since || !definition) {
                rc = definition ? SAGA_OK : SAGA_STORE_CORRUPT;
                continue;
            }
            struct view_record shown;
            mask.definition = definition;
            view_mask_record(&mask, &record);
            fill_record(&record, seq, reader.at_ms, definition, &shown);
            put_data(&data, &record, &members, definition);
            shown.data = buf_span(&data);
            bool failed = buf_failed(&data) || buf_failed(&members) || mask.failed;
            rc = failed ? SAGA_NO_MEMORY : fn(&shown, arg);
        }
        rc = bad ? SAGA_STORE_CORRUPT : rc;
    }
    buf_close(&data);
    buf_close(&members);
    return rc;
}
