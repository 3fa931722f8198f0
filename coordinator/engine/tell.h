/* tell.h - what the world is told of a saga: notices for the outbox, in the batch of the records
 * that caused them. */
#ifndef ENGINE_TELL_H
#define ENGINE_TELL_H

#include "base/span.h"

struct record;
struct step;
struct turn;

/* A record that was just folded becomes a notice, if it is one that the world hears of. */
void tell_record(struct turn *turn, const struct record *record);

/* An alert becomes a notice, unless its record has become one that says the same; code: a
 * literal. */
void tell_alert(struct turn *turn, const struct step *step, const char *code);

/* An event of the saga's own, after the record that decided it: at most one for each record. The
 * type and its data (msgpack; empty = nil) are copied. */
void tell_event(struct turn *turn, struct span type, struct span data);

#endif
