/* body.c - JSON to msgpack, then key by key into the places that a table names. */
#include "api/body.h"

#include <stdio.h>

#include "api/http_call.h"
#include "base/json.h"
#include "base/mp.h"
#include "base/times.h"
#include "base/utf8.h"

bool body_value(struct http_call *call, struct span *value)
{
    struct json_problem problem;
    struct buf out;
    if (call->body.size == 0) {
        problem_answer(call, SAGA_BAD_MESSAGE, "the body is empty: JSON is expected");
        return false;
    }
    buf_open(&out, (size_t)4 * HTTP_CALL_BODY_MAX);
    enum saga_error rc = json_to_mp(buf_span(&call->body), &out, &problem);
    bool ok = rc == SAGA_OK;
    if (ok) {
        *value = arena_copy(&call->arena, buf_span(&out), &ok);
        rc = SAGA_NO_MEMORY;
    }
    buf_close(&out);
    if (!ok) {
        char detail[256];
        snprintf(detail, sizeof(detail), problem.line > 0 ? "%s (line %u, column %u)" : "%s",
                 rc == SAGA_NO_MEMORY ? "out of memory" : problem.detail, problem.line,
                 problem.column);
        problem_answer(call, rc, detail);
    }
    return ok;
}

static bool read_texts(struct http_call *call, struct span value, struct body_texts *texts)
{
    struct mp mp = mp_open(value);
    uint32_t count = mp_array(&mp);
    struct span *items =
        count <= LIMIT_STEPS ? arena_take(&call->arena, (count + 1) * sizeof(*items)) : NULL;
    if (!items) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        items[i] = mp_str(&mp);
    }
    *texts = (struct body_texts){items, count};
    return !mp.bad;
}

/* NULL, or what is wrong. */
static const char *read_key(struct http_call *call, const struct body_key *key, struct span value)
{
    struct mp mp = mp_open(value);
    switch (key->form) {
    case BODY_TEXT:
        if (mp_type(value) != MP_STR) {
            return "must be a string";
        }
        *(struct span *)key->place = mp_str(&mp);
        return NULL;
    case BODY_INT:
        if (mp_type(value) != MP_INT) {
            return "must be a whole number";
        }
        *(int64_t *)key->place = mp_int(&mp);
        return NULL;
    case BODY_BOOL:
        if (mp_type(value) != MP_BOOL) {
            return "must be true or false";
        }
        *(bool *)key->place = mp_bool(&mp);
        return NULL;
    case BODY_VALUE:
        *(struct span *)key->place = value;
        return NULL;
    case BODY_TEXTS:
        if (mp_type(value) != MP_ARRAY || !read_texts(call, value, key->place)) {
            return "must be an array of strings";
        }
        return NULL;
    case BODY_TIME:
        if (mp_type(value) != MP_STR || !time_parse(mp_str(&mp), key->place)) {
            return "must be an RFC 3339 time, such as 2026-11-24T04:52:30Z";
        }
        return NULL;
    }
    return NULL;
}

/* A key as a token of a JSON Pointer (RFC 6901), cut when it is very long. */
static void put_token(struct span name, char *text, size_t size)
{
    size_t length = 0;
    for (size_t i = 0; i < name.size && length + 3 < size; i++) {
        char letter = (char)name.data[i];
        if (letter == '~' || letter == '/') {
            text[length++] = '~';
            text[length++] = letter == '~' ? '0' : '1';
        } else {
            text[length++] = letter;
        }
    }
    text[length] = '\0';
}

/* What keys a map may have, and where it stands in the body. */
struct form_of_map {
    const char *pointer;
    const struct body_key *keys;
    uint32_t count;
};

static void fault(struct http_call *call, const struct form_of_map *form, struct span name,
                  const char *what)
{
    char token[130];
    char pointer[256];
    put_token(name, token, sizeof(token));
    snprintf(pointer, sizeof(pointer), "%s/%s", form->pointer, token);
    problem_note(call, pointer, what);
}

/* Says which keys there are, for the one that is here may be misspelt. */
static void refuse(struct http_call *call, const struct form_of_map *form, struct span name)
{
    char what[256];
    int size = snprintf(what, sizeof(what), "is not a key of this request; it takes");
    for (uint32_t i = 0; i < form->count && size < (int)sizeof(what); i++) {
        size += snprintf(what + size, sizeof(what) - (size_t)size, "%s %s", i > 0 ? "," : "",
                         form->keys[i].name);
    }
    fault(call, form, name, what);
}

static void read_pair(struct http_call *call, const struct form_of_map *form, struct span name,
                      struct span value)
{
    for (uint32_t i = 0; i < form->count; i++) {
        const struct body_key *key = &form->keys[i];
        if (span_is(name, key->name)) {
            /* null is as good as absent. */
            const char *wrong = mp_type(value) == MP_NIL && key->form != BODY_VALUE
                                    ? NULL
                                    : read_key(call, key, value);
            if (wrong) {
                fault(call, form, name, wrong);
            }
            return;
        }
    }
    refuse(call, form, name);
}

void body_read_inside(struct http_call *call, struct span value, const char *pointer,
                      const struct body_key *keys, uint32_t count)
{
    struct form_of_map form = {pointer, keys, count};
    struct mp mp = mp_open(value);
    uint32_t pairs = mp_map(&mp);
    for (uint32_t i = 0; i < pairs; i++) {
        struct span name = mp_str(&mp);
        read_pair(call, &form, name, mp_skip(&mp));
    }
    for (uint32_t i = 0; i < count; i++) {
        struct span name = span_text(keys[i].name);
        enum mp_type type = mp_type(mp_find(value, name));
        bool is_there = type != MP_NONE && (type != MP_NIL || keys[i].form == BODY_VALUE);
        if (keys[i].is_required && !is_there) {
            fault(call, &form, name, "is required");
        }
    }
}

bool body_read(struct http_call *call, const struct body_key *keys, uint32_t count)
{
    struct span value = span_of("\x80", 1);
    if (call->body.size > 0 && !body_value(call, &value)) {
        return false;
    }
    if (mp_type(value) != MP_MAP) {
        problem_answer(call, SAGA_INVALID, "the body must be a JSON object");
        return false;
    }
    body_read_inside(call, value, "", keys, count);
    return problem_pass(call);
}

void body_check_reason(struct http_call *call, struct span reason)
{
    if (utf8_is_blank(reason)) {
        problem_note(call, "/reason", "is required: say why");
    } else if (reason.size > LIMIT_REASON) {
        problem_note(call, "/reason", "has more than 1024 bytes");
    }
}
