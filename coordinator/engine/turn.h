/* turn.h - one saga's share of one event: records decided, folded and collected into a row.
 *
 * Every decision is written as a record by turn_emit(), which folds it into the saga at once, so
 * that what follows sees its outcome. turn_close() makes one row of all records. When memory runs
 * out `failed` is set and everything after does nothing: the caller gives up the whole step. */
#ifndef ENGINE_TURN_H
#define ENGINE_TURN_H

#include "engine/claims.h"
#include "engine/saga.h"
#include "language/template.h"

struct engine {
    struct engine_options options;
    struct map sagas;   /* external id -> struct saga */
    struct map tokens;  /* token -> struct attempt */
    struct heap timers; /* of the sagas in memory */
    struct claims claims;
    uint64_t lsn_last;
    uint64_t saga_last;
    uint64_t inbox_last;
    int64_t serving_ms;         /* since when participants may come back; 0 = not yet */
    struct saga *leaving_first; /* final and sleeping sagas waiting to leave memory */
    struct saga *leaving_last;
    uint64_t serial;         /* of the newest batch */
    int64_t horizon_ms;      /* sleepers that are due by then are in memory */
    int64_t next_sleeper_ms; /* when the first of those that are not is due, at the earliest */
    struct buf records;      /* of the turn at work */
    struct buf values;
    struct buf scratch; /* a value being filled in */
    struct buf telling; /* the data of a notice */
};

struct turn {
    struct engine *engine;
    struct batch *batch;
    struct saga *saga;
    struct entropy *entropy;
    int64_t now_ms;
    uint64_t ref;
    uint64_t seq_before; /* of the saga, when the turn began */
    uint32_t value_count;
    enum saga_state state_before;
    enum claim_state claim_before;
    bool paused_before;
    bool is_new;
    bool failed;
};

void turn_open(struct turn *turn, struct engine *engine, const struct event *event,
               struct batch *batch, struct saga *saga);
/* Writes and folds one record. Values and texts may be borrowed: they are copied. */
void turn_emit(struct turn *turn, struct record *record);
/* Is there room for another attempt in this turn? Else the saga is due again at once. */
bool turn_has_room(struct turn *turn);
/* An effect of this turn; NULL when failed. Fill it in. */
struct effect *turn_effect(struct turn *turn, enum effect_kind kind);
/* tell.c: what the world is told of a saga, through the outbox, if anybody listens. */

/* A record that was just folded: is it one that the world hears of? */
void tell_record(struct turn *turn, const struct record *record);
void tell_alert(struct turn *turn, const struct step *step, const char *code);
/* An event of the saga's own, after the record that decided it: at most one of each record. The
 * type and its data (msgpack; empty = nil) may be borrowed. */
void tell_event(struct turn *turn, struct span type, struct span data);

/* Ends the turn: the row, the head, the timer. false = no memory. */
MUST_CHECK bool turn_close(struct turn *turn);

/* name.c: gives the saga a name (row.h), with this turn; digest NULL: zeroes. false = no memory. */
MUST_CHECK bool turn_name(struct turn *turn, struct span text, const uint8_t *digest);

/* leave.c: which sagas leave memory, and when. */

/* Until when the saga, due at due_ms, can sleep, as its head shall say; 0 = it stays awake. */
int64_t leave_asleep_ms(const struct turn *turn, int64_t due_ms);
/* After a turn, or loading: it leaves memory, if that is what is to become of it, when all that was
 * decided by now has been released. */
void leave_later(struct engine *engine, struct saga *saga);
/* Does the effect make something durable that its saga must be found for after a crash? */
bool leave_owes(enum effect_kind kind);

/* An effect outside a turn (a refusal, a verdict on something unknown). */
struct effect *batch_effect(struct batch *batch, enum effect_kind kind, uint64_t ref);
struct row *batch_row(struct batch *batch);
struct head *batch_head(struct batch *batch);
struct name *batch_name(struct batch *batch);
struct claim_row *batch_claim(struct batch *batch);
/* The saga's head as it is now. false = no memory. */
MUST_CHECK bool batch_put_head(struct batch *batch, const struct saga *saga, bool is_new);
struct notice *batch_notice(struct batch *batch);
struct inbox_row *batch_inbox(struct batch *batch);

/* labels.c: a start's labels, and those of the definition beside them; in the scratch buffer. */
struct span labels_merge(struct turn *turn, struct span own);

/* room.c: a saga's memory is bounded, and what has begun must find room to end. */

/* May something begin that will bring values with it? */
bool room_to_start(const struct saga *saga);
/* Can a value of that size be taken that comes of what has begun? */
bool room_for(const struct saga *saga, size_t size);
/* Can an undo be told so much? */
bool room_to_undo(const struct saga *saga, size_t size);

/* Alerts: `code` is a literal. */
void turn_alert(struct turn *turn, const struct step *step, const char *code);

/* wait.c: steps that wait. */

/* The wait is over; `code` (a literal) says why it has failed, NULL: it has not. */
void wait_end(struct turn *turn, const struct step *step, const char *code, struct span message);
/* Until when the step waits that would by itself until own_ms (0 = for ever). */
int64_t wait_limit_ms(const struct turn *turn, const struct step *step, int64_t own_ms);
void wait_begin(struct turn *turn, const struct step *step);
/* Wakes a waiting step whose time has come; false: it has not. */
bool wait_is_over(struct turn *turn, const struct step *step);
void wait_call_off(struct turn *turn, const struct step *step);

/* inbox.c: events. */

/* Copies the row's texts to the batch and numbers it. false = no memory. */
MUST_CHECK bool inbox_add(struct engine *engine, struct batch *batch,
                          const struct inbox_row *event);
/* Its event goes into the inbox, with the record that says so. */
void inbox_emit(struct turn *turn, struct step *step);
/* A step begins to wait for an event. */
void inbox_wait(struct turn *turn, struct step *step);
/* A step waits for an event no more: the store forgets that it did. */
void inbox_forget(struct turn *turn, const struct step *step);
/* What the saga will want, as its state says now, and the store knows; a new saga has wanted
 * nothing. false = no memory. */
MUST_CHECK bool inbox_note_wants(struct saga *saga);
/* The store is told what has changed of that. false = no memory. */
MUST_CHECK bool inbox_tell_wants(struct turn *turn);
MUST_CHECK enum saga_error inbox_arrived(struct engine *engine, const struct event *event,
                                         struct batch *batch);
MUST_CHECK enum saga_error inbox_offer(struct engine *engine, const struct event *event,
                                       struct batch *batch, struct saga *saga);

/* child.c: steps that are sagas themselves. */

void child_begin(struct turn *turn, struct step *step, struct span input);
/* Asks of the child what the state wants of it, if that has not been asked yet. */
void child_watch(struct turn *turn, struct step *step);
/* The state wants something of a child. */
bool child_is_watched(const struct step *step);
/* Nothing need be asked of the step's child, not even after a crash. */
bool child_is_left_alone(const struct step *step);
/* That was so when the saga went to sleep. */
void child_was_left_alone(struct step *step);
/* The child is there: its parent, if in memory, need not ask again. */
void child_has_begun(struct saga *parent, const struct saga *child);
/* It has ended, and has a parent: that must hear of it, whatever happens. */
bool child_owes_its_end(const struct saga *saga);
void child_call_off(struct step *step);
/* When the child must be asked again, or is out of time; INT64_MAX = neither. */
int64_t child_due_ms(const struct step *step);
/* A parent: takes what it heard. */
void child_ended(struct turn *turn, const struct child_end *end);
/* A child: does what its parent asks. */
void child_obey(struct turn *turn, const struct child_ask *ask);
/* A child that has ended, or parked, tells its parent. */
void child_tell(struct turn *turn);
/* Why no child can be started so, as a code; NULL = it can. */
const char *child_refusal(const struct child_ask *ask, const char **message);
/* There is no child to ask, and why; code NULL: there is no room for one now. false = no memory. */
bool child_tell_none(struct batch *batch, const struct child_ask *ask, const char *code,
                     const char *message);
/* approval.c: steps that ask a person. */

void approval_begin(struct turn *turn, struct step *step);
/* Ends a question whose time is over; false: it is not. */
bool approval_is_over(struct turn *turn, const struct step *step);
/* A step that asks is passed without an answer only by who may answer, or an admin. */
bool approval_may_pass(const struct step *step, const struct verb_request *verb);
enum saga_error approval_do(struct turn *turn, const struct verb_request *verb, const char **why);

/* skip.c: steps that are left out. */

/* Is the step, whose turn has come, to be done? false: it has been skipped, or has failed, for its
 * condition could not be decided. */
bool step_is_wanted(struct turn *turn, struct step *step);
/* Ends a step that has not begun, for something in its definition gives no value. */
void step_fail(struct turn *turn, struct step *step, const char *code, struct span message);
/* By which code it fails when filling in a template gives `rc`; NULL: not its fault. */
const char *step_code_of(enum saga_error rc);
enum saga_error skip_do(struct turn *turn, const struct verb_request *verb, const char **why);

/* budget.c: costs. */

/* May the step's do be asked (again)? false: no, and the step has failed with budget_exceeded. */
bool budget_allows(struct turn *turn, struct step *step);
/* An undo has cost this much more: alerts when that goes past undo_max_cost_usd. */
void budget_watch_undo(struct turn *turn, const struct step *step, int64_t cost_micros);

/* call.c: attempts. */

/* Intends and sends the next attempt of the call: a new key when `input` is given (its frozen
 * input), else the same key. */
void call_send(struct turn *turn, struct call *call, const struct span *input, uint32_t flags);
/* How an attempt ended without success. */
struct failure {
    struct attempt *attempt; /* NULL: the call as a whole failed, no attempt is concerned */
    struct span code;
    struct span message;
    struct span details;
    bool in_doubt;   /* its outcome is unknown */
    bool unanswered; /* nobody answered: in doubt, or never taken */
    bool refused;    /* not to be tried again */
    bool uncounted;
    bool at_once; /* the next attempt need not wait */
    bool lost;
    bool no_effect;         /* check: nothing took effect */
    int64_t retry_after_ms; /* -1 = not said */
    int64_t retry_at_ms;    /* 0 = by the policy */
    int64_t cost_micros;
};
void call_fail(struct turn *turn, struct call *call, const struct failure *failure);
/* Tells the participant that the attempt is no longer wanted, once. */
void call_off(struct turn *turn, struct attempt *attempt, const char *reason, bool timed_out);
/* The same for all that is unanswered. */
void call_off_all(struct turn *turn, struct call *call, const char *reason);
bool call_is_wanted(const struct call *call);
/* A retry is due, in doubt, and its provider may have forgotten the key: it is not sent. */
void key_expire(struct turn *turn, struct call *call);

/* check.c: whoever may know what became of a do, or an undo, is asked. */

/* Has the call's action a check that may still know? */
bool check_is_left(const struct call *asked);
/* Asks it about the call, which is in doubt without an attempt left; false: its answer, or its
 * turn, has to be waited for. */
bool check_ask(struct turn *turn, struct call *asked);
/* Calls the step's check off, unless something depends on it. */
void check_call_off(struct turn *turn, struct step *step);
/* An undo that is spent: asks its check, or gives it up; true = something changed. */
bool undo_settle(struct turn *turn, struct step *step);
/* No attempt of the undo is left: parks it, and says why. */
void undo_give_up(struct turn *turn, struct step *step);

/* settle.c, forward.c, backward.c: what follows from the state. */
void settle(struct turn *turn);
/* Each does at most a round of what can be done now; true = something changed, look again. */
bool forward(struct turn *turn);
bool backward(struct turn *turn);
/* A step in doubt without attempts left. */
enum doubt { DOUBT_WAITS, DOUBT_CHANGED, DOUBT_TO_UNDO };
enum doubt settle_in_doubt(struct turn *turn, struct step *step);
void park(struct turn *turn, struct step *step, enum task_kind kind, const char *code);
/* An attempt that answered `later` may act for ever, so the undo cannot go. */
void park_unfinished(struct turn *turn, struct step *step);
/* Whether it has taken effect is not known yet: the saga goes neither way. */
bool step_is_open_pivot(const struct step *step);
bool pivot_is_open(const struct saga *saga);
bool pivot_has_succeeded(const struct saga *saga);
/* Turns the saga back now. chosen/accept: packed lists or empty. */
void turn_back(struct turn *turn, const struct record *reason);
/* Turns it back for what failed, or (NULL) for the turn that is wanted. */
void turn_back_because(struct turn *turn, const struct step *failed);
/* What the templates of the step see, or (saga_scope) those of the saga. */
void step_scope(const struct step *step, bool undo, struct scope *scope);
void saga_scope(const struct saga *saga, struct scope *scope);
/* Fills the step's input and sends it, or begins its wait or its items. A reference that finds
 * nothing fails the step. */
void step_start(struct turn *turn, struct step *step);

/* Is nothing of the step left to wait for on the way back? */
bool step_is_done(const struct step *step, bool strict);
bool step_wants_undo(const struct step *step);
/* Sends the first undo of a step, when no attempt of its do can act any more. */
bool undo_begin(struct turn *turn, struct step *step);
/* And the next ones, when they are due. */
bool undo_retry(struct turn *turn, struct step *step);

/* fan.c: steps that are many. */
void fan_begin(struct turn *turn, struct step *container);
/* Starts what has its turn, and ends the fan-out after its last item; true = something changed. */
bool fan_go_on(struct turn *turn, struct step *container);
/* An item whose failure stays its own; false: the item is like any step now. */
bool fan_forgive(struct turn *turn, struct step *item, bool *changed);
/* On the way back: what becomes of the container itself. */
bool fan_bring_in(struct turn *turn, const struct step *container);
/* Undoes items, as many at once as may be; clear: those after the container are done. */
bool fan_undo(struct turn *turn, const struct step *container, bool clear);
bool fan_is_done(const struct step *container, bool strict);
/* The item that started last of those not done; NULL = all are. */
struct step *fan_latest(const struct step *container);

/* savepoint.c */

/* Can what needs it start? */
bool step_satisfies(const struct step *step);
/* The saga goes back to a save-point, and this step keeps what it did. */
bool savepoint_spares(const struct step *step);
/* The same of one that a person wants to go back and that has not turned yet. */
bool savepoint_will_spare(struct turn *turn, const struct step *step);
/* Which steps depend on `to`: step_total of them. */
void savepoint_choose(const struct saga *saga, uint32_t to, bool *chosen);
/* May the saga go back to `to`? SAGA_CONFLICT with *why. */
enum saga_error savepoint_check(const struct saga *saga, uint32_t to, const bool *chosen,
                                const char **why);
/* The list of what is to be undone, without what is accepted; `chosen` is room for step_total. */
void savepoint_pack(const struct saga *saga, uint32_t to, bool *chosen, struct buf *out);
/* Turns the whole saga back when it cannot go forward from the save-point; false: it can. */
bool savepoint_widens(struct turn *turn);
bool savepoint_waits(const struct saga *saga);
/* A record of type SAGA_COMPENSATING that changes nothing of that. */
void savepoint_goes_on(const struct saga *saga, struct record *record);
void savepoint_reached(struct turn *turn);

/* stray.c: sends what undoes late effects of old keys; true = something changed. */
bool strays(struct turn *turn);

/* deadline.c: until when an undo must have been done. */
/* The step has succeeded: its undo's deadline is known from now on. */
void deadline_set(struct turn *turn, const struct step *step);
/* Alerts ahead of it, and turns the saga back in time. */
void deadline_expire(struct turn *turn, const struct step *step);
/* When it next has something to say; INT64_MAX = never. */
int64_t deadline_due_ms(const struct step *step);

/* timers.c */
/* Fires what is due in the saga; settle() comes after. */
void expire(struct turn *turn);
/* Alerts once that an undo fails for long; others need not wait for it any more. */
void undo_stuck(struct turn *turn, struct step *step);
int64_t saga_next_due(const struct engine *engine, const struct saga *saga);
/* The saga is looked at again then; INT64_MAX = it need not be. false = no memory. */
MUST_CHECK bool timer_set(struct engine *engine, struct saga *saga, int64_t due_ms);

/* results.c, verbs.c */
/* Has the pivot succeeded although somebody wanted to turn back? Then forward it goes, and they
 * hear of it. */
void forget_turn(struct turn *turn, const struct step *step);
void result_take(struct turn *turn, struct attempt *attempt, const struct result *result);
/* signal.c */
enum saga_error signal_saga(struct turn *turn, const struct verb_request *verb, const char **why);
enum saga_error verb_do(struct turn *turn, const struct verb_request *verb, const char **why);

/* migrate.c */
enum saga_error migrate(struct turn *turn, const struct verb_request *verb, const char **why);
struct migration;
enum saga_error migrate_plan(const struct saga *saga, uint32_t version, struct arena *arena,
                             struct migration *plan, const char **why);

/* plan.c: what an undo of the chosen steps would do, from the state. NULL steps = all. */
struct plan;
struct plan_request;
enum saga_error plan_make(struct saga *saga, const struct plan_request *request,
                          struct arena *arena, struct plan *plan, const char **why);

#endif
