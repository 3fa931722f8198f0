/* reading.h - reading a document to the end: where in it the reader stands, and what is wrong
 * there.
 *
 * Nothing in this room stops at the first problem: a reader that meets one notes it, leaves its
 * target as it was and goes on. A value that is absent (an empty span) is left alone by every
 * reader. */
#ifndef READING_READING_H
#define READING_READING_H

#include "base/arena.h"
#include "base/check.h"

struct problem;

/* The JSON Pointer of where the reader stands; what does not fit is cut at a whole token. */
struct place {
    uint16_t size; /* bytes of `text` in use */
    uint16_t lost; /* tokens after those that did not fit */
};

struct reading {
    struct arena *arena;   /* of what is made of the document */
    struct arena scratch;  /* given back at the end */
    bool no_memory;        /* sticky */
    struct problem *items; /* LIMIT_PROBLEMS of them, in scratch */
    uint32_t problem_count;
    uint32_t error_count;
    bool cut;
    char pointer[256]; /* not NUL-terminated; place.size bytes */
    struct place place;
};

/* --- memory ----------------------------------------------------------------------------------- */

/* Memory of r->arena, or of r->scratch, for `count` things; zeroed. NULL, and no_memory, when there
 * is none. */
void *reading_take(struct reading *r, size_t count, size_t size);
void *reading_scratch(struct reading *r, size_t count, size_t size);
/* A copy in r->arena; empty, and no_memory, when there is none. */
struct span reading_copy(struct reading *r, struct span bytes);

/* --- where ------------------------------------------------------------------------------------ */

/* Go one down, to a key or an element; give what reading_leave() needs to come back. */
struct place reading_enter(struct reading *r, struct span key);
struct place reading_enter_key(struct reading *r, const char *key);
struct place reading_enter_index(struct reading *r, uint32_t index);
void reading_leave(struct reading *r, struct place place);

/* --- problems --------------------------------------------------------------------------------- */

/* Note what is wrong, or unwise, where the reader stands; of more than LIMIT_PROBLEMS only that
 * there are more. */
void reading_error(struct reading *r, const char *format, ...) PRINTF_LIKE(2, 3);
void reading_warning(struct reading *r, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
