/* event_read.c - events from headers and bodies, checked. */
#include "api/event_read.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "api/body.h"
#include "api/headers.h"
#include "api/http_call.h"
#include "base/mp.h"
#include "base/times.h"
#include "base/utf8.h"
#include "journal/event_value.h"
#include "language/names.h"

enum { BATCH_MAX = 1000 };

#define TYPE_EVENT "application/cloudevents+json"
#define TYPE_BATCH "application/cloudevents-batch+json"

/* ---- what is right ---- */

static void fault(struct http_call *call, const char *place, const char *name, const char *detail)
{
    char pointer[128];
    snprintf(pointer, sizeof(pointer), "%s/%s", place, name);
    problem_note(call, pointer, detail);
}

/* Headers may hold any bytes. */
static bool is_name(struct span text)
{
    return names_is_event(text) && utf8_is_valid(text);
}

static bool is_text(struct span text)
{
    return names_is_event_text(text) && utf8_is_valid(text);
}

static void check_event(struct http_call *call, const char *place, const struct inbox_row *row)
{
    if (!is_name(row->name)) {
        fault(call, place, "type", "must be 1 to 255 bytes of UTF-8 without blanks");
    }
    if (!is_text(row->id)) {
        fault(call, place, "id", "must be 1 to 512 bytes of UTF-8 without control characters");
    }
    if (!is_text(row->source)) {
        fault(call, place, "source", "must be 1 to 512 bytes of UTF-8 without control characters");
    } else if (event_source_is_own(row->source)) {
        fault(call, place, "source", "must not begin with sagad/: that is the coordinator's own");
    }
}

/* application/json, or a subtype of it; empty is taken for it. */
static bool is_json(struct span type)
{
    size_t size = 0;
    while (size < type.size && type.data[size] != ';' && type.data[size] != ' ') {
        size++;
    }
    const char *text = (const char *)type.data;
    return size == 0 || (size == 16 && strncasecmp(text, "application/json", 16) == 0) ||
           (size > 5 && strncasecmp(text + size - 5, "+json", 5) == 0);
}

/* ---- structured ---- */

/* A text attribute; true when it is there. Absent leaves the place empty. */
static bool read_text(struct http_call *call, const char *place, struct span event,
                      const char *name, struct span *text)
{
    struct span value = mp_find(event, span_text(name));
    *text = (struct span){NULL, 0};
    if (value.size == 0 || mp_type(value) == MP_NIL) {
        return false;
    }
    if (mp_type(value) != MP_STR) {
        fault(call, place, name, "must be a string");
        return false;
    }
    struct mp mp = mp_open(value);
    *text = mp_str(&mp);
    return true;
}

static void read_version(struct http_call *call, const char *place, struct span version)
{
    if (version.size == 0) {
        fault(call, place, "specversion", "is required");
    } else if (!span_is(version, "1.0")) {
        fault(call, place, "specversion", "must be 1.0");
    }
}

static void read_time(struct http_call *call, const char *place, struct span text, int64_t *at_ms)
{
    if (text.size > 0 && !time_parse(text, at_ms)) {
        fault(call, place, "time", "must be an RFC 3339 time, such as 2026-11-24T04:52:30Z");
    }
}

static void read_structured(struct http_call *call, const char *place, struct span event,
                            struct inbox_row *row)
{
    struct span text;
    if (mp_type(event) != MP_MAP) {
        problem_note(call, place, "must be an event: a JSON object");
        return;
    }
    (void)read_text(call, place, event, "specversion", &text);
    read_version(call, place, text);
    (void)read_text(call, place, event, "type", &row->name);
    (void)read_text(call, place, event, "source", &row->source);
    (void)read_text(call, place, event, "id", &row->id);
    if (read_text(call, place, event, "time", &text)) {
        read_time(call, place, text, &row->at_ms);
    }
    if (read_text(call, place, event, "datacontenttype", &text) && !is_json(text)) {
        fault(call, place, "datacontenttype", "must be application/json: data is JSON here");
    }
    if (mp_find(event, span_text("data_base64")).size > 0) {
        fault(call, place, "data_base64", "is not taken: data is JSON here");
    }
    row->data = mp_find(event, span_text("data"));
    check_event(call, place, row);
}

static bool read_batch(struct http_call *call, struct span value, struct event_list *events)
{
    struct mp mp = mp_open(value);
    uint32_t count = mp_type(value) == MP_ARRAY ? mp_array(&mp) : 0;
    if (mp_type(value) != MP_ARRAY || count > BATCH_MAX) {
        problem_answer(call, SAGA_INVALID, "the body must be an array of at most 1000 events");
        return false;
    }
    events->items = arena_take(&call->arena, (count + 1) * sizeof(*events->items));
    if (!events->items) {
        problem_answer(call, SAGA_NO_MEMORY, NULL);
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        char place[16];
        snprintf(place, sizeof(place), "/%u", i);
        read_structured(call, place, mp_skip(&mp), &events->items[i]);
    }
    events->count = count;
    return true;
}

/* ---- binary ---- */

static int hex_of(char c)
{
    const char *digits = "0123456789abcdef";
    const char *at = c ? strchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c) : NULL;
    return at ? (int)(at - digits) : -1;
}

/* A header's value as the HTTP binding wants it: quotes around it and what they escape are taken
 * off, then it is percent-decoded. */
static struct span header_of(struct http_call *call, const char *name)
{
    const char *text = headers_text(call, name);
    if (!text) {
        return (struct span){NULL, 0};
    }
    size_t size = strlen(text);
    uint8_t *out = size > 0 ? arena_take(&call->arena, size) : NULL;
    size_t length = 0;
    bool quoted = size >= 2 && text[0] == '"' && text[size - 1] == '"';
    text += quoted ? 1 : 0;
    size -= quoted ? 2 : 0;
    for (size_t i = 0; out && i < size; i++) {
        if (quoted && text[i] == '\\' && i + 1 < size) {
            out[length++] = (uint8_t)text[++i];
            continue;
        }
        int high = text[i] == '%' && i + 2 < size ? hex_of(text[i + 1]) : -1;
        int low = high >= 0 ? hex_of(text[i + 2]) : -1;
        out[length++] = low >= 0 ? (uint8_t)(high * 16 + low) : (uint8_t)text[i];
        i += low >= 0 ? 2 : 0;
    }
    return span_of(out, length);
}

static bool read_binary(struct http_call *call, struct inbox_row *row)
{
    const char *type = headers_text(call, "Content-Type");
    struct span version = header_of(call, "ce-specversion");
    if (version.size == 0) {
        problem_answer(call, SAGA_INVALID,
                       "is no CloudEvent: it has neither a header ce-specversion nor the content "
                       "type " TYPE_EVENT " or " TYPE_BATCH);
        return false;
    }
    if (type && !is_json(span_text(type))) {
        problem_note(call, "/datacontenttype", "must be application/json: data is JSON here");
    } else if (call->body.size > 0 && !body_value(call, &row->data)) {
        return false;
    }
    read_version(call, "", version);
    row->name = header_of(call, "ce-type");
    row->source = header_of(call, "ce-source");
    row->id = header_of(call, "ce-id");
    read_time(call, "", header_of(call, "ce-time"), &row->at_ms);
    check_event(call, "", row);
    return true;
}

/* ---- the request ---- */

static bool is_type(const struct http_call *call, const char *wanted)
{
    const char *type = headers_text(call, "Content-Type");
    size_t size = type ? strcspn(type, "; ") : 0;
    return size == strlen(wanted) && strncasecmp(type, wanted, size) == 0;
}

static bool read_request(struct http_call *call, struct event_list *events)
{
    struct span value;
    events->is_batch = is_type(call, TYPE_BATCH);
    if (events->is_batch) {
        return body_value(call, &value) && read_batch(call, value, events);
    }
    events->count = 1;
    events->items = ARENA_NEW(&call->arena, struct inbox_row);
    if (!events->items) {
        problem_answer(call, SAGA_NO_MEMORY, NULL);
        return false;
    }
    if (!is_type(call, TYPE_EVENT)) {
        return read_binary(call, &events->items[0]);
    }
    if (!body_value(call, &value)) {
        return false;
    }
    read_structured(call, "", value, &events->items[0]);
    return true;
}

static bool check_data(struct http_call *call, struct inbox_row *row)
{
    row->data = row->data.size > 0 ? row->data : MP_NIL_VALUE;
    if (row->data.size > LIMIT_VALUE) {
        problem_answer(call, SAGA_TOO_LARGE, "an event's data has more than 960 KiB");
        return false;
    }
    if (mp_extent(row->data).depth > MP_VALUE_DEPTH_MAX) {
        problem_answer(call, SAGA_BAD_MESSAGE, "an event's data is nested too deep");
        return false;
    }
    return true;
}

bool event_read(struct http_call *call, struct event_list *events)
{
    *events = (struct event_list){0};
    bool good = read_request(call, events) && problem_pass(call);
    for (uint32_t i = 0; good && i < events->count; i++) {
        good = check_data(call, &events->items[i]);
    }
    return good;
}
