/* inbox_rows.h - events and waits as rows of the store. */
#ifndef ENGINE_INBOX_ROWS_H
#define ENGINE_INBOX_ROWS_H

#include <stdbool.h>

#include "base/check.h"
#include "journal/row.h"

struct batch;
struct engine;
struct step;
struct turn;

/* The step does not wait for its event any more: the store forgets that it did. */
void inbox_rows_forget(struct turn *turn, const struct step *step);

/* Adds the event to the inbox, with the next number; the row's texts are copied. false = no
 * memory. */
MUST_CHECK bool inbox_rows_add(struct engine *engine, struct batch *batch,
                               const struct inbox_row *event);

/* The number of the last event that does not count for the step any more. */
uint64_t inbox_rows_mark(const struct step *step);

/* A row that tells the store what a saga waits for, or waits for no longer; the name is copied.
 * NULL: no memory (turn->failed). */
struct wait_row *inbox_rows_add_wait(struct turn *turn, enum wait_change change, struct span name);

#endif
