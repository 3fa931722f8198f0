/* turn.h - one saga's share of one event: its records are decided one by one, folded and collected.
 *
 * Every decision is written as a record by turn_emit(), which folds it into the saga at once, so
 * that what follows sees its outcome. turn_close() makes one row of all records. When memory
 * runs out `failed` is set and everything after does nothing: the caller gives up the whole
 * step. */
#ifndef ENGINE_TURN_H
#define ENGINE_TURN_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/effect_kind.h"
#include "journal/moment.h"
#include "journal/states.h"
#include "saga/lock.h"

struct batch;
struct effect;
struct engine;
struct entropy;
struct event;
struct record;
struct saga;
struct step;

struct turn {
    struct engine *engine;
    struct batch *batch;
    struct saga *saga;
    struct entropy *entropy;
    const struct placement *placement;
    int64_t now_ms;       /* running time */
    struct moment moment; /* what the turn's row will say of it */
    uint64_t ref;
    uint64_t seq_before; /* of the saga, when the turn began */
    uint32_t value_count;
    enum saga_state state_before;
    enum lock_state lock_before;
    bool paused_before;
    bool is_new;
    bool failed;
    bool is_asked;             /* the saga's parent takes it to move, unless it is told otherwise */
    bool facets_all;           /* every step is to be looked at for what lists find the saga by */
    struct step *facets_first; /* else these, one after the other */
};

/* Begins a turn of the saga for this event: the saga, the event's entropy and the batch are
 * borrowed until turn_close(). */
void turn_open(struct turn *turn, struct engine *engine, const struct event *event,
               struct batch *batch, struct saga *saga);

/* Writes and folds one record. Its values are copied to the saga's memory, its texts to the row. */
void turn_emit(struct turn *turn, struct record *record);

/* Is there room for another attempt in this turn? Else the saga is due again at once. */
bool turn_has_room(struct turn *turn);

/* An effect of this turn, for the caller to fill in; NULL when the turn has failed. */
struct effect *turn_effect(struct turn *turn, enum effect_kind kind);

/* Tells persons that something needs them, about a step or (NULL) the saga; code: a literal. */
void turn_alert(struct turn *turn, const struct step *step, const char *code);

/* Does the effect make something durable that its saga must be found for after a crash? */
bool leave_owes(enum effect_kind kind);

#endif
