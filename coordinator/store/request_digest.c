/* request_digest.c - packs a start canonically and digests it.
 *
 * The digest is stored for ever, so the packing must not change:
 *
 *   array of 5: str definition, uint version, str input, str labels, int start_at_ms
 *
 * packed as msgpack in shortest form; input and labels as canonical JSON, "" for no labels. */
#include "store/request_digest.h"

#include "base/digest.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/mp.h"

enum { SIZE_MAX_EACH = 8 * LIMIT_VALUE }; /* JSON may take more bytes than msgpack */

static bool has_entries(struct span labels)
{
    struct mp mp = mp_open(labels);
    return mp_peek(&mp) == MP_MAP && mp_map(&mp) > 0;
}

/* Packs a value as the str of its canonical JSON. The length of a str stands before its bytes, and
 * is not known before they are printed: so the JSON is printed into `text` first. */
static enum saga_error put_canonical(struct buf *out, struct buf *text, struct span value)
{
    PRE(out != text);
    PRE(value.size > 0);
    buf_clear(text);
    enum saga_error rc = json_canonical(value, text);
    if (rc == SAGA_OK) {
        mp_put_str(out, buf_span(text));
    }
    return rc;
}

static enum saga_error pack(const struct request_facts *facts, struct buf *out, struct buf *text)
{
    PRE(buf_span(out).size == 0);
    mp_put_array(out, 5);
    mp_put_str(out, facts->definition);
    mp_put_uint(out, facts->version);
    struct span input = facts->input.size == 0 ? MP_NIL_VALUE : facts->input;
    enum saga_error rc = put_canonical(out, text, input);
    if (rc != SAGA_OK) {
        return rc;
    }
    if (has_entries(facts->labels)) {
        rc = put_canonical(out, text, facts->labels);
    } else {
        mp_put_text(out, "");
    }
    mp_put_int(out, facts->start_at_ms);
    return rc == SAGA_OK && buf_failed(out) ? SAGA_NO_MEMORY : rc;
}

enum saga_error request_digest(const struct request_facts *facts, uint8_t digest[32])
{
    struct buf text;
    struct buf out;

    buf_open(&text, SIZE_MAX_EACH);
    buf_open(&out, 2 * (size_t)SIZE_MAX_EACH);
    enum saga_error rc = pack(facts, &out, &text);
    if (rc == SAGA_OK) {
        CHECK(!buf_failed(&out));
        digest_pair(buf_span(&out), (struct span){NULL, 0}, digest);
    }
    buf_close(&text);
    buf_close(&out);

    return rc;
}
