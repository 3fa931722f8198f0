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

/* A step waits for an event no more: the store forgets that it did. */
void inbox_rows_forget(struct turn *turn, const struct step *step);

/* Copies the row's texts to the batch and numbers it. false = no memory. */
MUST_CHECK bool inbox_rows_add(struct engine *engine, struct batch *batch,
                               const struct inbox_row *event);

/* The number of the last event that does not count for the step any more. */
uint64_t inbox_rows_mark(const struct step *step);

/* A row that tells the store what a saga waits for, or no longer. NULL: no memory. */
struct wait_row *inbox_rows_add_wait(struct turn *turn, enum wait_change change, struct span name);

#endif
