/* jsonpath_value.h - reads JSON values that stand beside queries: fallbacks.
 *
 * A pure reader: base/json.c asks a library that takes memory from the heap, and the compiler of
 * definitions must not. */
#ifndef JSONPATH_JSONPATH_VALUE_H
#define JSONPATH_JSONPATH_VALUE_H

#include "base/check.h"
#include "base/error.h"
#include "base/span.h"

struct arena;
struct jsonpath_problem;

/* The JSON value (RFC 8259) that `text` begins with, as msgpack that passes mp_check(), in the
 * arena; *size is how many bytes it takes of the text. SAGA_INVALID: *problem says why there is
 * none. SAGA_NO_MEMORY: the arena is full. */
MUST_CHECK enum saga_error jsonpath_value_read(struct span text, struct arena *arena,
                                               struct span *value, size_t *size,
                                               struct jsonpath_problem *problem);

#endif
