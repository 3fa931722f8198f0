/* open_step.c - a step of an open saga: how its client says that it is undone and confirmed.
 *
 * Nothing here is a template: a text that begins with "$." is that text. */
#include "language/open_step.h"

#include "base/limits.h"
#include "base/mp.h"
#include "language/definition_draft.h"
#include "language/definition_patience.h"
#include "language/definition_retry.h"
#include "language/template_form.h"
#include "reading/problem.h"
#include "reading/reading_keys.h"
#include "reading/reading_values.h"

enum { SCRATCH_BYTES = 1024 * 1024, FORM_SIZE_MAX = 64 * 1024 };

struct call_keys {
    struct span action, input, retry, timeout, stuck_after;
};

static const struct key call_keys[] = {
    READING_KEY(call_keys, action),      READING_KEY(call_keys, input),
    READING_KEY(call_keys, retry),       READING_KEY(call_keys, timeout),
    READING_KEY(call_keys, stuck_after),
};
static const struct key_table call_table = {"this call", call_keys, ARRAY_COUNT(call_keys)};

/* What comes of a call's long form, or of the short one. */
struct read_call {
    bool is_given;
    bool is_none; /* compensate: "none" */
    struct call_spec call;
    struct patience patience;
    struct span input; /* as written; empty = none is */
};

static bool is_none(struct span value)
{
    struct mp mp = mp_open(value);
    return mp_type(value) == MP_STR && span_is(mp_str(&mp), "none");
}

/* c->reading.place is at the keys. */
static void finish_call(struct compile *c, const struct call_keys *keys, struct read_call *out)
{
    const struct span written[2] = {keys->retry, keys->timeout};
    definition_patience_call(c, &out->call, true, written);
    definition_patience_read(c, keys->stuck_after, &out->call, &out->patience);
    out->input = keys->input;
}

static void read_call(struct compile *c, const char *key, struct span value, struct read_call *out)
{
    struct call_keys keys = {.action = {NULL, 0}};
    out->is_given = value.size > 0 && mp_type(value) != MP_NIL;
    if (!out->is_given) {
        return;
    }
    if (mp_type(value) == MP_STR) {
        (void)reading_action(&c->reading, key, value, &out->call.action);
        finish_call(c, &keys, out);
        return;
    }
    struct place place = reading_enter_key(&c->reading, key);
    if (reading_keys(&c->reading, value, &call_table, &keys)) {
        if (keys.action.size == 0) {
            reading_error(&c->reading, "needs the key 'action': what is called");
        }
        (void)reading_action(&c->reading, "action", keys.action, &out->call.action);
        finish_call(c, &keys, out);
    }
    reading_leave(&c->reading, place);
}

/* The map again, without its input. */
static void put_form(struct buf *out, struct span value)
{
    struct mp mp = mp_open(value);
    if (mp_type(value) != MP_MAP) {
        mp_put_value(out, value);
        return;
    }
    uint32_t count = mp_map(&mp);
    bool has_input = mp_find(value, span_text("input")).size > 0;
    mp_put_map(out, count - (has_input ? 1u : 0u));
    for (uint32_t i = 0; i < count; i++) {
        struct span key = mp_str(&mp);
        struct span member = mp_skip(&mp);
        if (!span_is(key, "input")) {
            mp_put_str(out, key);
            mp_put_value(out, member);
        }
    }
}

/* A map of those of the two values that are there; empty = neither is, or no memory. */
static struct span pack_two(struct arena *arena, struct span compensate, struct span confirm,
                            void (*put)(struct buf *out, struct span value))
{
    uint32_t count = (compensate.size > 0 ? 1u : 0u) + (confirm.size > 0 ? 1u : 0u);
    struct buf out;
    bool ok = true;
    if (count == 0) {
        return (struct span){NULL, 0};
    }
    buf_open(&out, 2 * (size_t)LIMIT_MESSAGE_IN);
    mp_put_map(&out, count);
    if (compensate.size > 0) {
        mp_put_text(&out, "compensate");
        put(&out, compensate);
    }
    if (confirm.size > 0) {
        mp_put_text(&out, "confirm");
        put(&out, confirm);
    }
    struct span kept =
        buf_failed(&out) ? (struct span){NULL, 0} : arena_copy(arena, buf_span(&out), &ok);
    buf_close(&out);
    return ok ? kept : (struct span){NULL, 0};
}

static void hand_over(struct compile *c, struct problems *problems)
{
    *problems = (struct problems){.error_count = c->reading.error_count, .cut = c->reading.cut};
    uint32_t count = c->reading.problem_count;
    problems->items = count > 0 ? reading_take(&c->reading, count, sizeof(*problems->items)) : NULL;
    if (problems->items) {
        memcpy(problems->items, c->reading.items, count * sizeof(*problems->items));
        problems->count = count;
    }
}

enum saga_error open_step_read(struct span compensate, struct span confirm, struct arena *arena,
                               struct open_calls *calls, struct problems *problems)
{
    struct compile c = {.reading = {.arena = arena}};
    struct read_call undo = {.is_given = false};
    struct read_call sure = {.is_given = false};

    *calls = (struct open_calls){.form = {NULL, 0}};
    arena_open(&c.reading.scratch, arena->source, SCRATCH_BYTES);
    definition_retry_defaults(&c, (struct span){NULL, 0});
    if (!is_none(compensate)) {
        read_call(&c, "compensate", compensate, &undo);
    }
    read_call(&c, "confirm", confirm, &sure);
    hand_over(&c, problems);
    arena_close(&c.reading.scratch);
    if (c.reading.error_count > 0) {
        return SAGA_INVALID;
    }
    struct span none = {NULL, 0};
    bool has_undo = undo.is_given || is_none(compensate);
    calls->form =
        pack_two(arena, has_undo ? compensate : none, sure.is_given ? confirm : none, put_form);
    calls->inputs = pack_two(arena, undo.input, sure.input, mp_put_value);
    bool is_lost = (calls->form.size == 0 && (has_undo || sure.is_given)) ||
                   (calls->inputs.size == 0 && (undo.input.size > 0 || sure.input.size > 0));
    if (c.reading.no_memory || is_lost) {
        return SAGA_NO_MEMORY;
    }
    return calls->form.size > FORM_SIZE_MAX ? SAGA_TOO_LARGE : SAGA_OK;
}

/* A template that is one value. NULL: the value is not given, or there is no memory. */
static const struct template *constant(struct compile *c, struct span inputs, const char *key)
{
    struct span value = inputs.size > 0 ? mp_find(inputs, span_text(key)) : (struct span){NULL, 0};
    if (value.size == 0) {
        return NULL;
    }
    struct template_piece *piece = reading_take(&c->reading, 1, sizeof(*piece));
    struct template *template = reading_take(&c->reading, 1, sizeof(*template));
    if (!piece || !template) {
        return NULL;
    }
    *piece = (struct template_piece){.kind = TEMPLATE_BYTES, .bytes = value};
    *template = (struct template){.pieces = piece, .piece_count = 1, .nodes = 1};
    return template;
}

static struct span member(struct span form, const char *key)
{
    return form.size > 0 ? mp_find(form, span_text(key)) : (struct span){NULL, 0};
}

static void compile_confirm(struct compile *c, const struct open_calls *calls,
                            struct step_spec *spec)
{
    struct read_call sure = {.is_given = false};
    read_call(c, "confirm", member(calls->form, "confirm"), &sure);
    struct confirm_spec *confirm =
        sure.is_given ? reading_take(&c->reading, 1, sizeof(*confirm)) : NULL;
    if (confirm) {
        *confirm = (struct confirm_spec){.call = sure.call,
                                         .stuck_attempts = sure.patience.attempts,
                                         .stuck_ms = sure.patience.ms};
    }
    spec->confirm = confirm;
}

enum saga_error open_step_compile(const struct open_calls *calls, struct arena *arena,
                                  struct step_spec *spec)
{
    struct compile c = {.reading = {.arena = arena}};
    struct read_call undo = {.is_given = false};
    struct span compensate = member(calls->form, "compensate");

    arena_open(&c.reading.scratch, arena->source, SCRATCH_BYTES);
    definition_retry_defaults(&c, (struct span){NULL, 0});
    if (!is_none(compensate)) {
        read_call(&c, "compensate", compensate, &undo);
    }
    spec->kind = STEP_KIND_OPEN;
    spec->action.retry = c.defaults.retry;
    spec->action.retry.attempts_max = 1; /* another one is for the client to make */
    spec->action.timeouts = c.defaults.timeouts;
    spec->has_undo = undo.is_given;
    spec->undo = undo.call;
    spec->undo.input = constant(&c, calls->inputs, "compensate");
    spec->stuck_attempts = undo.patience.attempts;
    spec->stuck_ms = undo.patience.ms;
    spec->step_class = undo.is_given         ? CLASS_COMPENSATABLE
                       : is_none(compensate) ? CLASS_READONLY
                                             : CLASS_RETRIABLE;
    compile_confirm(&c, calls, spec);
    arena_close(&c.reading.scratch);
    if (c.reading.no_memory) {
        return SAGA_NO_MEMORY;
    }
    return c.reading.error_count > 0 ? SAGA_INVALID : SAGA_OK;
}
