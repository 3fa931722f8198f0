/* view_history.c - the records of a saga, as people see them. */
#include "view/view_history.h"

#include <stdio.h>

#include "base/mp.h"
#include "journal/record.h"
#include "journal/saga_image.h"
#include "journal/verb.h"
#include "language/definition.h"
#include "view/mask.h"
#include "view/view_definition.h"
#include "view/view_mask.h"

static const struct flag_name {
    uint32_t flag;
    const char *name;
} flag_names[] = {
    {FLAG_IN_DOUBT, "in_doubt"},
    {FLAG_REFUSED, "refused"},
    {FLAG_UNCOUNTED, "uncounted"},
    {FLAG_FINAL, "final"},
    {FLAG_STALE, "stale"},
    {FLAG_ADOPTED, "adopted"},
    {FLAG_NO_EFFECT, "no_effect"},
    {FLAG_STUCK, "stuck"},
    {FLAG_UNANSWERED, "untaken"},
    {FLAG_PARTIAL, "partial"},
    {FLAG_LOST, "lost"},
    {FLAG_FRESH, "next_key"},
    {FLAG_LATE, "late"},
    {FLAG_SAVE_POINT, "save_point"},
    {FLAG_LATE_EFFECT, "late_effect"},
    {FLAG_THEN_PAUSE, "then_pause"},
    {FLAG_ANEW, "anew"},
    {FLAG_OF_UNDO, "of_undo"},
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

/* The name of a step, "pack", or of an item, "pack[3]", which is written into `room`. */
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

/* A record's time as people are shown it: running times as what the host's clock was to show then.
 */
static int64_t due_of(const struct record *record, const struct moment *moment)
{
    bool is_day = record->type == RECORD_SAGA_STARTED || record->type == RECORD_UNDO_DEADLINE;
    bool runs = record->due_ms > 0 && !is_day;
    int64_t due_ms = record->due_ms + (runs ? moment->host_ms - moment->running_ms : 0);
    bool is_first = record->until_ms > 0 && (due_ms == 0 || record->until_ms < due_ms);
    return is_first ? record->until_ms : due_ms;
}

/* What a record carries besides the named members, as a map. */
static void put_data(struct buf *out, const struct record *record, const struct moment *moment,
                     struct buf *members, const struct definition *definition)
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
                   {"due_ms", due_of(record, moment)},
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
    put_member(members, &count, record->type == RECORD_SAGA_STARTED ? "terms" : "form",
               record->form);
    bool is_step = record->type == RECORD_STEP_REGISTERED;
    if (record->name.size > 0 && record->type != RECORD_SAGA_STARTED && !is_step) {
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

/* An attempt that ends in doubt is shown so, however it ended: its participant may have said it. */
static const char *type_of(const struct record *record)
{
    bool in_doubt = record->type == RECORD_TASK_FAILED && (record->flags & FLAG_IN_DOUBT);
    return record_type_name(in_doubt ? RECORD_TASK_IN_DOUBT : record->type);
}

static void fill_record(const struct record *record, uint64_t seq, int64_t at_ms,
                        const struct definition *definition, struct view_record *out)
{
    bool has_step = (record->fields & 1) != 0 && record->step < definition->step_count;
    *out = (struct view_record){
        .seq = seq,
        .at_ms = at_ms,
        .type = type_of(record),
        .kind = record->kind > 0 ? task_kind_name((enum task_kind)record->kind) : NULL,
        .attempt = record->attempt,
        .actor = record->actor,
        .reason = record->reason,
        .code = record->code,
        .message = record->message};
    if (has_step) {
        out->step = name_of(definition, record->step, record->item, out->room);
    }
    if (record->type == RECORD_STEP_REGISTERED && !has_step) {
        out->step = record->name;
    }
    if (record->type == RECORD_OPERATOR) {
        out->verb = span_text(verb_name((enum verb)record->verb));
    }
}

bool view_history_has_versions(const struct definition *definition)
{
    const struct definition *newest = definition_version(definition, 0);
    return newest && newest->version > 1;
}

enum view_history_need view_history_needs(const struct definition *definition, bool has_moved)
{
    PRE(definition != NULL);
    enum view_history_need need = VIEW_HISTORY_PART;
    if (definition->step_count == 0 || has_moved) {
        return VIEW_HISTORY_ALL;
    }
    for (uint32_t i = 0; i < definition->sensitive_count; i++) {
        if (definition->sensitive[i]->root != REFERENCE_INPUT) {
            return VIEW_HISTORY_ALL;
        }
        need = VIEW_HISTORY_START;
    }
    return need;
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
    enum saga_error rc = view_definition_find(image, request->arena, &definition);
    bool may_move = view_history_has_versions(definition);
    mask_open(&mask, definition, request->arena);
    rc = rc == SAGA_OK ? view_mask_learn(image, may_move, &mask) : rc;
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
            fill_record(&record, seq, reader.moment.at_ms, definition, &shown);
            put_data(&data, &record, &reader.moment, &members, definition);
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
