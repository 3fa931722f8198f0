/* labels.c - a saga has the labels of its start, and those labels of its definition that the start
 * does not name.
 *
 * The definition's labels do not count as part of the start request: a repeated start with the same
 * labels of its own is the same start. */
#include "engine/labels.h"

#include "base/mp.h"
#include "engine/state.h"
#include "engine/turn.h"
#include "saga/saga.h"

static uint32_t count_of(struct span labels)
{
    struct mp mp = mp_open(labels);
    PRE(labels.size == 0 || labels.data);
    return mp_type(labels) == MP_MAP ? mp_map(&mp) : 0;
}

/* Writes to `out` the labels of `from` whose names `not_in` does not have, and returns how many;
 * out NULL: only counts them. */
static uint32_t put(struct span from, struct span not_in, struct buf *out)
{
    PRE(from.size == 0 || from.data);
    struct mp mp = mp_open(from);
    uint32_t count = 0;
    for (uint32_t left = count_of(from) > 0 ? mp_map(&mp) : 0; left > 0; left--) {
        struct span name = mp_str(&mp);
        struct span text = mp_skip(&mp);
        bool is_there = count_of(not_in) > 0 && mp_find(not_in, name).size > 0;
        if (out && !is_there) {
            mp_put_str(out, name);
            mp_put_value(out, text);
        }
        count += is_there ? 0 : 1;
    }
    return count;
}

struct span labels_merge(struct turn *turn, struct span own)
{
    PRE(turn->is_new);
    static const struct span none = {NULL, 0};
    struct span others = turn->saga->definition->labels;
    struct buf *out = &turn->engine->scratch;
    uint32_t more = put(others, own, NULL);
    if (more == 0) {
        return own;
    }
    buf_clear(out);
    mp_put_map(out, count_of(own) + more);
    (void)put(own, none, out);
    (void)put(others, own, out);
    turn->failed |= buf_failed(out);
    return buf_span(out);
}
