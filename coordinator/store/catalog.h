/* catalog.h - the definitions that the coordinator holds, compiled; read from any thread.
 *
 * Entries are immutable and live as long as the catalog, so that a pointer once found stays
 * good. */
#ifndef STORE_CATALOG_H
#define STORE_CATALOG_H

#include "base/check.h"
#include "base/error.h"
#include "language/definition.h"
#include "journal/row.h"

struct catalog;

MUST_CHECK enum saga_error catalog_new(struct catalog **catalog);
void catalog_destroy(struct catalog **catalog);

/* A definition compiled from its canonical source, outside of any catalog: whoever is not the
 * deciding thread can do that work before it asks for a new version. SAGA_STORE_CORRUPT when the
 * source does not compile, SAGA_NO_MEMORY. */
struct catalog_entry;
MUST_CHECK enum saga_error catalog_prepare(struct span source, struct catalog_entry **entry);
void catalog_discard(struct catalog_entry **entry);

/* Adds a stored definition. Takes *prepared, which is of the row's source; NULL there: it is
 * compiled now. SAGA_STORE_CORRUPT when it does not compile, or is of another name,
 * SAGA_OVERLOADED past LIMIT_DEFINITIONS, SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error catalog_add(struct catalog *catalog, const struct definition_row *row,
                                       struct catalog_entry **prepared);

/* Adds the name and number of a stored definition that cannot be read: nobody finds it, and no
 * other gets its number. SAGA_STORE_CORRUPT: the number does not come after the ones before. */
MUST_CHECK enum saga_error catalog_add_unreadable(struct catalog *catalog,
                                                  const struct definition_row *row);

/* The greatest version that the name has, whether it can be read or not; 0 = none. */
uint32_t catalog_newest_version(const struct catalog *catalog, struct span name);

/* The definition of this name and version (0 = the newest version); NULL: there is none, or its row
 * cannot be read. */
const struct definition *catalog_find(const struct catalog *catalog, struct span name,
                                      uint32_t version);

/* The definition of a saga, by the name and version of its head. An open saga (version 0) has none
 * in the catalog: open_terms_definition() stands in for it. NULL: it is missing. */
const struct definition *catalog_of_saga(const struct catalog *catalog, const struct head *head);

/* When this version of a definition was applied. */
int64_t catalog_applied_ms(const struct catalog *catalog, const struct definition *definition);

/* Walks the newest version of each name, in the order of names: *at starts at 0; NULL at the end.
 * When a name is added during a walk, the walk may show one name twice, and never leaves one
 * out. */
const struct definition *catalog_next(const struct catalog *catalog, size_t *at);

/* Is there room for `count` more versions below LIMIT_DEFINITIONS? The caller asks before the
 * versions are made durable, for catalog_add() would be too late to refuse them. */
bool catalog_has_room(const struct catalog *catalog, uint32_t count);

#endif
