/* ids.c - texts from outside that have a form: ids of sagas, and trace contexts. */
#include "base/ids.h"

#include "base/check.h"
#include "base/limits.h"

static bool is_id_byte(uint8_t byte)
{
    return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
           (byte >= '0' && byte <= '9') || byte == '.' || byte == '_' || byte == ':' || byte == '-';
}

static bool is_child_byte(uint8_t byte)
{
    return byte == '~' || byte == '[' || byte == ']';
}

bool ids_is_given(struct span text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (!is_id_byte(text.data[i])) {
            return false;
        }
    }
    /* As parts of a path these two mean other places. */
    return text.size > 0 && text.size <= LIMIT_SAGA_ID && !span_is(text, ".") &&
           !span_is(text, "..");
}

bool ids_is_saga(struct span text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (!is_id_byte(text.data[i]) && !is_child_byte(text.data[i])) {
            return false;
        }
    }
    return text.size > 0 && text.size <= LIMIT_KEY;
}

static bool is_hex(struct span text)
{
    for (size_t i = 0; i < text.size; i++) {
        uint8_t byte = text.data[i];
        if (!((byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'f'))) {
            return false;
        }
    }
    return true;
}

static bool is_zero(struct span text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] != '0') {
            return false;
        }
    }
    return true;
}

struct span ids_traceparent(struct span text)
{
    /* 00-<32 hex: trace>-<16 hex: span>-<2 hex: flags>; later versions may go on after a dash. */
    enum { VERSION = 0, TRACE = 3, PARENT = 36, FLAGS = 53, SIZE = 55 };
    const struct span none = {NULL, 0};
    if (text.size < SIZE) {
        return none;
    }
    struct span version = span_of(text.data + VERSION, 2);
    struct span trace = span_of(text.data + TRACE, 32);
    struct span parent = span_of(text.data + PARENT, 16);
    struct span flags = span_of(text.data + FLAGS, 2);
    bool has_dashes =
        text.data[TRACE - 1] == '-' && text.data[PARENT - 1] == '-' && text.data[FLAGS - 1] == '-';
    if (!has_dashes || !is_hex(version) || !is_hex(trace) || !is_hex(parent) || !is_hex(flags)) {
        return none;
    }
    if (span_is(version, "ff") || is_zero(trace) || is_zero(parent)) {
        return none;
    }
    if (text.size > SIZE && (span_is(version, "00") || text.data[SIZE] != '-')) {
        return none;
    }
    return span_of(text.data, SIZE);
}
