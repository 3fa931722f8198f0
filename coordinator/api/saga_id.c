/* saga_id.c - the id of a saga whose caller gave none. */
#include "api/saga_id.h"

#include "api/http_call.h"
#include "base/digest.h"
#include "base/uuid.h"

enum { COUNT_MASK = 0xfff };

struct span saga_id_make(struct http_call *call, struct span key)
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
