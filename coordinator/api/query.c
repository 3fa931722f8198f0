/* query.c - the arguments behind `?`: their names, numbers, times. */
#include "api/query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/http_call.h"
#include "base/times.h"

const char *query_text(const struct http_call *call, const char *name)
{
    return MHD_lookup_connection_value(call->connection, MHD_GET_ARGUMENT_KIND, name);
}

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

static enum MHD_Result check_argument(void *arg, enum MHD_ValueKind kind, const char *name,
                                      const char *value)
{
    struct http_call *call = arg;
    (void)kind;
    (void)value;
    bool is_empty = name[0] == '\0'; /* "?a=1&" */
    if (!is_empty && !is_among(name, call->target.route->query)) {
        char pointer[128];
        char detail[128];
        snprintf(pointer, sizeof(pointer), "?%s", name);
        snprintf(detail, sizeof(detail), "is not an argument of this path; it takes %s",
                 call->target.route->query[0] ? call->target.route->query : "none");
        problem_note(call, pointer, detail);
    }
    return MHD_YES;
}

bool query_check(struct http_call *call)
{
    MHD_get_connection_values(call->connection, MHD_GET_ARGUMENT_KIND, check_argument, call);
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
