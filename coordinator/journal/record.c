/* record.c - writes and reads records: encoder and decoder follow one and the same table of
 * fields.
 *
 * Each FIELD of schemas/records.def becomes a row in a table, at the place of its bit: which
 * member, in which form. Both directions go from bit to bit and ask the table, so that they cannot
 * drift apart; a record has some seven of thirty fields, and the others cost nothing. */
#include "journal/record.h"

#include <stddef.h>

#include "base/digest.h"
#include "base/limits.h"
#include "base/mp.h"

enum form { FORM_NONE, FORM_U, FORM_I, FORM_S, FORM_T, FORM_V, FORM_L, FORM_M };

struct field {
    enum form form; /* FORM_NONE: no field of a record has this bit */
    size_t offset;
};

enum { BITS = 32 };
#define FIELD(name, bit_, member, form_) [bit_] = {FORM_##form_, offsetof(struct record, member)},
static const struct field fields[BITS] = {
#include "schemas/records.def"
};

#define RECORD(name, number, text) [number] = (text),
static const char *const type_names[] = {
#include "schemas/records.def"
};

/* How many items come before the records of a body, for both formats. */
enum { BODY_FORMAT = 2, FORMAT_ONE = 1, HEAD_SIZE = 7, HEAD_SIZE_ONE = 5 };

const char *record_type_name(uint32_t type)
{
    return type < ARRAY_COUNT(type_names) ? type_names[type] : NULL;
}

static bool is_token(const uint8_t *token)
{
    static const uint8_t none[TOKEN_SIZE];
    return memcmp(token, none, TOKEN_SIZE) != 0;
}

#define PRESENT_U(value) ((value) != 0)
#define PRESENT_I(value) ((value) != 0)
#define PRESENT_T(value) is_token(value)
#define PRESENT_S(value) ((value).size > 0)
#define PRESENT_V(value) ((value).size > 0)
#define PRESENT_L(value) ((value).size > 0)
#define PRESENT_M(value) ((value).size > 0)

/* Which fields the record has. Whether it is about a step is for record->fields to say, and not for
 * the index to be 0: step 0 is a step. */
static uint32_t bits_of(const struct record *record)
{
    uint32_t bits = 0;
#define FIELD(name, bit_, member, form_)                                                           \
    bits |= (uint32_t)PRESENT_##form_(record->member) << (bit_);
#include "schemas/records.def"
    return (bits & ~UINT32_C(1)) | (record->fields & 1);
}

static void put_field(const struct record *record, const struct field *field, struct buf *records,
                      struct buf *payload, uint32_t *value_count)
{
    const void *at = (const uint8_t *)record + field->offset;
    switch (field->form) {
    case FORM_NONE:
        UNREACHABLE("a bit without a field");
    case FORM_U:
        mp_put_uint(records, *(const uint32_t *)at);
        return;
    case FORM_I:
        mp_put_int(records, *(const int64_t *)at);
        return;
    case FORM_S:
        mp_put_str(records, *(const struct span *)at);
        return;
    case FORM_T:
        mp_put_bin(records, span_of(at, TOKEN_SIZE));
        return;
    case FORM_V:
        mp_put_value(payload, *(const struct span *)at);
        *value_count += 1;
        mp_put_uint(records, *value_count);
        return;
    case FORM_L:
    case FORM_M:
        mp_put_value(records, *(const struct span *)at);
        return;
    }
}

void record_put(const struct record *record, struct buf *records, struct buf *payload,
                uint32_t *value_count)
{
    PRE(record->type > 0 && record->type < RECORD_COUNT);
    IMPLIES(record->item > 0,
            (record->fields & 1) != 0); /* only a record about a step can be about an item */
    uint32_t bits = bits_of(record);
    uint32_t values = *value_count;
    size_t size = records->size;
    uint32_t count = 0;
    for (uint32_t left = bits; left; left &= left - 1) {
        count++;
    }
    CHECK(count < BITS);
    mp_put_array(records, count + 2);
    mp_put_uint(records, record->type);
    mp_put_uint(records, bits);
    for (uint32_t left = bits; left; left &= left - 1) {
        put_field(record, &fields[__builtin_ctz(left)], records, payload, value_count);
    }
    POST(*value_count - values <= count);
    POST(buf_failed(records) ||
         records->size >= size + count + 3); /* each field takes a byte at least */
}

void record_put_body(struct buf *body, const struct row *row, const struct moment *moment,
                     const uint8_t *digest, struct span records)
{
    PRE(row->saga > 0 && row->seq > 0);
    PRE(row->count > 0);
    PRE(records.size > 0);
    PRE(!digest ==
        (row->payload.size == 0)); /* a row with a payload has its digest, and no other */
    mp_put_array(body, row->count + HEAD_SIZE);
    mp_put_uint(body, BODY_FORMAT);
    mp_put_uint(body, row->saga);
    mp_put_uint(body, row->seq);
    mp_put_int(body, moment->at_ms);
    mp_put_int(body, moment->running_ms - moment->at_ms);
    mp_put_int(body, moment->host_ms - moment->at_ms);
    if (digest) {
        mp_put_bin(body, span_of(digest, DIGEST_SIZE));
    } else {
        mp_put_nil(body);
    }
    buf_write(body, records.data, records.size);
}

static bool payload_matches(struct span digest, struct span payload)
{
    PRE(payload.size > 0);
    uint8_t found[DIGEST_SIZE];
    digest_pair(payload, (struct span){NULL, 0}, found);
    return span_equal(digest, span_of(found, DIGEST_SIZE));
}

/* What a body says before its records. */
struct body_head {
    /* items of the array before the records, the digest among them */
    uint32_t size;
    uint32_t count;
    uint64_t saga;
    uint64_t seq;
    struct moment moment;
};

static bool read_head(struct mp *mp, struct body_head *head)
{
    uint32_t count = mp_array(mp);
    uint64_t format = mp_uint(mp);
    bool is_old = format == FORMAT_ONE;
    *head = (struct body_head){.size = is_old ? HEAD_SIZE_ONE : HEAD_SIZE};
    head->saga = mp_uint(mp);
    head->seq = mp_uint(mp);
    int64_t at_ms = mp_int(mp);
    head->moment.at_ms = at_ms;
    head->moment.running_ms = at_ms + (is_old ? 0 : mp_int(mp));
    head->moment.host_ms = at_ms + (is_old ? 0 : mp_int(mp));
    if (mp->bad || count <= head->size || (!is_old && format != BODY_FORMAT)) {
        return false;
    }
    head->count = count - head->size;
    POST(head->count > 0);
    return true;
}

bool record_moment(struct span body, struct moment *moment)
{
    struct mp mp = mp_open(body);
    struct body_head head;
    bool ok = read_head(&mp, &head);
    *moment = ok ? head.moment : (struct moment){0};
    return ok;
}

bool record_open(struct record_reader *reader, const struct row *row)
{
    struct mp mp = mp_open(row->body);
    struct body_head head;
    *reader = (struct record_reader){.payload = row->payload};
    if (!read_head(&mp, &head)) {
        return false;
    }
    reader->moment = head.moment;
    bool has_digest = mp_peek(&mp) == MP_BIN;
    struct span digest = {NULL, 0};
    if (has_digest) {
        digest = mp_bin(&mp);
    } else {
        mp_nil(&mp);
    }
    if (mp.bad || head.saga != row->saga || head.seq != row->seq || head.count != row->count) {
        return false;
    }
    reader->erased = has_digest && row->payload.size == 0;
    if (has_digest && !reader->erased && !payload_matches(digest, row->payload)) {
        return false;
    }
    reader->at = mp.at;
    reader->end = mp.end;
    reader->left = head.count;
    POST(reader->at <= reader->end);
    POST(reader->left > 0);
    return true;
}

static void read_field(struct mp *mp, struct record *record, const struct field *field,
                       struct span payload)
{
    void *at = (uint8_t *)record + field->offset;
    switch (field->form) {
    case FORM_NONE:
        mp->bad = true;
        return;
    case FORM_U:
        *(uint32_t *)at = (uint32_t)mp_uint(mp);
        return;
    case FORM_I:
        *(int64_t *)at = mp_int(mp);
        return;
    case FORM_S:
        *(struct span *)at = mp_str(mp);
        return;
    case FORM_T: {
        struct span token = mp_bin(mp);
        if (token.size == TOKEN_SIZE) {
            memcpy(at, token.data, TOKEN_SIZE);
        } else {
            mp->bad = true;
        }
        return;
    }
    case FORM_V: {
        uint64_t index = mp_uint(mp);
        /* An erased value reads as nil: the journal stays readable without it. */
        *(struct span *)at = payload.size == 0 ? MP_NIL_VALUE : mp_at(payload, index);
        return;
    }
    case FORM_L:
    case FORM_M:
        *(struct span *)at = mp_skip(mp);
        return;
    }
}

bool record_next(struct record_reader *reader, struct record *record, bool *bad)
{
    *bad = false;
    PRE(reader->left == 0 || reader->at < reader->end);
    if (reader->left == 0) {
        return false;
    }
    struct mp mp = mp_open(span_of(reader->at, (size_t)(reader->end - reader->at)));
    uint32_t count = mp_array(&mp);
    *record = (struct record){0};
    uint64_t type = mp_uint(&mp);
    uint32_t bits = (uint32_t)mp_uint(&mp);
    uint32_t seen = 2;
    for (uint32_t left = bits; left && !mp.bad; left &= left - 1) {
        read_field(&mp, record, &fields[__builtin_ctz(left)], reader->payload);
        seen++;
    }
    if (mp.bad || seen != count || type == 0 || type >= RECORD_COUNT) {
        *bad = true;
        return false;
    }
    record->type = (enum record_type)type;
    record->fields = bits;
    POST(mp.at > reader->at && mp.at <= reader->end);
    reader->at = mp.at;
    reader->left--;
    return true;
}

struct record_list record_list_open(struct span list)
{
    struct mp mp = mp_open(list);
    uint32_t count = list.size > 0 ? mp_array(&mp) : 0;
    return (struct record_list){span_of(mp.at, (size_t)(mp.end - mp.at)), mp.bad ? 0 : count};
}

bool record_list_next(struct record_list *list, uint32_t *step, uint32_t *item)
{
    if (list->left == 0) {
        return false;
    }
    PRE(list->rest.data != NULL);
    struct mp mp = mp_open(list->rest);
    bool is_pair = mp_peek(&mp) == MP_ARRAY && mp_array(&mp) == 2;
    *step = (uint32_t)mp_uint(&mp);
    *item = is_pair ? (uint32_t)mp_uint(&mp) : 0;
    list->rest = span_of(mp.at, (size_t)(mp.end - mp.at));
    list->left = mp.bad ? 0 : list->left - 1;
    return !mp.bad;
}

void record_list_put(struct buf *list, uint32_t step, uint32_t item)
{
    PRE(step < LIMIT_STEPS);
    PRE(item <= LIMIT_ITEMS);
    if (item > 0) {
        mp_put_array(list, 2);
        mp_put_uint(list, step);
        mp_put_uint(list, item);
    } else {
        mp_put_uint(list, step);
    }
}
