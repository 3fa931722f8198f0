/* fold_parts.h - what the parts of the fold share: fold.c says what it is. */
#ifndef ENGINE_FOLD_PARTS_H
#define ENGINE_FOLD_PARTS_H

#include "engine/saga.h"

/* Moves a step along the table of legal moves; false: it may not. */
bool fold_move(struct step *step, enum step_state to, int64_t at_ms);
/* Nobody waits for its attempts any more. */
void fold_close_call(struct call *call);
/* Nobody waits for what its check says of the do, or the undo, any more. */
void fold_close_check(const struct call *asked);
/* An undo whose doubt may have ended: was it only its key's age that kept it from being sent
 * again? Else a spent one has no attempt left, and parks. */
void fold_settle_undo(struct call *undo, int64_t at_ms);
/* It has succeeded, by its own word or by its check's. */
MUST_CHECK bool fold_undo_ok(struct step *step, int64_t at_ms);

/* fold_person.c */
/* The step waits by itself; what it asks, if it asks. false: it is not of a kind that does. */
bool fold_asked(struct step *step, const struct record *record);
/* Who ended its wait, if somebody did. false: no memory. */
bool fold_decider(struct step *step, const struct record *record);
bool fold_skipped(struct step *step, const struct record *record, int64_t at_ms);
/* A person's wish. */
bool fold_skip(struct step *step, const struct record *record);
/* Its do has failed. */
bool fold_fail(struct step *step, int64_t at_ms);
/* Keeps a failure's code and message; false: no memory. */
bool fold_keep_error(struct step *step, const struct call *call, const struct record *record);

/* A new key of this call begins: its request is frozen from here on. */
bool fold_open_run(struct call *call, const struct record *record, int64_t at_ms);

/* fold_claim.c: concurrency keys. false: no memory, or it makes no sense. */
bool fold_claim_started(struct saga *saga, const struct record *record);
bool fold_claim_queued(struct saga *saga, const struct record *record);
bool fold_claim_admitted(struct saga *saga);
void fold_claim_end(struct saga *saga);

/* fold_turn.c: turning back. */

/* It shall turn back as soon as no pivot is open; false: no memory. */
bool fold_want_turn(struct saga *saga, struct span code, struct span message, struct span actor,
                    int64_t at_ms);
bool fold_compensating(struct saga *saga, const struct record *record, int64_t at_ms);

/* fold_past.c: keys that are history, and their late effects. */

/* The present key of the do becomes history. false: no memory. */
bool fold_past_add(struct step *step);
/* The step will begin again, under the next keys. */
bool fold_begin_anew(struct step *step, int64_t at_ms);
/* The saga stands at its save-point, and goes forward again. */
bool fold_forward_again(struct saga *saga, int64_t at_ms);
/* An old key has had an effect after all. */
bool fold_stray(struct step *step, const struct record *record);
/* The undo call begins a key for the oldest of those. false: there is none. */
bool fold_stray_open(struct call *call);
/* It is over: undone, or settled by a person. */
void fold_stray_end(struct step *step);
/* A person settled the step: none of its old keys is to be undone any more. */
void fold_stray_drop(struct step *step);

/* fold_attempt.c */
bool fold_adopt(struct call *call, const struct record *record);
bool fold_add_attempt(struct call *call, const struct record *record, int64_t at_ms);

/* fold_fan.c */
bool fold_items(struct step *step, const struct record *record, int64_t at_ms);
/* Marks the steps of a list, and with a container its items, as chosen or as accepted. */
bool fold_mark(struct saga *saga, struct span list, bool chosen);
/* After a record: who is awake now, and what becomes of a container. */
void fold_look_again(struct saga *saga, bool turned, struct step *step);

/* fold_wait.c */
bool fold_waiting(struct step *step, struct call *call, const struct record *record, int64_t at_ms);
bool fold_woken(struct step *step, const struct record *record, int64_t at_ms);
bool fold_event(struct step *step, const struct record *record);
bool fold_emitted(struct step *step, const struct record *record, int64_t at_ms);

#endif
