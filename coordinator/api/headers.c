/* headers.c - headers with a meaning for more than one route. */
#include "api/headers.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "api/http_call.h"

enum { KEY_MAX = 255 };

const char *headers_text(const struct http_call *call, const char *name)
{
    return MHD_lookup_connection_value(call->connection, MHD_HEADER_KIND, name);
}

struct count {
    const char *name;
    uint32_t count;
};

static enum MHD_Result count_one(void *arg, enum MHD_ValueKind kind, const char *name,
                                 const char *value)
{
    struct count *count = arg;
    MAYBE(value != NULL);
    CHECK(kind == MHD_HEADER_KIND);
    count->count += strcasecmp(name, count->name) == 0 ? 1 : 0;
    return MHD_YES;
}

uint32_t headers_count(const struct http_call *call, const char *name)
{
    struct count count = {name, 0};
    MHD_get_connection_values(call->connection, MHD_HEADER_KIND, count_one, &count);
    return count.count;
}

static enum MHD_Result check_name(void *arg, enum MHD_ValueKind kind, const char *name,
                                  const char *value)
{
    bool *is_wrong = arg;
    MAYBE(value != NULL);
    CHECK(kind == MHD_HEADER_KIND);
    *is_wrong = *is_wrong || name[0] == '\0' || strpbrk(name, " \t\r\n") != NULL;
    return MHD_YES;
}

const char *headers_misframed(const struct http_call *call)
{
    const char *encoding = headers_text(call, "Transfer-Encoding");
    uint32_t lengths = headers_count(call, "Content-Length");
    bool is_wrong = false;
    MHD_get_connection_values(call->connection, MHD_HEADER_KIND, check_name, &is_wrong);
    if (is_wrong) {
        return "a header's name has a blank";
    }
    if (lengths > 1) {
        return "there is more than one Content-Length";
    }
    if (encoding && lengths > 0) {
        return "there are a Content-Length and a Transfer-Encoding";
    }
    if (encoding &&
        (headers_count(call, "Transfer-Encoding") > 1 || strcasecmp(encoding, "chunked") != 0)) {
        return "the only Transfer-Encoding that is understood is chunked, once";
    }
    return NULL;
}

/* The value of a preference (RFC 7240: "a=1; x, wait=20"), or NULL. Names know no case. */
static const char *preference(const char *prefer, const char *name)
{
    size_t size = strlen(name);
    while (prefer && *prefer) {
        prefer += strspn(prefer, " \t,");
        if (strncasecmp(prefer, name, size) == 0) {
            const char *at = prefer + size;
            at += strspn(at, " \t");
            if (*at == '=') {
                at += 1 + strspn(at + 1, " \t\"");
                return at;
            }
        }
        prefer += strcspn(prefer, ",");
    }
    return NULL;
}

int64_t headers_wait_ms(const struct http_call *call)
{
    const char *wait = preference(headers_text(call, "Prefer"), "wait");
    double seconds = wait ? strtod(wait, NULL) : 0;
    if (!(seconds > 0)) {
        return 0;
    }
    return seconds > REQUEST_WAIT_MS_MAX / 1000 ? REQUEST_WAIT_MS_MAX : (int64_t)(seconds * 1000);
}

bool headers_once(struct http_call *call, struct span *key, uint8_t digest[32])
{
    const char *given = headers_text(call, "Idempotency-Key");
    *key = (struct span){NULL, 0};
    if (!given) {
        return true;
    }
    if (headers_count(call, "Idempotency-Key") > 1) {
        problem_answer(call, SAGA_INVALID, "there is more than one Idempotency-Key");
        return false;
    }
    struct span text = span_text(given);
    /* The draft standard quotes it, live APIs do not: one pair of quotes is taken off. */
    if (text.size >= 2 && text.data[0] == '"' && text.data[text.size - 1] == '"') {
        text = span_of(text.data + 1, text.size - 2);
    }
    /* Each person's keys are their own. */
    size_t scope = 1 + call->who.name.size + 1;
    uint8_t *bytes = arena_take(&call->arena, scope + text.size);
    if (text.size == 0 || text.size > KEY_MAX || !bytes) {
        problem_answer(call, SAGA_INVALID, "an Idempotency-Key has 1 to 255 bytes");
        return false;
    }
    bytes[0] = 0x01;
    memcpy(bytes + 1, call->who.name.data, call->who.name.size);
    bytes[scope - 1] = '/';
    memcpy(bytes + scope, text.data, text.size);
    *key = span_of(bytes, scope + text.size);
    uint8_t path[DIGEST_SIZE];
    digest_pair(span_text(call->target.route->method), span_text(call->path), path);
    digest_pair(span_of(path, sizeof(path)), buf_span(&call->body), digest);
    return true;
}

/* Is there more than one tag? A comma inside of a tag's quotes is part of the tag. */
static bool is_list(const struct http_call *call, const char *text)
{
    bool is_quoted = false;
    for (; *text != '\0'; text++) {
        is_quoted ^= *text == '"';
        if (*text == ',' && !is_quoted) {
            return true;
        }
    }
    return headers_count(call, "If-Match") > 1;
}

bool headers_if_match(struct http_call *call, uint64_t *seq)
{
    *seq = 0;
    const char *text = headers_text(call, "If-Match");
    if (!text || strcmp(text, "*") == 0) {
        return true;
    }
    if (is_list(call, text)) {
        problem_answer(call, SAGA_INVALID, "If-Match takes one ETag of the saga, or *");
        return false;
    }
    char *end = NULL;
    bool is_number = text[0] == '"' && text[1] >= '1' && text[1] <= '9';
    unsigned long long number = is_number ? strtoull(text + 1, &end, 10) : 0;
    if (number == 0 || strcmp(end, "\"") != 0) {
        problem_answer(call, SAGA_PRECONDITION_FAILED, "If-Match is not an ETag of this saga");
        return false;
    }
    *seq = number;
    return true;
}

bool headers_is_known(const struct http_call *call)
{
    const char *known = headers_text(call, "If-None-Match");
    return known && strcmp(known, call->response.etag) == 0;
}
