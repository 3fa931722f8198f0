/* moves.c - the legal moves of a step, and what moves along with its state. */
#include "saga/moves.h"

#include "base/limits.h"
#include "journal/record.h"
#include "saga/awake.h"
#include "saga/calls.h"
#include "saga/items.h"
#include "saga/saga.h"

#include "saga/no_live.h"

#define TO(state) (1u << STEP_STATE_##state)
static const uint32_t legal[STEP_STATE_COUNT] = {
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
    [STEP_STATE_RESOLVED] = TO(PENDING),
    [STEP_STATE_PARKED] = TO(PENDING) | TO(RUNNING) | TO(RETRYING) | TO(SUCCEEDED) | TO(FAILED) |
                          TO(IN_DOUBT) | TO(KEPT) | TO(COMPENSATING) | TO(RESOLVED) | TO(SKIPPED),
};
#undef TO

bool fold_move(struct step *step, enum step_state to, int64_t at_ms)
{
    if (step->state == to) {
        return true;
    }
    if (!(legal[step->state] & (1u << to))) {
        return false;
    }
    enum step_state from = step->state;
    step->state = to;
    step_moved(step, from);
    bool ends = to == STEP_STATE_SUCCEEDED || to == STEP_STATE_FAILED ||
                to == STEP_STATE_COMPENSATED || to == STEP_STATE_KEPT ||
                to == STEP_STATE_RESOLVED || to == STEP_STATE_SKIPPED;
    step->ended_ms = ends ? at_ms : 0;
    return true;
}

/* Nobody waits for its attempts any more. */
void fold_close_call(struct call *call)
{
    call->retry_ms = 0;
    call->spent = false;
    for (struct attempt *a = call->attempts; a; a = a->older) {
        a->state = a->state == ATTEMPT_OPEN ? ATTEMPT_DOUBT : a->state;
    }
}

/* Its do has failed. On the way back `compensate_on: failed` is due at once; when the saga turns
 * back later, fold_compensating() sees to it. */
bool fold_fail(struct step *step, int64_t at_ms)
{
    bool back = (step->saga->direction == BACKWARD && step->chosen) || step_undoes_alone(step);
    bool undo = back && step->spec->has_undo && step->spec->undo_on_failed &&
                step_call(step, TASK_DO)->run > 0;
    if (undo && step->undo_state == UNDO_STATE_NONE) {
        step_set_undo(step, UNDO_STATE_PENDING);
    }
    return fold_move(step, STEP_STATE_FAILED, at_ms);
}

/* Retries may go on for weeks, each with other words: the first text takes what it needs, the next
 * one room for all that come. */
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
    return true;
}

bool fold_keep_error(struct step *step, const struct call *call, const struct record *record)
{
    struct text_room *codes = step->code_rooms;
    struct text_room *messages = step->message_rooms;
    if (call->kind == TASK_UNDO) {
        return keep_text(step, &codes[1], record->code, &step->undo_code) &&
               keep_text(step, &messages[1], record->message, &step->undo_message);
    }
    if (call->kind == TASK_DO) {
        step->error_attempt = record->attempt;
        return keep_text(step, &codes[0], record->code, &step->code) &&
               keep_text(step, &messages[0], record->message, &step->message);
    }
    return true;
}
