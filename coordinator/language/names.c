/* names.c - how names of definitions, steps and events are formed. */
#include "language/names.h"

#include "base/limits.h"

bool names_is_definition(struct span name)
{
    if (name.size == 0 || name.size > LIMIT_NAME || name.data[0] < 'a' || name.data[0] > 'z') {
        return false;
    }
    for (size_t i = 1; i < name.size; i++) {
        uint8_t c = name.data[i];
        bool is_plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!is_plain && c != '_' && c != '.' && c != '-') {
            return false;
        }
    }
    return true;
}

bool names_is_step(struct span name)
{
    for (size_t i = 0; i < name.size; i++) {
        uint8_t c = name.data[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        bool is_digit = c >= '0' && c <= '9';
        if (!is_letter && (i == 0 || !is_digit)) {
            return false;
        }
    }
    return name.size > 0 && name.size <= LIMIT_NAME;
}

/* 1 to `most` bytes, none of them below `least`. */
static bool has_bytes_from(struct span text, size_t most, uint8_t least)
{
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < least || text.data[i] == 0x7f) {
            return false;
        }
    }
    return text.size > 0 && text.size <= most;
}

bool names_is_event(struct span name)
{
    return has_bytes_from(name, LIMIT_EVENT_NAME, 0x21);
}

_Static_assert((int)LIMIT_EVENT_ID == (int)LIMIT_EVENT_SOURCE, "one rule for both");

bool names_is_event_text(struct span text)
{
    return has_bytes_from(text, LIMIT_EVENT_ID, 0x20);
}
