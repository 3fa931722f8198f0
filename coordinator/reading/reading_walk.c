/* reading_walk.c - going through a value and all that is in it. */
#include "reading/reading_walk.h"

struct walk reading_walk(const struct reading *r, struct span value)
{
    return (struct walk){.mp = mp_open(value), .place = r->place};
}

/* Reads the header of the container that the cursor stands at, if it stands at one. */
static void go_in(struct walk *walk, struct place place)
{
    enum mp_type type = mp_peek(&walk->mp);
    if ((type != MP_ARRAY && type != MP_MAP) || walk->depth == MP_DEPTH_MAX) {
        mp_skip(&walk->mp);
        return;
    }
    struct walk_frame *frame = &walk->frames[walk->depth++];
    *frame = (struct walk_frame){.is_map = type == MP_MAP, .place = place};
    frame->left = frame->is_map ? mp_map(&walk->mp) : mp_array(&walk->mp);
}

bool reading_walk_next(struct walk *walk, struct reading *r, struct span *value)
{
    if (!walk->started) {
        walk->started = true;
    } else {
        while (walk->depth > 0 && walk->frames[walk->depth - 1].left == 0) {
            walk->depth--;
        }
        if (walk->depth == 0 || walk->mp.bad) {
            r->place = walk->place;
            return false;
        }
        struct walk_frame *frame = &walk->frames[walk->depth - 1];
        r->place = frame->place;
        frame->left--;
        if (frame->is_map) {
            reading_enter(r, mp_str(&walk->mp));
        } else {
            reading_enter_index(r, frame->index++);
        }
    }
    struct mp ahead = walk->mp;
    *value = mp_skip(&ahead);
    go_in(walk, r->place);
    return true;
}
