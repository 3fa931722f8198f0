/* states.c - the public names of states, kinds of task and alerts, from schemas/states.def. */
#include "journal/states.h"

#include <stddef.h>

#include "base/check.h"

static const char *const saga_names[SAGA_STATE_COUNT] = {
    [SAGA_STATE_NONE] = "none",
#define SAGA_STATE(name, number, text, final) [number] = (text),
#include "schemas/states.def"
};

static const bool saga_finals[SAGA_STATE_COUNT] = {
#define SAGA_STATE(name, number, text, final) [number] = (final),
#include "schemas/states.def"
};

static const char *const step_names[STEP_STATE_COUNT] = {
    [STEP_STATE_NONE] = "none",
#define STEP_STATE(name, number, text, settled) [number] = (text),
#include "schemas/states.def"
};

static const char *const undo_names[UNDO_STATE_COUNT] = {
#define UNDO_STATE(name, number, text) [number] = (text),
#include "schemas/states.def"
};

static const char *const alert_names[ALERT_COUNT] = {
#define ALERT(name, text) [ALERT_##name] = (text),
#include "schemas/states.def"
};

static const char *const kind_names[] = {
    [TASK_DO] = "do",
    [TASK_UNDO] = "undo",
    [TASK_CONFIRM] = "confirm",
    [TASK_CHECK] = "check",
};

/* The numbers come from the store too, which may be damaged: a number out of range has a name all
 * the same. */
static const char *name_at(const char *const *names, size_t count, unsigned index)
{
    if (index >= count || !names[index]) {
        return "unknown";
    }
    return names[index];
}

const char *saga_state_name(enum saga_state state)
{
    return name_at(saga_names, ARRAY_COUNT(saga_names), (unsigned)state);
}

const char *step_state_name(enum step_state state)
{
    return name_at(step_names, ARRAY_COUNT(step_names), (unsigned)state);
}

const char *undo_state_name(enum undo_state state)
{
    return name_at(undo_names, ARRAY_COUNT(undo_names), (unsigned)state);
}

const char *task_kind_name(enum task_kind kind)
{
    return name_at(kind_names, ARRAY_COUNT(kind_names), (unsigned)kind);
}

const char *alert_name(enum alert alert)
{
    return name_at(alert_names, ARRAY_COUNT(alert_names), (unsigned)alert);
}

bool saga_state_is_final(enum saga_state state)
{
    return (unsigned)state < SAGA_STATE_COUNT && saga_finals[state];
}

bool state_is_settled(enum saga_state state)
{
    return saga_state_is_final(state) || state == SAGA_STATE_PARKED;
}
