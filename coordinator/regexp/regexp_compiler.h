/* regexp_compiler.h - a pattern while it is compiled: a cursor over its text, and the steps so far.
 *
 * The first thing that is wrong is remembered; readers then go on without harm until they return to
 * regexp_compile(), which looks at `problem` after each piece. */
#ifndef REGEXP_REGEXP_COMPILER_H
#define REGEXP_REGEXP_COMPILER_H

#include "regexp/regexp.h"

enum { CHARACTER_NONE = 0x110000 };

struct regexp_group {
    uint32_t first;  /* its first step */
    uint32_t branch; /* the first step of the branch at work */
    int32_t jumps;   /* the last jump to its end, or -1 */
};

struct regexp_compiler {
    struct span text;
    size_t at;
    const char *problem; /* the first one; NULL: none */
    struct regexp_room *room;
    uint32_t count;       /* steps */
    uint32_t range_count; /* ranges */
    int64_t atom;         /* the first step of the atom just read; -1: none to repeat */
    uint32_t depth;       /* groups open, the whole among them */
    struct regexp_group groups[REGEXP_GROUPS_MAX];
};

/* Notes what is wrong, a literal, unless something was wrong before. */
void regexp_compiler_refuse(struct regexp_compiler *c, const char *problem);
/* The next byte, or -1 at the end. */
static inline int regexp_compiler_peek(const struct regexp_compiler *c)
{
    return c->at < c->text.size ? c->text.data[c->at] : -1;
}
/* Takes the byte when it is the next one; says whether it was. */
bool regexp_compiler_takes(struct regexp_compiler *c, int byte);
/* Takes a character; CHARACTER_NONE, and a problem, when there is none. */
uint32_t regexp_compiler_character(struct regexp_compiler *c);

/* Makes room for `count` steps before step `at`; false, and a problem, when there is none. */
bool regexp_compiler_make_room(struct regexp_compiler *c, uint32_t at, uint32_t count);
/* Puts a step before step `at`. Jumps across that place are the caller's to mind. */
void regexp_compiler_insert(struct regexp_compiler *c, uint32_t at, struct regexp_step step);
/* Adds a step to the end. */
void regexp_compiler_add(struct regexp_compiler *c, struct regexp_step step);
static inline void regexp_compiler_add_character(struct regexp_compiler *c, uint32_t character)
{
    regexp_compiler_add(
        c, (struct regexp_step){.kind = STEP_RANGE, .first = character, .last = character});
}

#endif
