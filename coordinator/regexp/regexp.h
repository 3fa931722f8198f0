/* regexp.h - I-Regexp (RFC 9485): the regular expressions of match() and search().
 *
 * A pattern becomes a list of steps of a nondeterministic automaton; all states that it may be in
 * are followed at once, a character at a time. So the time is at most (steps of the pattern) x
 * (characters), whatever the pattern; there is no backtracking. All of the RFC is there, the
 * general categories of \p{..} too (those of Unicode 14). Its grammar takes '^' and '$' for
 * letters; here they are anchors, as the compliance suite of JSONPath has them and as everybody
 * reads them. */
#ifndef REGEXP_REGEXP_H
#define REGEXP_REGEXP_H

#include "base/arena.h"
#include "base/check.h"
#include "base/span.h"

enum {
    REGEXP_BYTES_MAX = 4096, /* of a pattern: what is written out and dropped by {0} costs too */
    REGEXP_STEPS_MAX = 1000, /* after x{2,5} is written out */
    REGEXP_RANGES_MAX = 256, /* of all [..] together */
    REGEXP_GROUPS_MAX = 32,  /* groups inside each other */
};

enum regexp_step_kind {
    STEP_RANGE, /* a character from `first` to `last` */
    STEP_DOT,   /* any but \n and \r */
    STEP_SET,   /* a character in one of `last` ranges, from range `first` on; negated: in none */
    STEP_FORK,  /* goes on at `one` and at `other`, both relative to this step */
    STEP_JUMP,  /* goes on at `one` */
    STEP_BEGIN, /* goes on only where the text begins */
    STEP_END,   /* goes on only where the text ends */
    STEP_MATCH, /* all of the pattern was found */
};

struct regexp_step {
    uint8_t kind;
    bool is_negated;
    int16_t one;
    int16_t other;
    uint32_t first;
    uint32_t last;
};

struct regexp_range {
    uint32_t first;
    uint32_t last;
    uint32_t categories; /* not 0: bits of these general categories, instead of first and last */
};

struct regexp {
    const struct regexp_step *steps;
    const struct regexp_range *ranges;
    uint32_t step_count;
    uint32_t range_count;
};

/* Where a pattern is compiled. */
struct regexp_room {
    struct regexp_step steps[REGEXP_STEPS_MAX];
    struct regexp_range ranges[REGEXP_RANGES_MAX];
};

/* Compiles a UTF-8 pattern; *regexp borrows `room`, and nothing of `pattern`. NULL, or what is
 * wrong with it, as a literal. */
MUST_CHECK const char *regexp_compile(struct span pattern, struct regexp_room *room,
                                      struct regexp *regexp);
/* A copy in the arena; NULL without memory. */
const struct regexp *regexp_keep(const struct regexp *regexp, struct arena *arena);
/* Does all of `text` match (is_whole), or some part of it? Takes of *steps_left what it costs;
 * false with *steps_left 0 when that was not enough. */
bool regexp_matches(const struct regexp *regexp, struct span text, bool is_whole,
                    uint64_t *steps_left);

#endif
