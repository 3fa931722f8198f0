/* regexp.c - from an I-Regexp to the steps of an automaton, in one pass.
 *
 * Jumps are relative, so a run of steps means the same wherever it stands: a quantifier inserts a
 * fork before the run of its atom or copies the run, and a group is only a longer run.
 *
 *   x*     fork +1 end · x · jump to the fork          x|y    fork +1 y · x · jump end · y
 *   x?     fork +1 end · x                             x{2,3} x · x · fork +1 end · x
 *
 * The jumps to the end of a group are not known before its ")": until then each holds the place of
 * the one before it, as a chain. Groups are on a stack of their own: there is no recursion. */
#include "regexp/regexp.h"

#include "regexp/regexp_compiler.h"
#include "regexp/regexp_set.h"

/* --- steps ------------------------------------------------------------------------------------ */

static struct regexp_step fork_to(int32_t one, int32_t other)
{
    return (struct regexp_step){.kind = STEP_FORK, .one = (int16_t)one, .other = (int16_t)other};
}

static struct regexp_step jump_to(int32_t one)
{
    return (struct regexp_step){.kind = STEP_JUMP, .one = (int16_t)one};
}

/* --- quantifiers ------------------------------------------------------------------------------ */

/* Copies `size` steps, from `first` on, to the end. */
static void copy(struct regexp_compiler *c, uint32_t first, uint32_t size)
{
    uint32_t target = c->count;
    if (regexp_compiler_make_room(c, target, size)) {
        memcpy(c->room->steps + target, c->room->steps + first, size * sizeof(*c->room->steps));
    }
}

/* The atom from `first` to the end becomes atom{least,most}; most < 0: no end. */
static void repeat(struct regexp_compiler *c, uint32_t first, int32_t least, int32_t most)
{
    uint32_t size = c->count - first;
    if (most == 0) {
        c->count = first;
        return;
    }
    for (int32_t i = 1; i < least && !c->problem; i++) {
        copy(c, first, size);
    }
    if (most < 0 && least > 0) {
        regexp_compiler_add(c, fork_to(-(int32_t)size, 1));
    } else if (most < 0) {
        regexp_compiler_insert(c, first, fork_to(1, (int32_t)size + 2));
        regexp_compiler_add(c, jump_to(-(int32_t)size - 1));
    } else if (most > least) {
        /* Before each copy that may be missing stands a fork to the end of all of them. */
        uint32_t left = (uint32_t)(most - least);
        if (least > 0) {
            copy(c, first, size);
            first = c->count - size;
        }
        regexp_compiler_insert(c, first, fork_to(1, (int32_t)(left * (size + 1))));
        for (uint32_t i = left - 1; i > 0 && !c->problem; i--) {
            regexp_compiler_add(c, fork_to(1, (int32_t)(i * (size + 1))));
            copy(c, first + 1, size);
        }
    }
}

static int32_t read_count(struct regexp_compiler *c)
{
    int32_t count = 0;
    size_t first = c->at;
    while (regexp_compiler_peek(c) >= '0' && regexp_compiler_peek(c) <= '9') {
        count = count > REGEXP_STEPS_MAX ? count : count * 10 + (regexp_compiler_peek(c) - '0');
        c->at++;
    }
    if (c->at == first) {
        regexp_compiler_refuse(c, "a number must stand in {..}");
    } else if (count > REGEXP_STEPS_MAX) {
        regexp_compiler_refuse(c, "the pattern is too large");
    }
    return count;
}

static void read_quantifier(struct regexp_compiler *c, int byte)
{
    if (c->atom < 0) {
        regexp_compiler_refuse(c, "there is nothing to repeat before a quantifier");
        return;
    }
    int32_t least = byte == '+';
    int32_t most = byte == '?' ? 1 : -1;
    if (byte == '{') {
        least = read_count(c);
        most = least;
        if (regexp_compiler_takes(c, ',')) {
            most = regexp_compiler_peek(c) == '}' ? -1 : read_count(c);
        }
        if (!regexp_compiler_takes(c, '}')) {
            regexp_compiler_refuse(c, "{..} does not end with '}'");
        }
        if (most >= 0 && most < least) {
            regexp_compiler_refuse(c, "{..} ends before it begins");
        }
    }
    if (!c->problem) {
        repeat(c, (uint32_t)c->atom, least, most);
    }
    c->atom = -1;
}

/* --- groups ----------------------------------------------------------------------------------- */

static void open_group(struct regexp_compiler *c)
{
    if (c->depth == REGEXP_GROUPS_MAX) {
        regexp_compiler_refuse(c, "the pattern has too many groups inside each other");
        return;
    }
    c->groups[c->depth++] =
        (struct regexp_group){.first = c->count, .branch = c->count, .jumps = -1};
    c->atom = -1;
}

/* At "|": what was read since the group began, or since the last "|", becomes one of two ways. */
static void end_branch(struct regexp_compiler *c)
{
    struct regexp_group *group = &c->groups[c->depth - 1];
    uint32_t size = c->count - group->branch;
    regexp_compiler_insert(c, group->branch, fork_to(1, (int32_t)size + 2));
    regexp_compiler_add(c, jump_to(group->jumps));
    group->jumps = (int32_t)c->count - 1;
    group->branch = c->count;
    c->atom = -1;
}

static void close_group(struct regexp_compiler *c)
{
    struct regexp_group *group = &c->groups[--c->depth];
    while (!c->problem && group->jumps >= 0) {
        struct regexp_step *jump = &c->room->steps[group->jumps];
        int32_t before = jump->one;
        jump->one = (int16_t)((int32_t)c->count - group->jumps);
        group->jumps = before;
    }
    c->atom = group->first;
}

/* --- all -------------------------------------------------------------------------------------- */

static void read_next(struct regexp_compiler *c)
{
    uint32_t first = c->count;
    uint32_t character = regexp_compiler_character(c);
    switch (character) {
    case '|':
        end_branch(c);
        return;
    case '(':
        open_group(c);
        return;
    case ')':
        if (c->depth == 1) {
            regexp_compiler_refuse(c, "')' closes nothing");
            return;
        }
        close_group(c);
        return;
    case '*':
    case '+':
    case '?':
    case '{':
        read_quantifier(c, (int)character);
        return;
    case '}':
    case ']':
        regexp_compiler_refuse(c, "'}' and ']' need a backslash");
        return;
    case '[':
        regexp_set_read(c);
        break;
    case '\\':
        regexp_set_read_escape(c);
        break;
    case '^':
        regexp_compiler_add(c, (struct regexp_step){.kind = STEP_BEGIN});
        c->atom = -1;
        return;
    case '$':
        regexp_compiler_add(c, (struct regexp_step){.kind = STEP_END});
        c->atom = -1;
        return;
    case '.':
        regexp_compiler_add(c, (struct regexp_step){.kind = STEP_DOT});
        break;
    default:
        regexp_compiler_add_character(c, character);
        break;
    }
    c->atom = first;
}

const char *regexp_compile(struct span pattern, struct regexp_room *room, struct regexp *regexp)
{
    PRE(room != NULL);
    struct regexp_compiler c = {.text = pattern, .room = room, .atom = -1};
    c.problem = pattern.size > REGEXP_BYTES_MAX ? "the pattern is too large" : NULL;
    open_group(&c);
    while (!c.problem && c.at < pattern.size) {
        read_next(&c);
    }
    if (c.depth > 1) {
        regexp_compiler_refuse(&c, "'(' is not closed");
    }
    if (!c.problem) {
        close_group(&c);
        regexp_compiler_add(&c, (struct regexp_step){.kind = STEP_MATCH});
    }
    *regexp = (struct regexp){room->steps, room->ranges, c.count, c.range_count};
    IMPLIES(!c.problem, c.count > 0);
    return c.problem;
}

const struct regexp *regexp_keep(const struct regexp *regexp, struct arena *arena)
{
    bool ok = true;
    struct regexp *kept = ARENA_NEW(arena, struct regexp);
    struct span steps =
        arena_copy(arena, span_of(regexp->steps, regexp->step_count * sizeof(*regexp->steps)), &ok);
    struct span ranges = arena_copy(
        arena, span_of(regexp->ranges, regexp->range_count * sizeof(*regexp->ranges)), &ok);
    if (!kept || !ok) {
        return NULL;
    }
    *kept = *regexp;
    kept->steps = (const struct regexp_step *)(const void *)steps.data;
    kept->ranges = (const struct regexp_range *)(const void *)ranges.data;
    return kept;
}
