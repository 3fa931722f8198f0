/* load.h - brings a saga from the store back into memory: folds its rows into its state, without
 * effects, and waits for the attempts that its participants may still work on. */
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

/* Makes a saga from its rows alone, without an engine. Errors: SAGA_STORE_CORRUPT, with *flaw, when
 * the rows make no sense; SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error saga_load(const struct arena_source *source,
                                     const struct saga_image *image,
                                     const struct definition *definition, struct saga **saga,
                                     struct saga_flaw *flaw);

/* Is it an open saga, whose steps and terms stand in its rows, so that no definition need be looked
 * up? */
bool load_is_open(const struct saga_image *image);

/* Lets the time-outs of the call's attempts count from now_ms, for nobody remembers when attempts
 * that were sent before a restart left. */
void load_count_from(struct call *call, int64_t now_ms);

/* Looks up the definition of a saga that is loaded; NULL when there is none of this name and
 * version. */
typedef const struct definition *(*definition_lookup_fn)(struct span name, uint32_t version,
                                                         void *arg);
/* Loads the saga into the engine. Errors: SAGA_STORE_CORRUPT, with *flaw, when its rows make no
 * sense or its definition is missing; SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error engine_load(struct engine *engine, const struct saga_image *image,
                                       definition_lookup_fn lookup, void *arg,
                                       struct saga_flaw *flaw);

#endif
