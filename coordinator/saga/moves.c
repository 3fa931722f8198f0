/* moves.c - changes the state of a saga or a step, if the table of legal moves allows that.
 *
 *     none ──► running ────────────────────► completed
 *               │   ▲                          │   ▲
 *     goes back │   │ stands at its   reversal │   │ only some steps
 *               │   │ save-point               │   │ were undone
 *               ▼   │                          ▼   │
 *              compensating ◄──────────────────────┘
 *               │   ▲
 *               ▼   │ a late effect has to be undone
 *              compensated
 *
 *     running, compensating ──► parked               nothing moves without a person
 *     parked ──► running, compensating               a person acts, or a late result comes
 *     parked ──► completed, compensated              what was waited for has settled itself
 *     running, compensating, parked ──► terminated
 *
 * The moves of a step are drawn in step.h. */
#include "saga/moves.h"

#include "base/limits.h"
#include "journal/record.h"
#include "saga/awake.h"
#include "saga/items.h"
#include "saga/open.h"
#include "saga/saga.h"

#include "saga/attempt.h"
#include "saga/no_live.h"

#define TO(state) (1u << SAGA_STATE_##state)
static const uint32_t saga_moves[SAGA_STATE_COUNT] = {
    [SAGA_STATE_NONE] = TO(RUNNING),
    [SAGA_STATE_RUNNING] = TO(COMPENSATING) | TO(COMPLETED) | TO(PARKED) | TO(TERMINATED),
    [SAGA_STATE_COMPENSATING] = TO(COMPENSATING) | TO(RUNNING) | TO(COMPENSATED) | TO(COMPLETED) |
                                TO(PARKED) | TO(TERMINATED),
    [SAGA_STATE_PARKED] =
        TO(RUNNING) | TO(COMPENSATING) | TO(COMPENSATED) | TO(COMPLETED) | TO(TERMINATED),
    [SAGA_STATE_COMPLETED] = TO(COMPENSATING),
    [SAGA_STATE_COMPENSATED] = TO(COMPENSATING),
};
#undef TO

#define TO(state) (1u << STEP_STATE_##state)
static const uint32_t step_moves[STEP_STATE_COUNT] = {
    [STEP_STATE_PENDING] = TO(WAITING) | TO(RUNNING) | TO(SUCCEEDED) | TO(FAILED) | TO(SKIPPED),
    [STEP_STATE_WAITING] = TO(SUCCEEDED) | TO(FAILED) | TO(RESOLVED) | TO(SKIPPED),
    [STEP_STATE_RUNNING] = TO(RETRYING) | TO(SUCCEEDED) | TO(FAILED) | TO(IN_DOUBT) | TO(RESOLVED),
    [STEP_STATE_RETRYING] = TO(WAITING) | TO(RUNNING) | TO(RETRYING) | TO(SUCCEEDED) | TO(FAILED) |
                            TO(IN_DOUBT) | TO(RESOLVED) | TO(SKIPPED),
    [STEP_STATE_IN_DOUBT] = TO(RUNNING) | TO(RETRYING) | TO(SUCCEEDED) | TO(FAILED) |
                            TO(COMPENSATING) | TO(KEPT) | TO(PARKED) | TO(RESOLVED),
    [STEP_STATE_SUCCEEDED] = TO(COMPENSATING) | TO(KEPT) | TO(PARKED) | TO(RESOLVED),
    [STEP_STATE_FAILED] = TO(COMPENSATING) | TO(PARKED) | TO(RESOLVED) | TO(SKIPPED) | TO(PENDING),
    [STEP_STATE_SKIPPED] = TO(PENDING),
    [STEP_STATE_COMPENSATING] = TO(COMPENSATED) | TO(PARKED) | TO(RESOLVED),
    [STEP_STATE_COMPENSATED] = TO(COMPENSATING) | TO(PENDING),
    [STEP_STATE_KEPT] = TO(PENDING),
    [STEP_STATE_RESOLVED] = TO(PENDING) | TO(SKIPPED),
    [STEP_STATE_PARKED] = TO(PENDING) | TO(RUNNING) | TO(RETRYING) | TO(SUCCEEDED) | TO(FAILED) |
                          TO(IN_DOUBT) | TO(KEPT) | TO(COMPENSATING) | TO(RESOLVED) | TO(SKIPPED),
};
#undef TO

bool fold_move_saga(struct saga *saga, enum saga_state to)
{
    PRE(saga->magic == SAGA_MAGIC);
    PRE(to > SAGA_STATE_NONE && to < SAGA_STATE_COUNT);
    if (!(saga_moves[saga->state] & (1u << to))) {
        return false;
    }
    saga->state = to;
    return true;
}

bool fold_move(struct step *step, enum step_state to, int64_t at_ms)
{
    PRE(to > STEP_STATE_NONE && to < STEP_STATE_COUNT);
    if (step->state == to) {
        return true;
    }
    if (!(step_moves[step->state] & (1u << to))) {
        return false;
    }
    enum step_state from = step->state;
    step->state = to;
    step_moved(step, from);
    bool ends = to == STEP_STATE_SUCCEEDED || to == STEP_STATE_FAILED ||
                to == STEP_STATE_COMPENSATED || to == STEP_STATE_KEPT ||
                to == STEP_STATE_RESOLVED || to == STEP_STATE_SKIPPED;
    step->ended_ms = ends ? at_ms : 0;
    bool is_done = to == STEP_STATE_SUCCEEDED || to == STEP_STATE_FAILED;
    bool is_open = to == STEP_STATE_PENDING || to == STEP_STATE_WAITING ||
                   to == STEP_STATE_RUNNING || to == STEP_STATE_RETRYING;
    step->done_ms = is_done ? at_ms : is_open ? 0 : step->done_ms;
    return true;
}

void fold_close_call(struct call *call)
{
    PRE(call->attempts || !call->newest);
    call->retry_ms = 0;
    call->spent = false;
    for (struct attempt *a = call->attempts; a; a = a->older) {
        a->state = a->state == ATTEMPT_OPEN ? ATTEMPT_DOUBT : a->state;
    }
}

/* A step with `compensate_on: failed` is undone although it has failed: at once if the saga goes
 * back already; else fold_compensating() makes the undo due when the saga turns round. */
bool fold_fail(struct step *step, int64_t at_ms)
{
    PRE(step->state != STEP_STATE_SUCCEEDED);
    bool back = (step->saga->direction == BACKWARD && step->chosen) || step_undoes_alone(step);
    bool undo = back && step->spec->has_undo && step->spec->undo_on_failed &&
                step_call(step, TASK_DO)->run > 0;
    if (undo && step->undo_state == UNDO_STATE_NONE) {
        step_set_undo(step, UNDO_STATE_PENDING);
    }
    return fold_move(step, STEP_STATE_FAILED, at_ms);
}

/* Copies an error's text into memory that the step keeps for such texts. Retries may go on for
 * weeks, each with another text: the first text takes the memory that it needs, a longer one takes
 * room for the longest that there may be. false: no memory. */
static bool keep_text(struct step *step, struct text_room *room, struct span text,
                      struct span *kept)
{
    if (span_equal(text, *kept)) {
        return true;
    }
    if (text.size > room->size) {
        size_t size = room->size > 0 && text.size < LIMIT_MESSAGE ? LIMIT_MESSAGE : text.size;
        uint8_t *bytes = arena_take(&step->saga->arena, size);
        if (!bytes) {
            return false;
        }
        *room = (struct text_room){bytes, size};
    }
    if (text.size > 0) {
        memmove(room->bytes, text.data, text.size);
    }
    *kept = span_of(room->bytes, text.size);
    POST(kept->size <= room->size);
    return true;
}

bool fold_keep_error(struct step *step, const struct call *call, const struct record *record)
{
    PRE(call->step == step);
    struct text_room *codes = step->code_rooms;
    struct text_room *messages = step->message_rooms;
    if (call->kind == TASK_UNDO) {
        return keep_text(step, &codes[1], record->code, &step->undo_code) &&
               keep_text(step, &messages[1], record->message, &step->undo_message);
    }
    if (call->kind == TASK_CONFIRM) {
        struct open_step *own = step->open;
        return keep_text(step, &own->confirm_rooms[0], record->code, &own->confirm_code) &&
               keep_text(step, &own->confirm_rooms[1], record->message, &own->confirm_message);
    }
    if (call->kind == TASK_DO) {
        step->error_attempt = record->attempt;
        return keep_text(step, &codes[0], record->code, &step->code) &&
               keep_text(step, &messages[0], record->message, &step->message);
    }
    return true;
}
