/* regexp_compiler.c - what all readers of a pattern do: take from its text, and add steps. */
#include "regexp/regexp_compiler.h"

#include "base/utf8.h"

void regexp_compiler_refuse(struct regexp_compiler *c, const char *problem)
{
    PRE(problem != NULL);
    if (!c->problem) {
        c->problem = problem;
    }
}

bool regexp_compiler_takes(struct regexp_compiler *c, int byte)
{
    bool is_there = regexp_compiler_peek(c) == byte;
    c->at += is_there;
    return is_there;
}

uint32_t regexp_compiler_character(struct regexp_compiler *c)
{
    size_t size = utf8_size(c->text.data + c->at, c->text.size - c->at);
    if (size == 0) {
        regexp_compiler_refuse(
            c, c->at < c->text.size ? "the pattern is not UTF-8" : "the pattern is cut short");
        return CHARACTER_NONE;
    }
    uint32_t character = utf8_read(c->text.data + c->at, size);
    c->at += size;
    return character;
}

bool regexp_compiler_make_room(struct regexp_compiler *c, uint32_t at, uint32_t count)
{
    PRE(at <= c->count);
    if (c->problem || count > REGEXP_STEPS_MAX - c->count) {
        regexp_compiler_refuse(c, "the pattern is too large");
        return false;
    }
    struct regexp_step *steps = c->room->steps;
    memmove(steps + at + count, steps + at, (c->count - at) * sizeof(*steps));
    memset(steps + at, 0, count * sizeof(*steps));
    c->count += count;
    return true;
}

void regexp_compiler_insert(struct regexp_compiler *c, uint32_t at, struct regexp_step step)
{
    if (regexp_compiler_make_room(c, at, 1)) {
        c->room->steps[at] = step;
    }
}

void regexp_compiler_add(struct regexp_compiler *c, struct regexp_step step)
{
    regexp_compiler_insert(c, c->count, step);
}
