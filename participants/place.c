/* place.c - finds the fault in a value that cannot be sent, from the outside inwards.
 *
 * Each level checks all that lies in it. That costs the size of the value times its depth, which is
 * nothing for an error that a person will read. A child that is cut short cannot be stepped over;
 * then the map or array around it is the place. */
#include "participants/place.h"

#include "base/mp.h"

static bool is_good(struct span value)
{
    const char *why = NULL;
    return mp_check(value, &why) == SAGA_OK;
}

/* A key as a segment of a pointer. */
static void put_key(struct buf *pointer, struct span key)
{
    buf_write(pointer, "/", 1);
    for (size_t i = 0; i < key.size; i++) {
        char letter = (char)key.data[i];
        if (letter == '~' || letter == '/') {
            buf_text(pointer, letter == '~' ? "~0" : "~1");
        } else {
            buf_write(pointer, &letter, 1);
        }
    }
}

/* The first bad value in a map or array, and its segment at the end of the pointer; an empty span
 * when each is good, or cannot be told from the next. */
static struct span descend(struct span value, struct buf *pointer)
{
    struct mp mp = mp_open(value);
    bool is_map = mp_type(value) == MP_MAP;
    uint32_t count = is_map ? mp_map(&mp) : mp_array(&mp);
    for (uint32_t i = 0; i < count && !mp.bad; i++) {
        struct span key = is_map ? mp_str(&mp) : (struct span){0};
        struct span child = mp_skip(&mp);
        if (mp.bad || is_good(child)) {
            continue;
        }
        if (is_map) {
            put_key(pointer, key);
        } else {
            buf_format(pointer, "/%u", i);
        }
        return child;
    }
    return (struct span){0};
}

void place_tell(struct span value, const char *why, struct buf *text)
{
    PRE(why != NULL);
    buf_format(text, "%s at ", why);
    size_t start = text->size;
    for (uint32_t depth = 0; depth < MP_SHOWN_DEPTH_MAX && value.size > 0; depth++) {
        value = descend(value, text);
    }
    if (text->size == start) {
        buf_text(text, "the top");
    }
}
