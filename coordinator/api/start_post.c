/* start_post.c - how a start ends that was read: its id, the digest of its key, its trace. */
#include "api/start_post.h"

#include "api/headers.h"
#include "api/http_call.h"
#include "base/digest.h"
#include "base/ids.h"
#include "base/uuid.h"

enum { COUNT_MASK = 0xfff };

/* Empty: no memory. */
static struct span make_id(struct http_call *call, struct span key)
{
    uint8_t bytes[DIGEST_SIZE];
    uint8_t *text = arena_take(&call->arena, UUID_TEXT);
    uint64_t random;
    uint16_t count;
    if (!text) {
        return (struct span){NULL, 0};
    }
    if (key.size > 0) {
        digest_pair(span_text("start"), key, bytes);
        uuid_v8(bytes, text);
    } else {
        digest_random(&random, sizeof(random));
        digest_random(&count, sizeof(count));
        uuid_v7(http_call_host_ms(call), count & COUNT_MASK, random, text);
    }
    return span_of(text, UUID_TEXT);
}

void start_post(struct http_call *call, struct span given, enum saga_error digested)
{
    struct start_request *start = &call->request.start;
    start->name = given.size > 0 ? given : make_id(call, start->key);
    if (digested != SAGA_OK || start->name.size == 0) {
        problem_answer(call, digested != SAGA_OK ? digested : SAGA_NO_MEMORY, NULL);
        return;
    }
    const char *trace = headers_text(call, "traceparent");
    if (trace) {
        start->traceparent = ids_traceparent(span_text(trace));
    }
    digest_pair(span_of(start->digest, DIGEST_SIZE), given, start->key_digest);
    start->actor = call->who.name;
    call->request.kind = REQUEST_START;
    http_call_post(call);
}
