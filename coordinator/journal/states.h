/* states.h - the states of sagas, steps and undos (schemas/states.def), and their public names. */
#ifndef JOURNAL_STATES_H
#define JOURNAL_STATES_H

#include <stdbool.h>

#define SAGA_STATE(name, number, text, final) SAGA_STATE_##name = (number),
enum saga_state {
    SAGA_STATE_NONE = 0,
#include "schemas/states.def"
    SAGA_STATE_COUNT
};

#define STEP_STATE(name, number, text, settled) STEP_STATE_##name = (number),
enum step_state {
    STEP_STATE_NONE = 0,
#include "schemas/states.def"
    STEP_STATE_COUNT
};

#define UNDO_STATE(name, number, text) UNDO_STATE_##name = (number),
enum undo_state {
#include "schemas/states.def"
    UNDO_STATE_COUNT
};

/* The alerts: why a saga needs a person, or will soon. See saga/alerts.h. */
#define ALERT(name, text) ALERT_##name,
enum alert {
#include "schemas/states.def"
    ALERT_COUNT
};

/* What a participant is asked to do. */
enum task_kind {
    TASK_DO = 1,
    TASK_UNDO = 2,
    TASK_CONFIRM = 3,
    TASK_CHECK = 4,
};

/* The public name of each; "unknown" for a number that is no state, kind or alert. */
const char *saga_state_name(enum saga_state state);
const char *step_state_name(enum step_state state);
const char *undo_state_name(enum undo_state state);
const char *task_kind_name(enum task_kind kind);
const char *alert_name(enum alert alert);
/* Has the saga ended? A person may still reverse a completed one. */
bool saga_state_is_final(enum saga_state state);
/* Has the saga ended, or does it wait for a person? Whoever waits for its outcome is answered then.
 */
bool state_is_settled(enum saga_state state);

#endif
