/* fuzz_view_mask.c - any secret in any text: found when it was put into JSON, up to three times.
 *
 * Input: how often, the size of the secret, the secret, and a text that it may or may not be in. */
#include <stdlib.h>

#include "base/json.h"
#include "base/mp.h"
#include "base/utf8.h"
#include "view/mask_match.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The text as JSON has it, without the quotes around it. */
static struct span escape(struct span text, struct buf *json)
{
    struct buf packed;
    buf_open(&packed, 1 << 16);
    buf_clear(json);
    mp_put_str(&packed, text);
    CHECK(json_from_mp(buf_span(&packed), json, JSON_COMPACT_STYLE) == SAGA_OK);
    buf_close(&packed);
    return span_of(json->data + 1, json->size - 2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 3 || size > 512) {
        return 0;
    }
    uint64_t work = 0;
    size_t secret_size = (size_t)data[1] + 1;
    secret_size = secret_size < size - 2 ? secret_size : size - 2;
    struct span secret = span_of(data + 2, secret_size);
    struct span rest = span_of(data + 2 + secret_size, size - 2 - secret_size);
    for (size_t at = 0; at < rest.size; at++) {
        CHECK(mask_match_at(rest, at, secret, &work) <= rest.size - at);
    }
    struct buf once;
    struct buf twice;
    buf_open(&once, 1 << 16);
    buf_open(&twice, 1 << 16);
    struct span text = secret;
    for (size_t i = 0; utf8_is_valid(secret) && i <= data[0] % 3; i++) {
        text = escape(text, i % 2 == 0 ? &once : &twice);
        CHECK(mask_match_at(text, 0, secret, &work) == text.size);
    }
    buf_close(&once);
    buf_close(&twice);
    return 0;
}
