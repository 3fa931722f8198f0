/* drill_outcome.h - what was seen of one run: how it ended, what was undone, what is left. */
#ifndef CTL_DRILL_OUTCOME_H
#define CTL_DRILL_OUTCOME_H

#include <stdbool.h>
#include <stdint.h>

#include "journal/states.h"

enum trouble {
    TROUBLE_REFUSED,   /* the participant says no, for good */
    TROUBLE_BEFORE,    /* no answer, ever, and nothing took effect */
    TROUBLE_AFTER,     /* no answer, ever, but the step took effect */
    TROUBLE_DUPLICATE, /* every answer comes twice */
    TROUBLE_LATE,      /* no answer; at the end of all the step takes effect, and says so */
    TROUBLE_UNDO,      /* the step's undo is asked for and fails each time */
    TROUBLE_COUNT
};

struct drill_undo {
    uint32_t step;
    uint32_t turn; /* undos with the same number left together */
    bool in_doubt; /* the participant was told that there may be nothing to undo */
};

enum left {
    LEFT_NOTHING,  /* settled: kept by a completed saga, undone, or never done */
    LEFT_TOLD,     /* not settled, and somebody was alerted */
    LEFT_UNSETTLED /* not settled; nobody will undo the step, or nobody knows that somebody must */
};

struct drill_outcome {
    bool ran;      /* false: nothing would ever ask for the undo that is to fail */
    bool reversed; /* a person asked for the undo, for nothing else would */
    bool cut;      /* ended by the drill: neither the trouble nor the retries end */
    enum saga_state state;
    const struct drill_undo *undos; /* in the order of their leaving, each key once */
    uint32_t undo_count;
    uint32_t answer_count; /* answers that the engine took as `ok`, not as late or stale */
    const enum left *left; /* of each step */
    bool told;             /* some step is LEFT_TOLD */
    bool unsettled;        /* some step is LEFT_UNSETTLED */
    const char *alert;     /* code of the first alert; a literal, "" = none */
};

#endif
