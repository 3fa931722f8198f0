/* inbox_rows.h - rows of the store for events of the inbox, and for which step waits for which
 * event. */
#ifndef ENGINE_INBOX_ROWS_H
#define ENGINE_INBOX_ROWS_H

#include <stdbool.h>

#include "base/check.h"
#include "journal/row.h"

struct batch;
struct engine;
struct step;
struct turn;

/* Adds a row by which the store forgets that the step waits for its event. */
void inbox_rows_forget(struct turn *turn, const struct step *step);

/* Adds a row for the event to the batch, with the next inbox number; its texts are copied. Returns
 * false when memory runs out. */
MUST_CHECK bool inbox_rows_add(struct engine *engine, struct batch *batch,
                               const struct inbox_row *event);

/* The number of an inbox event: only events with a greater number may end the step's wait. */
uint64_t inbox_rows_mark(const struct step *step);

/* Adds a row that tells the store that the saga waits, or no longer waits, for events called `name`
 * (copied). Returns NULL when memory runs out, with turn->failed set. */
struct wait_row *inbox_rows_add_wait(struct turn *turn, enum wait_change change, struct span name);

#endif
