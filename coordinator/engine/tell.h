/* tell.h - makes notices of what happens to a saga, for webhooks and other receivers, in the batch
 * of the records that caused them. */
#ifndef ENGINE_TELL_H
#define ENGINE_TELL_H

#include "base/span.h"

struct record;
struct step;
struct turn;

/* Makes a notice of the record that was just written, if its type is one that is told outside. */
void tell_record(struct turn *turn, const struct record *record);

/* Makes a notice of an alert, unless a record's notice says the same already; code: a literal;
 * step: NULL if the alert is about the whole saga. */
void tell_alert(struct turn *turn, const struct step *step, const char *code);

/* Makes a notice of an event that a step of the saga sends, after the record about it: at most one
 * for each record. The type and its data (msgpack; empty = nil) are copied. */
void tell_event(struct turn *turn, struct span type, struct span data);

#endif
