/* turn.h - a turn: all that one event changes in one saga. Its records are decided one by one,
 * applied to the saga (folded) and collected.
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
    int64_t now_ms;       /* the event's running time in ms, which time-outs count by */
    struct moment moment; /* the turn's time on both clocks, for its row */
    uint64_t ref;
    uint64_t seq_before; /* the saga's seq when the turn began */
    uint32_t value_count;
    enum saga_state state_before;
    enum lock_state lock_before;
    bool paused_before;
    bool is_new;
    bool failed;
    /* the parent saga has asked this one to go back: tell it at the end of the turn how this one
     * stands */
    bool is_asked;
    /* at the end of the turn look in every step for facets (facet_rows.h) that have changed */
    bool facets_all;
    struct step *facets_first; /* otherwise look in the steps of this list only */
};

/* Begins a turn of the saga for this event. The saga, the event's entropy and the batch are
 * borrowed until turn_close(). */
void turn_open(struct turn *turn, struct engine *engine, const struct event *event,
               struct batch *batch, struct saga *saga);

/* Writes one record and applies it to the saga. The record's values are copied to the saga's
 * memory, its texts to the row. */
void turn_emit(struct turn *turn, struct record *record);

/* Has the turn bytes and entropy left for another attempt? If not, the saga becomes due again at
 * once, and goes on in another turn. */
bool turn_has_room(struct turn *turn);

/* Adds an effect for the caller to fill in; NULL when the turn has failed. */
struct effect *turn_effect(struct turn *turn, enum effect_kind kind);

/* Alerts a person about a step or (NULL) the whole saga; code: a literal. */
void turn_alert(struct turn *turn, const struct step *step, const char *code);

/* Does carrying out the effect write more rows, so that after a crash in between the saga must be
 * loaded again to repeat the effect? */
bool leave_owes(enum effect_kind kind);

#endif
