/* inbox.h - events as steps and definitions see them. */
#ifndef ENGINE_INBOX_H
#define ENGINE_INBOX_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/check.h"
#include "base/error.h"
#include "engine/row.h"

/* Where steps and definitions say who sends: "sagad/<definition>" is an emit step's, and nobody
 * else's. */
#define INBOX_SOURCE_PREFIX "sagad/"

/* Appends what $.event is: {name, type, id, source, time, saga?, data}; `type` is the name, as
 * CloudEvents call it, `saga` the saga whose step sent it. The data may be left out. */
void inbox_put_event(struct buf *out, const struct inbox_row *row, bool has_data);
/* The value at a path such as "$.event.data.order" in what is put so; empty when there is none.
 * The path is one that a definition's condition has; SAGA_NO_MEMORY: no room in the arena. */
MUST_CHECK enum saga_error inbox_value_at(struct span event, struct span path, struct arena *arena,
                                          struct span *value);
/* Equal values have equal hashes; 0 for none. Values that differ may have equal ones too. */
int64_t inbox_hash(struct span value, struct buf *scratch);

#endif
