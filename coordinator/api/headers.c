/* headers.c - headers with a meaning for more than one route. */
#include "api/headers.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "api/http_call.h"

enum { WAIT_MS_MAX = 60 * 60 * 1000, KEY_MAX = 255 };

const char *headers_text(const struct http_call *call, const char *name)
{
    return MHD_lookup_connection_value(call->connection, MHD_HEADER_KIND, name);
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
    return seconds > WAIT_MS_MAX / 1000 ? WAIT_MS_MAX : (int64_t)(seconds * 1000);
}

bool headers_once(struct http_call *call, struct span *key, uint8_t digest[32])
{
    const char *given = headers_text(call, "Idempotency-Key");
    *key = (struct span){NULL, 0};
    if (!given) {
        return true;
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

bool headers_if_match(struct http_call *call, uint64_t *seq)
{
    *seq = 0;
    const char *text = headers_text(call, "If-Match");
    if (!text || strcmp(text, "*") == 0) {
        return true;
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
