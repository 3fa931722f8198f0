/* open_form.c - checks what a client says of an open saga, for the wire and for HTTP alike: both
 * accept and refuse the same. */
#include "door/open_form.h"

#include <stdio.h>

#include "base/arena.h"
#include "base/limits.h"
#include "base/mp.h"
#include "engine/open_request.h"
#include "engine/start_request.h"
#include "language/definition.h"
#include "language/label.h"
#include "language/names.h"
#include "language/open_step.h"
#include "language/open_terms.h"
#include "reading/problem.h"

static enum saga_error refuse(struct open_refusal *refusal, enum saga_error error,
                              const char *pointer, const char *why)
{
    snprintf(refusal->pointer, sizeof(refusal->pointer), "%s", pointer);
    snprintf(refusal->why, sizeof(refusal->why), "%s", why);
    return error;
}

static struct span none_if_nil(struct span value)
{
    return mp_type(value) == MP_NIL ? (struct span){NULL, 0} : value;
}

static uint32_t put_term(struct buf *out, const char *name, struct span value, bool dry)
{
    if (none_if_nil(value).size == 0) {
        return 0;
    }
    if (!dry) {
        mp_put_text(out, name);
        mp_put_value(out, value);
    }
    return 1;
}

static uint32_t put_terms(const struct begin_form *form, struct buf *out, bool dry)
{
    return put_term(out, "timeout_ms", form->timeout_ms, dry) +
           put_term(out, "reversal_window_ms", form->reversal_window_ms, dry) +
           put_term(out, "budget_usd_micros", form->budget_usd_micros, dry) +
           put_term(out, "sensitive", form->sensitive, dry);
}

/* Packs the terms of an open saga as one map, in the arena; empty = no memory. */
static struct span pack_terms(const struct begin_form *form, struct arena *arena)
{
    struct buf out;
    bool ok = true;
    buf_open(&out, LIMIT_MESSAGE_IN);
    mp_put_map(&out, put_terms(form, &out, true));
    (void)put_terms(form, &out, false);
    struct span kept = arena_copy(arena, buf_span(&out), &ok);
    ok = ok && !buf_failed(&out);
    buf_close(&out);
    return ok ? kept : (struct span){NULL, 0};
}

enum saga_error open_form_begin(const struct begin_form *form, struct arena *arena,
                                struct start_request *start, int64_t *timeout_ms,
                                struct open_refusal *refusal)
{
    struct definition terms = {.version = 0};
    struct mp mp = mp_open(form->name);
    struct span name = mp_type(form->name) == MP_STR ? mp_str(&mp) : (struct span){NULL, 0};
    const char *pointer = "";
    const char *why = NULL;
    if (!names_is_definition(name)) {
        return refuse(refusal, SAGA_INVALID, "/name",
                      "a name has 1 to 64 of a-z 0-9 _ . - and begins with a letter");
    }
    if (!label_map_is_good(none_if_nil(form->labels))) {
        return refuse(refusal, SAGA_INVALID, "/labels",
                      "labels are at most 32 texts: names of 1 to 64 bytes, texts of at most 256");
    }
    if (form->input.size > LIMIT_VALUE) {
        return refuse(refusal, SAGA_TOO_LARGE, "/input", "an input may have 960 KiB");
    }
    start->terms = pack_terms(form, arena);
    if (start->terms.size == 0) {
        return SAGA_NO_MEMORY;
    }
    enum saga_error rc = open_terms_read(start->terms, arena, &terms, &pointer, &why);
    if (rc != SAGA_OK) {
        return rc == SAGA_INVALID ? refuse(refusal, rc, pointer, why) : rc;
    }
    start->open_name = name;
    start->input = form->input;
    start->labels = none_if_nil(form->labels);
    *timeout_ms = terms.timeout_ms;
    return SAGA_OK;
}

enum saga_error open_form_register(const struct register_form *form, struct arena *arena,
                                   struct open_request *open, struct open_refusal *refusal)
{
    struct problems problems = {0};
    open->verb = OPEN_REGISTER;
    open->step = form->step;
    open->input = none_if_nil(form->input);
    open->needs = none_if_nil(form->needs);
    if (!names_is_step(form->step)) {
        return refuse(refusal, SAGA_INVALID, "/step",
                      "a step's name has 1 to 64 letters, digits and _ and begins with no digit");
    }
    if (form->input.size > LIMIT_VALUE) {
        return refuse(refusal, SAGA_TOO_LARGE, "/input", "an input may have 960 KiB");
    }
    enum saga_error rc =
        open_step_read(form->compensate, form->confirm, arena, &open->calls, &problems);
    if (rc == SAGA_INVALID && problems.count > 0) {
        return refuse(refusal, rc, problems.items[0].pointer, problems.items[0].detail);
    }
    if (rc == SAGA_TOO_LARGE) {
        return refuse(refusal, rc, "/compensate", "compensate and confirm say too much");
    }
    if (open->calls.inputs.size > LIMIT_VALUE) {
        return refuse(refusal, SAGA_TOO_LARGE, "/compensate/input",
                      "the inputs of compensate and confirm may have 960 KiB");
    }
    return rc;
}

static struct span text_of(struct span map, const char *key)
{
    struct span value = mp_find(map, span_text(key));
    struct mp mp = mp_open(value);
    return mp_type(value) == MP_STR ? mp_str(&mp) : (struct span){NULL, 0};
}

enum saga_error open_form_reason(struct span reason, struct open_request *open,
                                 struct open_refusal *refusal)
{
    struct mp mp = mp_open(reason);
    switch (mp_type(reason)) {
    case MP_NONE:
    case MP_NIL:
        return SAGA_OK;
    case MP_STR:
        open->message = mp_str(&mp);
        break;
    case MP_MAP:
        open->code = text_of(reason, "code");
        open->message = text_of(reason, "message");
        if (open->code.size == 0 || open->code.size > LIMIT_CODE) {
            return refuse(refusal, SAGA_INVALID, "/reason/code", "a code has 1 to 64 bytes");
        }
        break;
    case MP_BOOL:
    case MP_INT:
    case MP_DOUBLE:
    case MP_BIN:
    case MP_ARRAY:
    default:
        return refuse(refusal, SAGA_INVALID, "/reason", "a reason is a text, or {code, message}");
    }
    if (open->message.size > LIMIT_MESSAGE) {
        return refuse(refusal, SAGA_INVALID, "/reason", "a reason has at most 1024 bytes");
    }
    return SAGA_OK;
}
