/* event_value.h - makes of an event the value that definitions see as $.event. */
#ifndef JOURNAL_EVENT_VALUE_H
#define JOURNAL_EVENT_VALUE_H

#include "base/check.h"
#include "base/error.h"
#include "base/span.h"

struct arena;
struct buf;
struct inbox_row;

/* How the source of an event begins that the coordinator sends itself: "sagad/<definition>" for one
 * of an emit step. Nobody else may use such a source. */
#define EVENT_SOURCE_PREFIX "sagad/"

/* Does the source begin so? */
bool event_source_is_own(struct span source);

/* Appends the value of $.event: {name, type, id, source, time, saga?, data}; `type` is the name,
 * which CloudEvents call so, `saga` is the saga whose step sent the event. Without has_data the
 * data is left out. */
void event_value_put(struct buf *out, const struct inbox_row *row, bool has_data);

/* A hash by which the store finds the steps that wait for a value: equal values have equal hashes,
 * values that differ may have too. 0: there is no value. */
int64_t event_value_hash(struct span value, struct buf *scratch);

/* The value at a path such as "$.event.data.order" in an event as event_value_put() has it; empty
 * when there is none. SAGA_NO_MEMORY: no room in the arena. SAGA_STORE_CORRUPT: the path is none
 * that a definition's condition can have. */
MUST_CHECK enum saga_error event_value_at(struct span event, struct span path, struct arena *arena,
                                          struct span *value);

#endif
