/* salvage.c - walks the pairs of a map by their sizes alone. */
#include "peers/salvage.h"

#include "base/mp_head.h"
#include "base/utf8.h"

/* The heads of msgpack's extensions, which the data model does not have: tag, type, and between
 * them the size where the tag does not say it. */
static bool step_over_extension(const uint8_t **at, const uint8_t *end)
{
    uint8_t tag = (*at)[0];
    size_t left = (size_t)(end - *at);
    size_t head = 2;
    uint64_t size = 0;
    if (tag >= 0xd4 && tag <= 0xd8) {
        size = UINT64_C(1) << (tag - 0xd4);
    } else if (tag >= 0xc7 && tag <= 0xc9) {
        uint32_t width = UINT32_C(1) << (tag - 0xc7);
        head += width;
        if (left < head) {
            return false;
        }
        size = mp_load(*at + 1, width);
    } else {
        return false;
    }
    if (left < head || size > left - head) {
        return false;
    }
    *at += head + size;
    return true;
}

/* Moves *at behind one msgpack value and all values inside it; false when the frame ends before.
 * Each round of the loop takes at least one byte, so the loop ends with the frame. */
static bool step_over(const uint8_t **at, const uint8_t *end)
{
    for (uint64_t left = 1; left > 0; left--) {
        if (*at == end) {
            return false;
        }
        struct mp_head head = mp_head_read(*at, end);
        if (head.type == MP_NONE) {
            if (!step_over_extension(at, end)) {
                return false;
            }
            continue;
        }
        *at += head.size;
        if (head.type == MP_ARRAY) {
            left += head.bits;
        } else if (head.type == MP_MAP) {
            left += 2 * head.bits;
        } else if (head.type == MP_STR || head.type == MP_BIN) {
            if (head.bits > (uint64_t)(end - *at)) {
                return false;
            }
            *at += head.bits;
        }
    }
    return true;
}

/* Is the value under one of the five keys of the right type, and a possible one? */
static bool is_good(enum wire_key key, struct span value)
{
    struct mp mp = mp_open(value);
    switch ((int)key) {
    case WIRE_KEY_V:
        return mp_peek(&mp) == MP_INT && mp_int(&mp) == 1;
    case WIRE_KEY_ATTEMPT:
        return mp_peek(&mp) == MP_INT && mp_int(&mp) >= 1;
    case WIRE_KEY_TYPE:
        return mp_peek(&mp) == MP_STR && span_is(mp_str(&mp), fields_type_text(WIRE_RESULT));
    case WIRE_KEY_KEY:
    case WIRE_KEY_TOKEN:
        return mp_peek(&mp) == MP_STR && utf8_is_valid(mp_str(&mp));
    default:
        return false;
    }
}

/* Which of the five keys the packed text is; WIRE_KEY_COUNT: none of them. */
static enum wire_key key_of(const struct fields *fields, struct span text)
{
    struct mp mp = mp_open(text);
    enum wire_key key =
        mp_peek(&mp) == MP_STR ? fields_find_key(fields, mp_str(&mp)) : WIRE_KEY_COUNT;
    bool is_wanted = key == WIRE_KEY_V || key == WIRE_KEY_TYPE || key == WIRE_KEY_KEY ||
                     key == WIRE_KEY_ATTEMPT || key == WIRE_KEY_TOKEN;
    return is_wanted ? key : WIRE_KEY_COUNT;
}

bool salvage_result(const struct fields *fields, struct span frame, struct message *message)
{
    *message = (struct message){.type = WIRE_RESULT};
    const uint8_t *end = frame.size > 0 ? frame.data + frame.size : frame.data;
    const uint8_t *at = frame.data;
    struct mp_head head = mp_head_read(at, end);
    if (head.type != MP_MAP) {
        return false;
    }
    at += head.size;
    for (uint64_t pair = 0; pair < head.bits; pair++) {
        const uint8_t *name = at;
        if (!step_over(&at, end)) {
            break;
        }
        enum wire_key key = key_of(fields, span_of(name, (size_t)(at - name)));
        const uint8_t *value = at;
        if (!step_over(&at, end)) {
            break;
        }
        if (key == WIRE_KEY_COUNT) {
            continue;
        }
        struct span bytes = span_of(value, (size_t)(at - value));
        if (message->value[key].size > 0 || !is_good(key, bytes)) {
            return false;
        }
        message->value[key] = bytes;
    }
    bool is_known = message->value[WIRE_KEY_V].size > 0 && message->value[WIRE_KEY_TYPE].size > 0;
    return is_known && message->value[WIRE_KEY_KEY].size > 0 &&
           message->value[WIRE_KEY_ATTEMPT].size > 0 && message->value[WIRE_KEY_TOKEN].size > 0;
}
