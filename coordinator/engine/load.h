/* load.h - a saga comes back from the store: its rows are folded, effects are muted, what was in
 * flight is waited for. */
#ifndef ENGINE_LOAD_H
#define ENGINE_LOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"
#include "base/error.h"
#include "base/span.h"

struct arena_source;
struct call;
struct definition;
struct engine;
struct saga;
struct saga_flaw;
struct saga_image;

/* A saga folded from its rows. SAGA_STORE_CORRUPT with *flaw when they make no sense,
 * SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error saga_load(const struct arena_source *source,
                                     const struct saga_image *image,
                                     const struct definition *definition, struct saga **saga,
                                     struct saga_flaw *flaw);

/* Is the saga open, so that its definition stands in its rows? */
bool load_is_open(const struct saga_image *image);

/* Nobody remembers when the attempts of a loaded call were sent: how long each may still act counts
 * from now_ms on. */
void load_count_from(struct call *call, int64_t now_ms);

/* The definition of an image's saga, by name and version; NULL when there is none. */
typedef const struct definition *(*definition_lookup_fn)(struct span name, uint32_t version,
                                                         void *arg);
/* Folds the rows of a saga into memory. SAGA_STORE_CORRUPT with *flaw when they make no sense, or
 * when the definition is missing. */
MUST_CHECK enum saga_error engine_load(struct engine *engine, const struct saga_image *image,
                                       definition_lookup_fn lookup, void *arg,
                                       struct saga_flaw *flaw);

#endif
