/* regexp_match.c - follows all states of a pattern through a text at once.
 *
 * A state is a step that waits for a character. Between two characters the forks and jumps are
 * followed, each at most once (marks), so that loops of nothing, as in (a*)*, end. */
#include "base/utf8.h"
#include "regexp/regexp_category.h"
#include "regexp/regexp.h"

struct states {
    uint32_t count;
    uint16_t steps[REGEXP_STEPS_MAX];
};

struct machine {
    const struct regexp *regexp;
    uint32_t turn;     /* characters read, from 1 */
    uint64_t cost;     /* steps and ranges looked at */
    bool is_begin;     /* no character was read yet */
    bool is_end;       /* all were read */
    bool is_matched;   /* STEP_MATCH was reached in this turn */
    struct states now; /* those that wait for the next character */
    struct states next;
    uint16_t pending[REGEXP_STEPS_MAX]; /* steps still to be followed */
    uint32_t marks[REGEXP_STEPS_MAX];   /* the turn in which a step was reached last */
};

/* Puts a step on the list of pending ones, once a turn. */
static uint32_t push(struct machine *m, uint32_t pending, uint32_t step)
{
    PRE(step < m->regexp->step_count);
    m->cost++;
    if (m->marks[step] == m->turn) {
        return pending;
    }
    m->marks[step] = m->turn;
    m->pending[pending] = (uint16_t)step;
    return pending + 1;
}

/* Reaches a step, and all that lies behind forks and jumps from there. */
static void reach(struct machine *m, struct states *states, uint32_t step)
{
    uint32_t pending = push(m, 0, step);
    while (pending > 0) {
        uint32_t at = m->pending[--pending];
        const struct regexp_step *here = &m->regexp->steps[at];
        switch ((enum regexp_step_kind)here->kind) {
        case STEP_FORK:
            pending = push(m, pending, (uint32_t)((int32_t)at + here->other));
            pending = push(m, pending, (uint32_t)((int32_t)at + here->one));
            break;
        case STEP_JUMP:
            pending = push(m, pending, (uint32_t)((int32_t)at + here->one));
            break;
        case STEP_BEGIN:
            pending = m->is_begin ? push(m, pending, at + 1) : pending;
            break;
        case STEP_END:
            pending = m->is_end ? push(m, pending, at + 1) : pending;
            break;
        case STEP_MATCH:
            m->is_matched = true;
            break;
        case STEP_RANGE:
        case STEP_DOT:
        case STEP_SET:
            states->steps[states->count++] = (uint16_t)at;
            break;
        }
    }
}

static bool is_in_set(const struct machine *m, const struct regexp_step *set, uint32_t character)
{
    const struct regexp_range *ranges = m->regexp->ranges + set->first;
    for (uint32_t i = 0; i < set->last; i++) {
        bool is_in = ranges[i].categories != 0
                         ? (regexp_category_of(character) & ranges[i].categories) != 0
                         : character >= ranges[i].first && character <= ranges[i].last;
        if (is_in) {
            return !set->is_negated;
        }
    }
    return set->is_negated;
}

static bool accepts(const struct machine *m, const struct regexp_step *step, uint32_t character)
{
    switch ((enum regexp_step_kind)step->kind) {
    case STEP_RANGE:
        return character >= step->first && character <= step->last;
    case STEP_DOT:
        return character != '\n' && character != '\r';
    case STEP_SET:
        return is_in_set(m, step, character);
    case STEP_FORK:
    case STEP_JUMP:
    case STEP_BEGIN:
    case STEP_END:
    case STEP_MATCH:
        break;
    }
    UNREACHABLE("a state waits for a character");
}

/* Moves every state on by one character; those that do not accept it end. */
static void advance(struct machine *m, uint32_t character)
{
    m->turn++;
    m->is_begin = false;
    m->cost++;
    m->is_matched = false;
    m->next.count = 0;
    for (uint32_t i = 0; i < m->now.count; i++) {
        const struct regexp_step *step = &m->regexp->steps[m->now.steps[i]];
        m->cost += step->kind == STEP_SET ? 1 + step->last : 1;
        if (accepts(m, step, character)) {
            reach(m, &m->next, m->now.steps[i] + 1u);
        }
    }
    memcpy(m->now.steps, m->next.steps, m->next.count * sizeof(m->next.steps[0]));
    m->now.count = m->next.count;
}

/* Takes the cost so far from *steps_left; false when that is not enough. */
static bool pay(struct machine *m, uint64_t *steps_left)
{
    bool suffices = m->cost < *steps_left;
    *steps_left -= suffices ? m->cost : *steps_left;
    m->cost = 0;
    return suffices;
}

bool regexp_matches(const struct regexp *regexp, struct span text, bool is_whole,
                    uint64_t *steps_left)
{
    PRE(regexp->step_count > 0 && regexp->step_count <= REGEXP_STEPS_MAX);
    struct machine m;
    m.regexp = regexp;
    m.turn = 1;
    m.cost = regexp->step_count;
    m.is_matched = false;
    m.is_begin = true;
    m.is_end = text.size == 0;
    m.now.count = 0;
    memset(m.marks, 0, regexp->step_count * sizeof(m.marks[0]));
    reach(&m, &m.now, 0);

    for (size_t at = 0; at < text.size;) {
        if (!pay(&m, steps_left)) {
            return false;
        }
        bool is_decided = is_whole ? m.now.count == 0 : m.is_matched;
        size_t size = utf8_size(text.data + at, text.size - at);
        if (is_decided || size == 0) {
            return !is_whole && m.is_matched;
        }
        m.is_end = at + size == text.size;
        advance(&m, utf8_read(text.data + at, size));
        at += size;
        if (!is_whole) {
            reach(&m, &m.now, 0); /* a match may begin here too */
        }
    }
    return pay(&m, steps_left) && m.is_matched;
}
