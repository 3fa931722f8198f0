/* print.c - rows and effects as lines of a script.
 *
 * A record is decoded from the body of its row, as anybody who reads the journal would do it, by
 * the list of fields in schemas/records.def. Tokens and salts are left out; times are seconds since
 * the script began. */
#include <stddef.h>

#include "base/json.h"
#include "base/mp.h"
#include "engine/effect.h"
#include "journal/verb.h"
#include "journal/record.h"
#include "saga/task.h"
#include "scenario.h"

enum form { FORM_U, FORM_I, FORM_S, FORM_T, FORM_V, FORM_L, FORM_M };

struct field {
    const char *name;
    uint32_t bit;
    enum form form;
    size_t offset;
};

#define FIELD(name, bit_, member, form_)                                                           \
    {#member, (bit_), FORM_##form_, offsetof(struct record, member)},
static const struct field fields[] = {
#include "schemas/records.def"
};

static const struct {
    uint32_t flag;
    const char *name;
} flags[] = {
    {FLAG_IN_DOUBT, "in_doubt"},
    {FLAG_REFUSED, "refused"},
    {FLAG_UNCOUNTED, "uncounted"},
    {FLAG_FINAL, "final"},
    {FLAG_STALE, "stale"},
    {FLAG_ADOPTED, "adopted"},
    {FLAG_NO_EFFECT, "no_effect"},
    {FLAG_STUCK, "stuck"},
    {FLAG_UNANSWERED, "unanswered"},
    {FLAG_PARTIAL, "partial"},
    {FLAG_LOST, "lost"},
    {FLAG_FRESH, "fresh"},
    {FLAG_LATE, "late"},
    {FLAG_SAVE_POINT, "save_point"},
    {FLAG_LATE_EFFECT, "stray"},
    {FLAG_HOLDS, "holds"},
    {FLAG_THEN_PAUSE, "then_pause"},
    {FLAG_ANEW, "anew"},
    {FLAG_OF_UNDO, "of_undo"},
};

void print_ms(struct buf *out, int64_t at_ms)
{
    int64_t ms = at_ms - START_MS;
    if (at_ms == INT64_MAX) {
        buf_text(out, "never");
    } else {
        buf_format(out, "%lld.%03llds", (long long)(ms / 1000), (long long)(ms % 1000));
    }
}

void print_json(struct buf *out, const char *name, struct span value)
{
    buf_format(out, " %s=", name);
    if (json_canonical(value.size > 0 ? value : MP_NIL_VALUE, out) != SAGA_OK) {
        stop("a value is not of the data model", name);
    }
}

void print_text(struct buf *out, const char *name, struct span text)
{
    bool quote = memchr(text.data, ' ', text.size) != NULL;
    buf_format(out, quote ? " %s=\"%.*s\"" : " %s=%.*s", name, (int)text.size,
               (const char *)text.data);
}

static void print_name(struct world *world, uint32_t step, uint32_t item)
{
    struct span name = world_step_name(world, step);
    buf_format(&world->out, "%.*s", (int)name.size, (const char *)name.data);
    if (item > 0) {
        buf_format(&world->out, "[%u]", item - 1);
    }
}

static void print_steps(struct world *world, const char *name, struct span list)
{
    const char *before = "";
    buf_format(&world->out, " %s=", name);
    struct record_list walk = record_list_open(list);
    uint32_t step;
    uint32_t item;
    while (record_list_next(&walk, &step, &item)) {
        buf_text(&world->out, before);
        print_name(world, step, item);
        before = ",";
    }
}

/* What a record is about: "b" or "b~2/undo#1". */
static void print_subject(struct world *world, const struct record *record)
{
    buf_text(&world->out, " ");
    print_name(world, record->step, record->item);
    if (record->run > 1) {
        buf_format(&world->out, "~%u", record->run);
    }
    if (record->kind > 0) {
        buf_format(&world->out, "/%s", task_kind_name((enum task_kind)record->kind));
    }
    if (record->attempt > 0) {
        buf_format(&world->out, "#%u", record->attempt);
    }
}

static void print_flags(struct buf *out, uint32_t set)
{
    for (size_t i = 0; i < ARRAY_COUNT(flags); i++) {
        if (set & flags[i].flag) {
            buf_format(out, " %s", flags[i].name);
        }
    }
}

static void print_field(struct world *world, const struct record *record, const struct field *field)
{
    const void *at = (const uint8_t *)record + field->offset;
    struct buf *out = &world->out;
    switch (field->form) {
    case FORM_U:
        buf_format(out, " %s=%u", field->name, *(const uint32_t *)at);
        return;
    case FORM_I:
        buf_format(out, " %s=%lld", field->name, (long long)*(const int64_t *)at);
        return;
    case FORM_S:
        print_text(out, field->name, *(const struct span *)at);
        return;
    case FORM_T:
        return;
    case FORM_M:
    case FORM_V:
        print_json(out, field->name, *(const struct span *)at);
        return;
    case FORM_L:
        print_steps(world, field->name, *(const struct span *)at);
        return;
    }
}

static void print_record(struct world *world, uint64_t seq, const struct record *record)
{
    struct buf *out = &world->out;
    if (record->type == RECORD_SAGA_MIGRATED) {
        world->definition = world_version(world, record->version);
    }
    if (record->type == RECORD_STEP_REGISTERED && record->name.size > 0) {
        bool ok = true;
        world->open_steps[world->open_step_count++] = arena_copy(&world->arena, record->name, &ok);
    }
    buf_format(out, "  %llu %s", (unsigned long long)seq, record_type_name(record->type));
    if (record->type == RECORD_OPERATOR && record->actor.size > 0) {
        buf_format(out, " %s", verb_name((enum verb)record->verb));
    }
    if (record->fields & 1) {
        print_subject(world, record);
    }
    print_flags(out, record->flags);
    for (size_t i = 0; i < ARRAY_COUNT(fields); i++) {
        uint32_t member = (uint32_t)fields[i].offset;
        bool shown =
            member == offsetof(struct record, step) || member == offsetof(struct record, kind) ||
            member == offsetof(struct record, run) || member == offsetof(struct record, attempt) ||
            member == offsetof(struct record, flags) || member == offsetof(struct record, item) ||
            member == offsetof(struct record, verb);
        if (member == offsetof(struct record, due_ms) && record->due_ms != 0) {
            buf_text(out, " due=");
            print_ms(out, record->due_ms);
        } else if (member == offsetof(struct record, until_ms) && record->until_ms != 0) {
            buf_text(out, " until=");
            print_ms(out, record->until_ms);
        } else if (!shown && (record->fields & (UINT32_C(1) << fields[i].bit))) {
            print_field(world, record, &fields[i]);
        }
    }
    buf_text(out, "\n");
}

void print_row(struct world *world, const struct row *row)
{
    struct record_reader reader;
    struct record record;
    bool bad = false;
    if (!record_open(&reader, row)) {
        stop("a row is not of the format", "");
    }
    for (uint64_t seq = row->seq; record_next(&reader, &record, &bad); seq++) {
        print_record(world, seq, &record);
    }
    if (bad) {
        stop("a record is not of the format", "");
    }
}

static void print_task(struct world *world, const struct task *task)
{
    struct buf *out = &world->out;
    buf_format(out, "task %.*s#%u", (int)task->key.size, (const char *)task->key.data,
               task->attempt);
    print_text(out, "action", task->action);
    print_json(out, "input", task->input);
    if (task->kind != TASK_DO) {
        print_text(out, "do_key", task->do_key);
        print_json(out, "output", task->output);
        buf_text(out, task->in_doubt ? " in_doubt" : "");
    }
    if (task->details.size > 0) {
        print_json(out, "details", task->details);
    }
    if (task->ttl_ms != 60000) {
        buf_format(out, " ttl=%lldms", (long long)task->ttl_ms);
    }
    if (task->close_at_ms > 0) {
        buf_text(out, " close_at=");
        print_ms(out, task->close_at_ms);
    }
    if (task->heartbeat_ms > 0) {
        buf_format(out, " heartbeat=%lldms", (long long)task->heartbeat_ms);
    }
}

/* And from when on its slot in the window is free, answered or not. */
static void print_cancel(struct world *world, const struct effect *effect)
{
    struct buf *out = &world->out;
    buf_format(out, "cancel %.*s#%u %s", (int)effect->call.key.size,
               (const char *)effect->call.key.data, effect->call.attempt, effect->call.reason);
    if (effect->call.over_ms <= world->now_ms) {
        buf_text(out, " timed_out");
    } else if (effect->call.over_ms < INT64_MAX) {
        buf_text(out, " slot=");
        print_ms(out, effect->call.over_ms);
    }
}

void print_notice(struct world *world, const struct notice *notice)
{
    struct buf *out = &world->out;
    buf_format(out, "  => %.*s %.*s", (int)notice->type.size, (const char *)notice->type.data,
               (int)notice->event.size, (const char *)notice->event.data);
    print_json(out, "data", notice->data);
    buf_text(out, "\n");
}

static void print_ask(struct world *world, const struct child_ask *ask)
{
    static const char *const wishes[] = {"start", "back", "pause", "reverse"};
    struct buf *out = &world->out;
    buf_format(out, "child %.*s %s", (int)ask->start.name.size, (const char *)ask->start.name.data,
               wishes[ask->wish]);
    if (ask->wish != CHILD_START) {
        print_text(out, "reason", ask->reason);
        return;
    }
    print_text(out, "definition", ask->definition);
    if (ask->version > 0) {
        buf_format(out, " version=%u", ask->version);
    }
    print_json(out, "input", ask->start.input);
}

static void print_end(struct world *world, const struct child_end *end)
{
    struct buf *out = &world->out;
    buf_format(out, "tells %.*s: %.*s %s", (int)end->parent.size, (const char *)end->parent.data,
               (int)end->child.size, (const char *)end->child.data,
               end->is_busy ? "busy" : saga_state_name(end->state));
    if (end->code.size > 0) {
        print_text(out, "code", end->code);
    }
    if (end->message.size > 0) {
        print_text(out, "message", end->message);
    }
    if (end->output.size > 0) {
        print_json(out, "output", end->output);
    }
}

static void print_open_reply(struct world *world, const struct open_reply *reply)
{
    struct buf *out = &world->out;
    if (reply->state != OPEN_STATE_NONE) {
        print_text(out, "state", span_text(open_state_name(reply->state)));
    }
    if (reply->key.size > 0) {
        print_text(out, "key", reply->key);
    }
    if (reply->output.size > 0) {
        print_json(out, "output", reply->output);
    }
    if (reply->code) {
        print_text(out, "code", span_text(reply->code));
    }
}

void print_effect(struct world *world, const struct effect *effect)
{
    static const char *const verdicts[] = {"ok", "late", "stale", "unknown"};
    struct buf *out = &world->out;
    buf_text(out, "  -> ");
    switch (effect->kind) {
    case EFFECT_TASK:
        print_task(world, effect->task);
        break;
    case EFFECT_CANCEL:
        print_cancel(world, effect);
        break;
    case EFFECT_DONE:
        buf_format(out, "done %.*s#%u %s", (int)effect->call.key.size,
                   (const char *)effect->call.key.data, effect->call.attempt,
                   verdicts[effect->call.verdict]);
        break;
    case EFFECT_REPLY:
        buf_format(out, "reply %s%s%s", error_code(effect->reply.error),
                   effect->reply.duplicate ? " duplicate" : "", effect->reply.why ? ": " : "");
        buf_text(out, effect->reply.why ? effect->reply.why : "");
        print_open_reply(world, &effect->reply.open);
        break;
    case EFFECT_STATUS:
        buf_format(out, "status %s", saga_state_name(effect->status.state));
        if (effect->status.output.size > 0) {
            print_json(out, "output", effect->status.output);
        }
        break;
    case EFFECT_ALERT:
        buf_format(out, "alert %.*s", (int)effect->status.code.size,
                   (const char *)effect->status.code.data);
        if (effect->status.step.size > 0) {
            print_text(out, "step", effect->status.step);
        }
        break;
    case EFFECT_RECALL:
        buf_format(out, "recall %u %.*s", effect->recall.step, (int)effect->recall.name.size,
                   (const char *)effect->recall.name.data);
        buf_format(out, " after=%llu", (unsigned long long)effect->recall.mark);
        break;
    case EFFECT_CHILD:
        print_ask(world, effect->child);
        break;
    case EFFECT_CHILD_END:
        print_end(world, effect->child_end);
        break;
    case EFFECT_LOCK_FREE:
        buf_format(out, "admit %.*s", (int)effect->status.saga.size,
                   (const char *)effect->status.saga.data);
        break;
    }
    buf_text(out, "\n");
}
