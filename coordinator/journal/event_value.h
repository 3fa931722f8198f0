/* event_value.h - an event as a value, as definitions see it. */
#ifndef JOURNAL_EVENT_VALUE_H
#define JOURNAL_EVENT_VALUE_H

#include "base/check.h"
#include "base/error.h"
#include "base/span.h"

struct arena;
struct buf;
struct inbox_row;

/* Where steps and definitions say who sends: "sagad/<definition>" is an emit step's, and nobody
 * else's. */
#define EVENT_SOURCE_PREFIX "sagad/"

/* Appends what $.event is: {name, type, id, source, time, saga?, data}; `type` is the name, as
 * CloudEvents call it, `saga` the saga whose step sent it. The data may be left out. */
void event_value_put(struct buf *out, const struct inbox_row *row, bool has_data);

/* Equal values have equal hashes; 0 for none. Values that differ may have equal ones too. */
int64_t event_value_hash(struct span value, struct buf *scratch);

/* The value at a path such as "$.event.data.order" in an event as event_value_put() has it; empty
 * when there is none. SAGA_NO_MEMORY: no room in the arena. SAGA_STORE_CORRUPT: the path is none
 * that a definition's condition can have. */
MUST_CHECK enum saga_error event_value_at(struct span event, struct span path, struct arena *arena,
                                          struct span *value);

#endif
