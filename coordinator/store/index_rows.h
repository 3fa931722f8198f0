/* index_rows.h - what a batch writes so that sagas and their rows are found.
 *
 *   facet      sagas by what is so of them: labels, causes, alerts
 *   child      sagas by the saga of which they are a step
 *   clock      where started_ms falls
 *   waypoint   rows of long histories by the number of their first record */
#ifndef STORE_INDEX_ROWS_H
#define STORE_INDEX_ROWS_H

#include "store/writer.h"

enum { WAYPOINT_RECORDS = 64 }; /* records between two waypoints of a history, at most */

/* Writes the rows of these tables that a batch brings, inside the transaction of the batch, after
 * its names and sagas. */
MUST_CHECK enum saga_error index_rows_write(struct writer *writer, const struct rows *rows);

#endif
