/* names.c - how names of definitions and events are formed. */
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

bool names_is_event(struct span name)
{
    for (size_t i = 0; i < name.size; i++) {
        if (name.data[i] <= 0x20 || name.data[i] == 0x7f) {
            return false;
        }
    }
    return name.size > 0 && name.size <= LIMIT_EVENT_NAME;
}
