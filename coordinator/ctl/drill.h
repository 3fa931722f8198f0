/* drill.h - a definition tried out against trouble, offline, before it ever runs.
 *
 * The engine that sagad runs, in virtual time, and participants who answer at once: one of them is
 * in trouble, once for each step and each kind of trouble. What is told of a run is what could be
 * seen from outside: which effects stand, what was undone and when, and who was alerted. */
#ifndef CTL_DRILL_H
#define CTL_DRILL_H

#include <jansson.h>
#include <stdio.h>

#include "base/buf.h"
#include "language/definition.h"
#include "journal/states.h"
#include "base/arena.h"

enum trouble {
    TROUBLE_REFUSED,   /* the participant says no, for good */
    TROUBLE_BEFORE,    /* no answer, ever, and nothing took effect */
    TROUBLE_AFTER,     /* no answer, ever, but it took effect */
    TROUBLE_DUPLICATE, /* every answer comes twice */
    TROUBLE_LATE,      /* no answer; at the end of all it takes effect after all, and says so */
    TROUBLE_UNDO,      /* its undo is asked for and fails each time */
    TROUBLE_COUNT
};

/* "refused", "timed_out_before" ... as the JSON says it; never NULL. */
const char *trouble_name(enum trouble trouble);

/* ---- the values that the participants answer with: drill_values.c ---- */

struct drill_values {
    struct buf input;    /* msgpack */
    struct buf event;    /* the same: what started it, made up as the steps want it */
    struct buf *outputs; /* msgpack, one for each step; empty = null */
    uint32_t output_count;
    bool made_up_input; /* of the references to it: nobody gave one */
};

/* What was given, else what the definition's references want, made up. NULL = not given. Both are
 * kept by the caller. false after saying on stderr which reference finds nothing, or that there is
 * no memory; to be closed in any case. */
MUST_CHECK bool drill_values_open(struct drill_values *values, const struct definition *definition,
                                  const json_t *input, const json_t *outputs);
void drill_values_close(struct drill_values *values);

/* ---- one run: drill_world.c ---- */

struct drill_undo {
    uint32_t step;
    uint32_t turn; /* those of one turn left together */
    bool in_doubt; /* the participant was told that there may be nothing to undo */
};

enum left {
    LEFT_NOTHING,  /* settled: kept by a completed saga, undone, or never done */
    LEFT_TOLD,     /* not settled, and somebody was alerted */
    LEFT_UNSETTLED /* not settled; nobody will undo it, or nobody knows */
};

/* How a run ended. */
struct drill_outcome {
    bool ran;      /* false: nothing would ever ask for its undo */
    bool reversed; /* a person asked for its undo, for nothing else would */
    bool cut;      /* it would go on like this: neither the trouble nor the retries end */
    enum saga_state state;
    const struct drill_undo *undos; /* in the order of their leaving, each key once */
    uint32_t undo_count;
    uint32_t answer_count; /* of participants; those that were told `ok`, not late or stale */
    const enum left *left; /* of each step */
    bool told;
    bool unsettled;    /* a LEFT_TOLD, a LEFT_UNSETTLED is among them */
    const char *alert; /* code of the first one; a literal, "" = none */
};

struct drill_world;

/* NULL: no memory. Keeps both arguments. */
struct drill_world *drill_world_new(const struct definition *definition,
                                    const struct drill_values *values);
void drill_world_destroy(struct drill_world **world);
/* The outcome's arrays are taken from the arena. false: no memory. */
MUST_CHECK bool drill_world_run(struct drill_world *world, uint32_t step, enum trouble trouble,
                                struct arena *arena, struct drill_outcome *outcome);

/* ---- all of them: drill.c, drill_show.c ---- */

struct drill {
    const struct definition *definition;
    struct drill_values values;
    struct arena arena;
    struct drill_outcome *outcomes; /* TROUBLE_COUNT of each step, step by step */
    uint32_t run_count;
    uint32_t unsettled_count; /* runs that leave something unsettled */
};

/* Runs them all. Arguments as of drill_values_open(), whose complaints it makes; the definition is
 * kept. To be closed in any case. */
MUST_CHECK bool drill_open(struct drill *drill, const struct definition *definition,
                           const json_t *input, const json_t *outputs);
void drill_close(struct drill *drill);

/* The matrix, 108 columns wide, its legend, and all that is left. */
void drill_print(const struct drill *drill, FILE *out);
/* The same as JSON; to be given back. */
json_t *drill_json(const struct drill *drill);

#endif
