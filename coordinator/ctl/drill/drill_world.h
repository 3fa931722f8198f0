/* drill_world.h - one saga of a drill, and those who take part in it; private to drill_*.c. */
#ifndef CTL_DRILL_WORLD_H
#define CTL_DRILL_WORLD_H

#include "base/limits.h"
#include "ctl/drill/drill_outcome.h"
#include "ctl/drill/drill_values.h"
#include "engine/batch.h"
#include "engine/entropy.h"
#include "engine/event.h"

#define DRILL_SAGA "drill"

/* A task that its participant has not answered. */
struct deed {
    uint8_t token[TOKEN_SIZE];
    char key[LIMIT_KEY + 1];
    uint32_t attempt;
    enum task_kind kind;
    uint32_t step;
    uint32_t turn;
    bool in_doubt;
    bool of_undo;    /* a check: of whether the undo took effect */
    bool is_child;   /* not a task: a child saga that is started or undone */
    bool turns_back; /* the child is asked to */
};

enum undo_cause { CAUSE_NONE, CAUSE_REFUSAL, CAUSE_DOUBT, CAUSE_REVERSAL };

struct drill_world {
    const struct definition *definition;
    const struct drill_values *values;
    struct engine *engine;
    struct batch batch;
    struct entropy entropy;
    uint8_t random[ENTROPY_PER_EVENT];
    uint64_t minted;    /* blocks of 16 bytes */
    struct deed *deeds; /* to be answered: a ring */
    uint32_t deed_capacity;
    uint32_t deed_first;
    uint32_t deed_count;
    struct deed
        held; /* is refused once nobody else has anything to say; no attempt: none is held */
    struct deed late; /* is answered at the end of all; no attempt: none */
    bool *stands;     /* of each step: its effect, in its participant's database */
    struct drill_undo *undos;
    uint32_t undo_capacity;
    uint32_t undo_count;
    uint32_t step; /* in trouble */
    uint32_t refuser;
    enum trouble trouble;
    enum undo_cause cause;
    uint32_t attempts; /* at what is in trouble */
    uint32_t turn;
    uint32_t answer_count;
    int64_t now_ms;
    int64_t first_ms; /* when the first of those attempts came */
    enum saga_state state;
    const char *alert;
    bool went_back;
    bool late_came;
    bool reversed;
    bool refused;    /* the start or the person's verb was */
    char reply[200]; /* the last one, in words */
    bool cut;
    bool failed; /* no memory */
    bool barred; /* the saga does not start: `reply` says why */
};

/* NULL: no memory. Keeps both arguments. */
struct drill_world *drill_world_new(const struct definition *definition,
                                    const struct drill_values *values);
void drill_world_destroy(struct drill_world **world);

/* What happens; each sets `failed` when there is no memory. */
void drill_world_step(struct drill_world *world, struct event *event);
/* Takes the deed that is first in line; its participant answers, or does not. */
void drill_world_take(struct drill_world *world);
/* The participant says how the deed ended: an error's code, "" for success. */
void drill_world_say(struct drill_world *world, const struct deed *deed, const char *code,
                     bool retryable);
/* The deed takes effect, and its participant says so. */
void drill_world_succeed(struct drill_world *world, const struct deed *deed);

#endif
