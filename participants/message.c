/* message.c - the fields of messages as a table, and the walk that fills them.
 *
 * Coordinators pack a type's keys in one order, so the search for a key begins after the last one
 * that was found: mostly one comparison a key. */
#include "participants/message.h"

#include <stddef.h>

#include "base/mp.h"

enum { TEXT, NUMBER, FLAG, VALUE };

struct row {
    const char *name; /* the key on the wire */
    size_t size;      /* of the name */
    int type;         /* TEXT ... VALUE */
    size_t offset;    /* in struct message */
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

_Static_assert(FIELD_COUNT <= 64, "the fields seen are a mask of 64 bits");

/* The field of a key, searched for from `first` on; FIELD_COUNT when it is not known. */
static unsigned field_of(struct span key, unsigned first)
{
    unsigned at = first;
    for (unsigned i = 0; i < FIELD_COUNT; i++) {
        if (at >= FIELD_COUNT)
            at = 0;
        const struct row *row = &rows[at];
        if (row->size == key.size && memcmp(row->name, key.data, key.size) == 0)
            return at;
        at++;
    }
    return FIELD_COUNT;
}

/* Reads the value of a field. False, with nothing changed but the cursor, for another type. */
static bool read_field(struct mp *mp, const struct row *row, struct message *message)
{
    void *place = (char *)message + row->offset;
    enum mp_type type = mp_peek(mp);
    if (row->type == TEXT && type == MP_STR)
        *(struct span *)place = mp_str(mp);
    else if (row->type == NUMBER && type == MP_INT)
        *(int64_t *)place = mp_int(mp);
    else if (row->type == FLAG && type == MP_BOOL)
        *(bool *)place = mp_bool(mp);
    else if (row->type == VALUE)
        *(struct span *)place = mp_skip(mp);
    else
        return mp_skip(mp).size == 0;
    return true;
}

enum saga_error message_read(struct span bytes, struct message *message)
{
    const char *why = NULL;
    *message = (struct message){.bytes = bytes};
    if (mp_check(bytes, &why) != SAGA_OK || mp_type(bytes) != MP_MAP)
        return SAGA_BAD_MESSAGE;

    struct mp mp = mp_open(bytes);
    uint32_t count = mp_map(&mp);
    unsigned next = 0;
    for (uint32_t i = 0; i < count; i++) {
        unsigned field = field_of(mp_str(&mp), next);
        if (field == FIELD_COUNT) {
            mp_skip(&mp);
            continue;
        }
        if (read_field(&mp, &rows[field], message))
            message->seen |= FIELD_BIT(field);
        next = field + 1;
    }
    bool is_ours = message_has(message, FIELD_BIT(FIELD_V) | FIELD_BIT(FIELD_TYPE));
    return is_ours && !mp.bad && message->v == 1 ? SAGA_OK : SAGA_BAD_MESSAGE;
}
