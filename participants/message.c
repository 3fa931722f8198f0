/* message.c - the fields of messages as a table, and the walks that fill them.
 *
 * Nearly every message is plain, and one walk checks and reads it; any other is checked as a whole
 * first. Coordinators pack the keys of a message in the order of enum field, so that mostly the
 * next key is the field after the last one; else the few fields whose names have the key's size are
 * compared. */
#include "participants/message.h"

#include <stddef.h>

#include "base/mp.h"
#include "base/plain.h"

enum { TEXT, NUMBER, FLAG, VALUE };

struct row {
    char name[16];   /* the key on the wire */
    uint32_t size;   /* of the name */
    uint16_t type;   /* TEXT ... VALUE */
    uint16_t offset; /* in struct message */
};

#define ROW(name, type, member)                                                                    \
    {                                                                                              \
        name, sizeof(name) - 1, type, offsetof(struct message, member)                             \
    }

static const struct row rows[FIELD_COUNT] = {
    [FIELD_V] = ROW("v", NUMBER, v),
    [FIELD_TYPE] = ROW("type", TEXT, type),
    [FIELD_KEY] = ROW("key", TEXT, key),
    [FIELD_ATTEMPT] = ROW("attempt", NUMBER, attempt),
    [FIELD_TOKEN] = ROW("token", TEXT, token),
    [FIELD_SAGA] = ROW("saga", TEXT, saga),
    [FIELD_DEFINITION] = ROW("definition", TEXT, definition),
    [FIELD_VERSION] = ROW("version", NUMBER, version),
    [FIELD_STEP] = ROW("step", TEXT, step),
    [FIELD_KIND] = ROW("kind", TEXT, kind),
    [FIELD_ACTION] = ROW("action", TEXT, action),
    [FIELD_INPUT] = ROW("input", VALUE, input),
    [FIELD_TTL_MS] = ROW("ttl_ms", NUMBER, ttl_ms),
    [FIELD_HEARTBEAT_MS] = ROW("heartbeat_ms", NUMBER, heartbeat_ms),
    [FIELD_DETAILS] = ROW("details", VALUE, details),
    [FIELD_TRACEPARENT] = ROW("traceparent", TEXT, traceparent),
    [FIELD_TRACESTATE] = ROW("tracestate", TEXT, tracestate),
    [FIELD_DO_KEY] = ROW("do_key", TEXT, do_key),
    [FIELD_OUTPUT] = ROW("output", VALUE, output),
    [FIELD_IN_DOUBT] = ROW("in_doubt", FLAG, in_doubt),
    [FIELD_SESSION] = ROW("session", TEXT, session),
    [FIELD_DEAD_MS] = ROW("dead_ms", NUMBER, dead_ms),
    [FIELD_MAX_MESSAGE] = ROW("max_message", NUMBER, max_message),
    [FIELD_RESULTS] = ROW("results", VALUE, results),
    [FIELD_REASON] = ROW("reason", TEXT, reason),
    [FIELD_AFTER_MS] = ROW("after_ms", NUMBER, after_ms),
    [FIELD_REQUEST] = ROW("request", TEXT, request),
    [FIELD_STATUS] = ROW("status", TEXT, status),
    [FIELD_DUPLICATE] = ROW("duplicate", FLAG, duplicate),
    [FIELD_STATE] = ROW("state", TEXT, state),
    [FIELD_CODE] = ROW("code", TEXT, code),
    [FIELD_MESSAGE] = ROW("message", TEXT, message),
    [FIELD_RETRY_AFTER_MS] = ROW("retry_after_ms", NUMBER, retry_after_ms),
};

_Static_assert(sizeof("retry_after_ms") <= sizeof(rows[0].name), "the longest name fits");
_Static_assert(FIELD_COUNT <= 64, "the fields seen are a mask of 64 bits");

/* Compares a short name by two loads that may overlap: cheaper than a call of memcmp(), and done
 * for every key of every message. */
static inline bool is_name(const struct row *row, struct span key)
{
    if (row->size != key.size) {
        return false;
    }
    if (key.size >= 8) {
        const size_t rest = key.size - 8;
        return memcmp(row->name, key.data, 8) == 0 &&
               memcmp(row->name + rest, key.data + rest, 8) == 0;
    }
    if (key.size >= 4) {
        const size_t rest = key.size - 4;
        return memcmp(row->name, key.data, 4) == 0 &&
               memcmp(row->name + rest, key.data + rest, 4) == 0;
    }
    for (size_t i = 0; i < key.size; i++) {
        if ((uint8_t)row->name[i] != key.data[i]) {
            return false;
        }
    }
    return true;
}

/* The fields by the size of their names, up to a repeated FIELD_V. */
static const uint8_t of_size[][10] = {
    [1] = {FIELD_V},
    [3] = {FIELD_KEY},
    [4] = {FIELD_TYPE, FIELD_SAGA, FIELD_STEP, FIELD_KIND, FIELD_CODE},
    [5] = {FIELD_TOKEN, FIELD_INPUT, FIELD_STATE},
    [6] = {FIELD_STATUS, FIELD_ACTION, FIELD_OUTPUT, FIELD_TTL_MS, FIELD_DO_KEY, FIELD_REASON},
    [7] = {FIELD_REQUEST, FIELD_RESULTS, FIELD_ATTEMPT, FIELD_VERSION, FIELD_DETAILS, FIELD_SESSION,
           FIELD_DEAD_MS, FIELD_MESSAGE},
    [8] = {FIELD_IN_DOUBT, FIELD_AFTER_MS},
    [9] = {FIELD_DUPLICATE},
    [10] = {FIELD_DEFINITION, FIELD_TRACESTATE},
    [11] = {FIELD_TRACEPARENT, FIELD_MAX_MESSAGE},
    [12] = {FIELD_HEARTBEAT_MS},
    [14] = {FIELD_RETRY_AFTER_MS},
};

/* The field of a key; FIELD_COUNT when it is not known. `guess` is tried first. */
static inline unsigned field_of(struct span key, unsigned guess)
{
    if (guess < FIELD_COUNT && is_name(&rows[guess], key)) {
        return guess;
    }
    if (key.size >= ARRAY_COUNT(of_size)) {
        return FIELD_COUNT;
    }
    const uint8_t *fields = of_size[key.size];
    for (unsigned i = 0; i == 0 || fields[i] != FIELD_V; i++) {
        if (is_name(&rows[fields[i]], key)) {
            return fields[i];
        }
    }
    return FIELD_COUNT;
}

/* Reads the value of a field. False, with nothing changed but the cursor, for another type. */
static bool read_field(struct mp *mp, const struct row *row, struct message *message)
{
    void *place = (char *)message + row->offset;
    enum mp_type type = mp_peek(mp);
    if (row->type == TEXT && type == MP_STR) {
        *(struct span *)place = mp_str(mp);
    } else if (row->type == NUMBER && type == MP_INT) {
        *(int64_t *)place = mp_int(mp);
    } else if (row->type == FLAG && type == MP_BOOL) {
        *(bool *)place = mp_bool(mp);
    } else if (row->type == VALUE) {
        *(struct span *)place = mp_skip(mp);
    } else {
        return mp_skip(mp).size == 0;
    }
    return true;
}

/* Puts a value that plain.h has read where the row says; `whole` is all its bytes. False, with
 * nothing changed, for another type. */
static bool keep_plain(const struct row *row, const struct plain *plain, struct span whole,
                       struct message *message)
{
    void *place = (char *)message + row->offset;
    if (row->type == TEXT && plain->type == MP_STR) {
        *(struct span *)place = plain->text;
    } else if (row->type == NUMBER && plain->type == MP_INT) {
        *(int64_t *)place = plain->number;
    } else if (row->type == FLAG && plain->type == MP_BOOL) {
        *(bool *)place = plain->number != 0;
    } else if (row->type == VALUE) {
        *(struct span *)place = whole;
    } else {
        return false;
    }
    return true;
}

/* Reads a message of known keys and plain values, and checks it, in one walk. False for any other
 * message, good or bad: then *message is half filled. */
static bool read_plain(struct span bytes, struct message *message)
{
    const uint8_t *at;
    uint32_t count;
    if (!plain_open(bytes, &at, &count)) {
        return false;
    }
    const uint8_t *end = bytes.data + bytes.size;
    uint64_t taken = 0;
    unsigned next = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct plain plain = {0};
        struct span key;
        if (!plain_key(&at, end, &key)) {
            return false;
        }
        unsigned field = field_of(key, next);
        if (field == FIELD_COUNT || (taken & FIELD_BIT(field)) != 0) {
            return false;
        }
        const uint8_t *value = at;
        if (!plain_read(&at, end, &plain)) {
            return false;
        }
        taken |= FIELD_BIT(field);
        if (keep_plain(&rows[field], &plain, span_of(value, (size_t)(at - value)), message)) {
            message->seen |= FIELD_BIT(field);
        }
        next = field + 1;
    }
    return at == end;
}

static enum saga_error read_any(struct span bytes, struct message *message)
{
    const char *why = NULL;
    if (mp_check_sent(bytes, &why) != SAGA_OK || mp_type(bytes) != MP_MAP) {
        return SAGA_BAD_MESSAGE;
    }

    struct mp mp = mp_open(bytes);
    uint32_t count = mp_map(&mp);
    unsigned next = 0;
    for (uint32_t i = 0; i < count; i++) {
        unsigned field = field_of(mp_str(&mp), next);
        if (field == FIELD_COUNT) {
            mp_skip(&mp);
            continue;
        }
        if (read_field(&mp, &rows[field], message)) {
            message->seen |= FIELD_BIT(field);
        }
        next = field + 1;
    }
    return mp.bad ? SAGA_BAD_MESSAGE : SAGA_OK;
}

enum saga_error message_read(struct span bytes, struct message *message)
{
    *message = (struct message){.bytes = bytes};
    if (!read_plain(bytes, message)) {
        *message = (struct message){.bytes = bytes};
        if (read_any(bytes, message) != SAGA_OK) {
            return SAGA_BAD_MESSAGE;
        }
    }
    bool is_ours = message_has(message, FIELD_BIT(FIELD_V) | FIELD_BIT(FIELD_TYPE));
    return is_ours && message->v == 1 ? SAGA_OK : SAGA_BAD_MESSAGE;
}
