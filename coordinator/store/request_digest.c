/* request_digest.c - packs a start, or a begin, canonically and digests it.
 *
 * The digest is stored for ever, so the packing must not change:
 *
 *   start   array of 5: str definition, uint version, str input, str labels, int start_at_ms
 *   begin   array of 5: str name, str "open", str input, str labels, int timeout_ms
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
    IMPLIES(labels.size > 0, labels.data);
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

/* Packs input, labels and a number, as every request has them. */
static enum saga_error put_rest(struct buf *out, struct buf *text, struct span input,
                                struct span labels, int64_t number)
{
    PRE(buf_span(out).size > 0);
    enum saga_error rc = put_canonical(out, text, input.size == 0 ? MP_NIL_VALUE : input);
    if (rc != SAGA_OK) {
        return rc;
    }
    if (has_entries(labels)) {
        rc = put_canonical(out, text, labels);
    } else {
        mp_put_text(out, "");
    }
    mp_put_int(out, number);
    return rc == SAGA_OK && buf_failed(out) ? SAGA_NO_MEMORY : rc;
}

static enum saga_error pack_start(const void *facts, struct buf *out, struct buf *text)
{
    const struct request_facts *start = facts;
    PRE(buf_span(out).size == 0);
    mp_put_array(out, 5);
    mp_put_str(out, start->definition);
    mp_put_uint(out, start->version);
    return put_rest(out, text, start->input, start->labels, start->start_at_ms);
}

static enum saga_error pack_begin(const void *facts, struct buf *out, struct buf *text)
{
    const struct begin_facts *begin = facts;
    PRE(buf_span(out).size == 0);
    mp_put_array(out, 5);
    mp_put_str(out, begin->name);
    mp_put_text(out, "open");
    return put_rest(out, text, begin->input, begin->labels, begin->timeout_ms);
}

static enum saga_error digest_facts(const void *facts,
                                    enum saga_error (*pack)(const void *facts, struct buf *out,
                                                            struct buf *text),
                                    uint8_t digest[32])
{
    struct buf text;
    struct buf out;

    buf_open(&text, SIZE_MAX_EACH);
    buf_open(&out, 2 * (size_t)SIZE_MAX_EACH);
    PRE(facts != NULL && pack);
    enum saga_error rc = pack(facts, &out, &text);
    if (rc == SAGA_OK) {
        CHECK(!buf_failed(&out));
        digest_pair(buf_span(&out), (struct span){NULL, 0}, digest);
    }
    buf_close(&text);
    buf_close(&out);

    return rc;
}

enum saga_error request_digest(const struct request_facts *facts, uint8_t digest[32])
{
    return digest_facts(facts, pack_start, digest);
}

enum saga_error request_digest_begin(const struct begin_facts *facts, uint8_t digest[32])
{
    return digest_facts(facts, pack_begin, digest);
}
