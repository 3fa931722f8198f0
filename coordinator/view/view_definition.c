/* view_definition.c - the version of its definition that a record was made under. */
#include "view/view_definition.h"

#include "engine/load.h"
#include "journal/record.h"
#include "journal/saga_image.h"
#include "language/definition.h"
#include "saga/saga.h"
#include "view/view_load.h"

/* Records name steps by their place in the version that the saga had then. */
const struct definition *view_definition_of(const struct definition *definition,
                                            const struct record *record)
{
    bool moves = record->type == RECORD_SAGA_STARTED || record->type == RECORD_SAGA_MIGRATED;
    return moves && record->version > 0 ? definition_version(definition, record->version)
                                        : definition;
}

enum saga_error view_definition_find(const struct saga_image *image, struct arena *arena,
                                     const struct definition **definition)
{
    struct saga *saga;
    struct saga_flaw flaw;
    if (!load_is_open(image)) {
        return SAGA_OK;
    }
    struct arena_source *source = view_load_source(arena);
    if (!source) {
        return SAGA_NO_MEMORY;
    }
    enum saga_error rc = saga_load(source, image, *definition, &saga, &flaw);
    *definition = rc == SAGA_OK ? saga->definition : *definition;
    return rc;
}
