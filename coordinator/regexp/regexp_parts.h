/* regexp_parts.h - what the two halves of the compiler of patterns share. */
#ifndef REGEXP_REGEXP_PARTS_H
#define REGEXP_REGEXP_PARTS_H

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

/* --- regexp.c ------------------------------------------------------------------------ */

/* Notes what is wrong, unless something was before. */
void regexp_refuse(struct regexp_compiler *c, const char *problem);
/* The next byte, or -1. */
static inline int regexp_peek(const struct regexp_compiler *c)
{
    return c->at < c->text.size ? c->text.data[c->at] : -1;
}
/* Takes the byte when it is the next. */
bool regexp_takes(struct regexp_compiler *c, int byte);
/* Takes a character; CHARACTER_NONE, and a problem, when there is none. */
uint32_t regexp_character(struct regexp_compiler *c);
/* Adds a step to the end. */
void regexp_add(struct regexp_compiler *c, struct regexp_step step);
static inline void regexp_add_character(struct regexp_compiler *c, uint32_t character)
{
    regexp_add(c, (struct regexp_step){.kind = STEP_RANGE, .first = character, .last = character});
}

/* --- regexp_set.c -------------------------------------------------------------------- */

/* What stands after "[", with the "]". */
void regexp_read_set(struct regexp_compiler *c);
/* What stands after a backslash, outside [..]. */
void regexp_read_escape(struct regexp_compiler *c);

#endif
