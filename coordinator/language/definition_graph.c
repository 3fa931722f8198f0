/* definition_graph.c - the order of steps: names, needs, cycles, and who comes before whom.
 *
 *   names   a hash table of step indexes, open addressing
 *   needs   as written, or the step written before
 *   order   repeatedly take a step all of whose needs are taken (Kahn); what is left over holds a
 *           cycle, which is named and taken out, until nothing is left
 *   before  one row of bits per step: the union of the rows of its needs, and those themselves */
#include "language/definition_graph.h"

#include <stdio.h>

#include "base/limits.h"
#include "base/mp.h"
#include "language/definition_draft.h"
#include "language/definition_place.h"
#include "reading/reading_words.h"

enum { CYCLE_TEXT = 168 }; /* bytes of a cycle's steps in a message; more are left out */

/* --- names ------------------------------------------------------------------------------------ */

static uint32_t hash(struct span name)
{
    uint32_t hash = 2166136261U; /* FNV-1a */
    for (size_t i = 0; i < name.size; i++) {
        hash = (hash ^ name.data[i]) * 16777619U;
    }
    return hash ^ (hash >> 15);
}

/* The slot that holds the name, or the free one where it belongs. */
static uint16_t *find_slot(const struct compile *c, struct span name)
{
    PRE(c->names_size > c->step_count);
    uint32_t at = hash(name) & (c->names_size - 1);
    while (c->names[at] != 0 && !span_equal(c->steps[c->names[at] - 1].name, name)) {
        at = (at + 1) & (c->names_size - 1);
    }
    return &c->names[at];
}

int32_t definition_graph_find(const struct compile *c, struct span name)
{
    return c->names ? (int32_t)*find_slot(c, name) - 1 : -1;
}

static void enter_names(struct compile *c)
{
    c->names_size = 4;
    while (c->names_size < 2 * c->step_count) {
        c->names_size *= 2;
    }
    c->names = reading_scratch(&c->reading, c->names_size, sizeof(*c->names));
    for (uint32_t i = 0; i < c->step_count && c->names != NULL; i++) {
        struct span name = c->steps[i].name;
        if (name.size == 0) { /* noted when the step was read */
            c->graph_is_clean = false;
            continue;
        }
        uint16_t *slot = find_slot(c, name);
        if (*slot == 0) {
            *slot = (uint16_t)(i + 1);
            continue;
        }
        struct place place = definition_place_enter(c, i);
        reading_enter_key(&c->reading, "step");
        reading_error(&c->reading, "the name '%s' is taken by step %u already",
                      reading_quote(name).text, *slot);
        reading_leave(&c->reading, place);
        c->graph_is_clean = false;
    }
}

/* --- needs ------------------------------------------------------------------------------------ */

struct nearest definition_graph_nearest(const struct compile *c, struct span name)
{
    struct nearest nearest = reading_nearest(name);
    for (uint32_t i = 0; i < c->step_count; i++) {
        reading_nearest_try(&nearest, c->steps[i].name);
    }
    return nearest;
}

/* The step that a name in a list of needs means, c->reading.place is at the name; -1, and a
 * problem, when there is no such step or it is the step itself. */
static int32_t resolve_need(struct compile *c, uint32_t step, struct span value)
{
    PRE(step < c->step_count);
    struct mp mp = mp_open(value);
    if (mp_type(value) != MP_STR) {
        reading_error(&c->reading, "must be the name of a step, not %s", reading_type_name(value));
        return -1;
    }
    struct span name = mp_str(&mp);
    int32_t need = definition_graph_find(c, name);
    if (need < 0) {
        struct nearest nearest = definition_graph_nearest(c, name);
        reading_error(&c->reading, "there is no step '%s'%s", reading_quote(name).text,
                      reading_guess(&nearest).text);
    } else if ((uint32_t)need == step) {
        reading_error(&c->reading, "a step cannot need itself");
        return -1;
    }
    return need;
}

static bool holds(const uint16_t *needs, uint32_t count, int32_t need)
{
    for (uint32_t i = 0; i < count; i++) {
        if (needs[i] == need) {
            return true;
        }
    }
    return false;
}

static void read_needs(struct compile *c, uint32_t step)
{
    struct span value = c->drafts[step].needs;
    struct step_spec *spec = &c->steps[step];
    struct mp mp = mp_open(value);
    struct place place = definition_place_enter(c, step);
    reading_enter_key(&c->reading, "needs");
    uint32_t count = mp_type(value) == MP_ARRAY ? mp_array(&mp) : UINT32_MAX;
    if (count > LIMIT_STEPS) {
        reading_error(&c->reading, "must be a list of the names of other steps");
        c->graph_is_clean = false;
        count = 0;
    }
    uint16_t *needs = reading_take(&c->reading, count, sizeof(*needs));
    for (uint32_t i = 0; i < count && needs != NULL; i++) {
        struct span item = mp_skip(&mp);
        struct place list = reading_enter_index(&c->reading, i);
        int32_t need = resolve_need(c, step, item);
        if (need < 0) {
            c->graph_is_clean = false;
        } else if (holds(needs, spec->needs_count, need)) {
            reading_error(&c->reading, "'%s' is named twice",
                          reading_quote(c->steps[need].name).text);
        } else {
            needs[spec->needs_count++] = (uint16_t)need;
        }
        reading_leave(&c->reading, list);
    }
    spec->needs = needs;
    reading_leave(&c->reading, place);
}

/* A step that says nothing needs the one written before it. */
static void imply_needs(struct compile *c, uint32_t step)
{
    PRE(step > 0);
    uint16_t *needs = reading_take(&c->reading, 1, sizeof(*needs));
    if (needs) {
        needs[0] = (uint16_t)(step - 1);
        c->steps[step].needs = needs;
        c->steps[step].needs_count = 1;
    }
}

/* The reverse of needs, in the order of the steps. */
static void turn_around(struct compile *c)
{
    uint16_t **lists = reading_scratch(&c->reading, c->step_count, sizeof(*lists));
    if (!lists) {
        return;
    }
    for (uint32_t i = 0; i < c->step_count; i++) {
        for (uint32_t k = 0; k < c->steps[i].needs_count; k++) {
            c->steps[c->steps[i].needs[k]].needed_by_count++;
        }
    }
    for (uint32_t i = 0; i < c->step_count; i++) {
        lists[i] = reading_take(&c->reading, c->steps[i].needed_by_count, sizeof(**lists));
        if (!lists[i]) {
            return;
        }
        c->steps[i].needed_by = lists[i];
        c->steps[i].needed_by_count = 0;
    }
    for (uint32_t i = 0; i < c->step_count; i++) {
        for (uint32_t k = 0; k < c->steps[i].needs_count; k++) {
            uint16_t need = c->steps[i].needs[k];
            lists[need][c->steps[need].needed_by_count++] = (uint16_t)i;
        }
    }
}

/* --- cycles and order ------------------------------------------------------------------------- */

struct sort {
    uint16_t *order;   /* taken so far */
    uint32_t taken;    /* how many */
    uint16_t *missing; /* per step: needs not taken yet */
    uint16_t *mark;    /* per step: position + 1 on the path that looks for a cycle */
    bool *is_taken;    /* per step */
};

static void take_step(struct sort *sort, uint32_t step)
{
    PRE(!sort->is_taken[step]);
    sort->is_taken[step] = true;
    sort->order[sort->taken++] = (uint16_t)step;
}

/* Takes all that can be taken: those without open needs, then what they set free, and so on. */
static void take_free(struct compile *c, struct sort *sort, uint32_t from)
{
    PRE(from <= sort->taken);
    for (uint32_t at = from; at < sort->taken; at++) {
        const struct step_spec *spec = &c->steps[sort->order[at]];
        for (uint32_t k = 0; k < spec->needed_by_count; k++) {
            uint16_t next = spec->needed_by[k];
            if (sort->missing[next] > 0) {
                sort->missing[next]--;
            }
            if (sort->missing[next] == 0 && !sort->is_taken[next]) {
                take_step(sort, next);
            }
        }
    }
}

static uint16_t open_need(const struct compile *c, const struct sort *sort, uint16_t step)
{
    PRE(!sort->is_taken[step]);
    const struct step_spec *spec = &c->steps[step];
    for (uint32_t k = 0; k < spec->needs_count; k++) {
        if (!sort->is_taken[spec->needs[k]]) {
            return spec->needs[k];
        }
    }
    UNREACHABLE("a step that is not taken has an open need");
}

/* "a needs b needs c needs a", with "..." in the middle of a long one. */
static void report_cycle(struct compile *c, const struct sort *sort, uint16_t first)
{
    PRE(!sort->is_taken[first]);
    char text[CYCLE_TEXT] = "";
    size_t size = 0;
    uint16_t at = first;
    struct place place = definition_place_enter(c, first);
    if (c->drafts[first].needs.size > 0) {
        reading_enter_key(&c->reading, "needs");
    }
    do {
        struct quoted name = reading_quote(c->steps[at].name);
        if (text[size > 0 ? size - 1 : 0] != '.' && size + strlen(name.text) + 16 < sizeof(text)) {
            size += (size_t)snprintf(text + size, sizeof(text) - size, "'%s' needs ", name.text);
        } else if (text[size - 1] != '.') {
            size += (size_t)snprintf(text + size, sizeof(text) - size, "...");
        }
        at = open_need(c, sort, at);
    } while (at != first);
    reading_error(&c->reading, "a cycle: %s%s'%s'", text, text[size - 1] == '.' ? " needs " : "",
                  reading_quote(c->steps[first].name).text);
    reading_leave(&c->reading, place);
}

/* Every step that is left has an open need, so whoever follows open needs comes to a step for the
 * second time: that is a cycle. Names the cycle, and takes its first step as if it were free. */
static void break_cycle(struct compile *c, struct sort *sort)
{
    uint16_t at = 0;
    uint16_t position = 1;
    while (sort->is_taken[at]) {
        at++;
    }
    memset(sort->mark, 0, c->step_count * sizeof(*sort->mark));
    while (sort->mark[at] == 0) {
        sort->mark[at] = position++;
        at = open_need(c, sort, at);
    }
    uint16_t first = at;
    for (uint16_t i = open_need(c, sort, at); i != at; i = open_need(c, sort, i)) {
        first = i < first ? i : first;
    }
    report_cycle(c, sort, first);
    c->graph_is_clean = false;
    uint32_t from = sort->taken;
    take_step(sort, first);
    take_free(c, sort, from);
}

static void find_order(struct compile *c)
{
    struct sort sort = {
        .order = reading_take(&c->reading, c->step_count, sizeof(*sort.order)),
        .missing = reading_scratch(&c->reading, c->step_count, sizeof(*sort.missing)),
        .mark = reading_scratch(&c->reading, c->step_count, sizeof(*sort.mark)),
        .is_taken = reading_scratch(&c->reading, c->step_count, sizeof(*sort.is_taken)),
    };
    if (c->reading.no_memory) {
        return;
    }
    for (uint32_t i = 0; i < c->step_count; i++) {
        sort.missing[i] = (uint16_t)c->steps[i].needs_count;
        if (sort.missing[i] == 0) {
            take_step(&sort, i);
        }
    }
    take_free(c, &sort, 0);
    while (sort.taken < c->step_count) {
        break_cycle(c, &sort);
    }
    POST(sort.taken == c->step_count);
    c->order = sort.order;
}

/* --- who comes before whom -------------------------------------------------------------------- */

static void close_needs(struct compile *c)
{
    c->row_words = (c->step_count + 63) / 64;
    c->before =
        reading_scratch(&c->reading, (size_t)c->step_count * c->row_words, sizeof(*c->before));
    for (uint32_t at = 0; at < c->step_count && c->before != NULL; at++) {
        uint32_t step = c->order[at];
        uint64_t *row = c->before + (size_t)step * c->row_words;
        CHECK(step < c->step_count);
        for (uint32_t k = 0; k < c->steps[step].needs_count; k++) {
            uint32_t need = c->steps[step].needs[k];
            const uint64_t *other = c->before + (size_t)need * c->row_words;
            for (uint32_t word = 0; word < c->row_words; word++) {
                row[word] |= other[word];
            }
            row[need / 64] |= UINT64_C(1) << (need % 64);
        }
    }
}

bool definition_graph_needs(const struct compile *c, uint32_t step, uint32_t other)
{
    PRE(c->graph_is_clean);
    PRE(step < c->step_count && other < c->step_count);
    const uint64_t *row = c->before + (size_t)step * c->row_words;
    return (row[other / 64] >> (other % 64)) & 1;
}

void definition_graph_build(struct compile *c)
{
    PRE(!c->names);
    c->graph_is_clean = true;
    enter_names(c);
    for (uint32_t i = 0; i < c->step_count && !c->reading.no_memory; i++) {
        if (c->drafts[i].needs.size > 0) {
            read_needs(c, i);
        } else if (i > 0) {
            imply_needs(c, i);
        }
    }
    if (!c->reading.no_memory) {
        turn_around(c);
    }
    if (!c->reading.no_memory) {
        find_order(c);
    }
    if (!c->reading.no_memory && c->graph_is_clean) {
        close_needs(c);
    }
    c->graph_is_clean = c->graph_is_clean && !c->reading.no_memory;
}
