/* query.c - the arguments behind `?`: their names, numbers, times. */
#include "api/query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/http_call.h"
#include "base/digest.h"
#include "base/ids.h"
#include "base/times.h"
#include "base/utf8.h"

const char *query_text(const struct http_call *call, const char *name)
{
    return MHD_lookup_connection_value(call->connection, MHD_GET_ARGUMENT_KIND, name);
}

/* Arguments that may be given more than once, and then all count. */
static const char repeatable[] = "label";

/* Is the name one of the words? */
static bool is_among(const char *name, const char *words)
{
    size_t size = strlen(name);
    for (const char *at = words; *at != '\0'; at += strspn(at, " ")) {
        size_t length = strcspn(at, " ");
        if (length == size && memcmp(at, name, size) == 0) {
            return true;
        }
        at += length;
    }
    return false;
}

/* An argument as it was sent: it may be longer than it seems, for a NUL ends no text of a request.
 */
struct given {
    const char *name;
    const char *value;
    size_t value_size;
};

/* Given once, by a name that the route knows, with a value. */
static const char *wrong_with(struct http_call *call, const struct given *given, char *detail,
                              size_t size)
{
    const char *takes = call->target.route->query;
    if (!is_among(given->name, takes)) {
        snprintf(detail, size, "is not an argument of this path; it takes %s",
                 takes[0] ? takes : "none");
        return detail;
    }
    if (!given->value || !utf8_is_valid(span_text(given->value))) {
        return given->value ? "must be UTF-8" : "must have a value";
    }
    if (strlen(given->value) != given->value_size) {
        return "must not have the character U+0000";
    }
    bool is_first = query_text(call, given->name) == given->value;
    return is_first || is_among(given->name, repeatable) ? NULL : "is given more than once";
}

static enum MHD_Result check_argument(void *arg, enum MHD_ValueKind kind, const char *name,
                                      size_t name_size, const char *value, size_t value_size)
{
    struct http_call *call = arg;
    char pointer[128];
    char detail[256];
    CHECK(kind == MHD_GET_ARGUMENT_KIND);
    const struct given given = {name, value, value_size};
    bool is_empty = name[0] == '\0' && !value; /* "?a=1&" */
    const char *wrong = is_empty ? NULL : wrong_with(call, &given, detail, sizeof(detail));
    if (wrong) {
        /* Of a name that is no text, or a long one, no more is repeated than that it is there. */
        bool shows = name_size < sizeof(pointer) - 1 && utf8_is_valid(span_text(name));
        snprintf(pointer, sizeof(pointer), "?%s", shows ? name : "");
        problem_note(call, pointer, wrong);
    }
    return MHD_YES;
}

bool query_check(struct http_call *call)
{
    MHD_get_connection_values_n(call->connection, MHD_GET_ARGUMENT_KIND, check_argument, call);
    return problem_pass(call);
}

bool query_refuse(struct http_call *call, const char *name, const char *what)
{
    char pointer[64];
    snprintf(pointer, sizeof(pointer), "?%s", name);
    problem_note(call, pointer, what);
    return problem_pass(call);
}

bool query_number(struct http_call *call, const char *name, struct query_bounds bounds,
                  uint64_t *value)
{
    const char *text = query_text(call, name);
    if (!text) {
        return true;
    }
    char *end;
    unsigned long long number = strtoull(text, &end, 10);
    bool is_number = text[0] >= '0' && text[0] <= '9' && *end == '\0';
    if (!is_number || number < bounds.least || number > bounds.most) {
        char what[96];
        snprintf(what, sizeof(what), "must be a whole number from %llu to %llu",
                 (unsigned long long)bounds.least, (unsigned long long)bounds.most);
        return query_refuse(call, name, what);
    }
    *value = number;
    return true;
}

bool query_time(struct http_call *call, const char *name, int64_t *at_ms)
{
    const char *text = query_text(call, name);
    if (text && !time_parse(span_text(text), at_ms)) {
        return query_refuse(call, name, "must be an RFC 3339 time, such as 2026-11-24T04:52:30Z");
    }
    return true;
}

/* ---- cursors ---- */

static enum MHD_Result add_argument(void *arg, enum MHD_ValueKind kind, const char *name,
                                    const char *value)
{
    uint32_t *sum = arg;
    CHECK(kind == MHD_GET_ARGUMENT_KIND);
    if (value && strcmp(name, "cursor") != 0 && strcmp(name, "limit") != 0) {
        uint8_t digest[DIGEST_SIZE];
        uint32_t part;
        digest_pair(span_text(name), span_text(value), digest);
        memcpy(&part, digest, sizeof(part));
        *sum += part;
    }
    return MHD_YES;
}

/* What is listed, in short: the path and the filter, in whatever order it is given. */
static uint32_t sum_of(const struct http_call *call)
{
    uint8_t digest[DIGEST_SIZE];
    uint32_t sum;
    digest_pair(span_text("cursor"), span_text(call->path), digest);
    memcpy(&sum, digest, sizeof(sum));
    MHD_get_connection_values(call->connection, MHD_GET_ARGUMENT_KIND, add_argument, &sum);
    return sum;
}

static bool refuse_cursor(struct http_call *call)
{
    return query_refuse(call, "cursor",
                        "must be the next_cursor of a page of this path with these arguments");
}

bool query_cursor(struct http_call *call, uint64_t *number)
{
    const char *text = query_text(call, "cursor");
    char *end;
    if (!text) {
        return true;
    }
    bool is_number = text[0] >= '0' && text[0] <= '9';
    unsigned long long read = strtoull(text, &end, 10);
    char whole[40];
    snprintf(whole, sizeof(whole), "%llu-%08x", read, sum_of(call));
    if (!is_number || read > INT64_MAX || strcmp(whole, text) != 0) {
        return refuse_cursor(call);
    }
    *number = read;
    return true;
}

bool query_cursor_id(struct http_call *call, struct span *id)
{
    const char *text = query_text(call, "cursor");
    const char *end = text ? strrchr(text, '-') : NULL;
    char sum[16];
    if (!text) {
        return true;
    }
    snprintf(sum, sizeof(sum), "-%08x", sum_of(call));
    struct span read = end ? span_of(text, (size_t)(end - text)) : (struct span){NULL, 0};
    if (!end || strcmp(end, sum) != 0 || !ids_is_saga(read)) {
        return refuse_cursor(call);
    }
    *id = read;
    return true;
}

void query_put_cursor(struct http_call *call, uint64_t number)
{
    char cursor[40];
    snprintf(cursor, sizeof(cursor), "%llu-%08x", (unsigned long long)number, sum_of(call));
    form_text(&call->response.form, "next_cursor", cursor);
}

void query_put_cursor_id(struct http_call *call, struct span id)
{
    char cursor[LIMIT_KEY + 16];
    snprintf(cursor, sizeof(cursor), "%.*s-%08x", (int)id.size, (const char *)id.data,
             sum_of(call));
    form_text(&call->response.form, "next_cursor", cursor);
}
