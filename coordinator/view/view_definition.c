/* view_definition.c - the version of its definition that a record was made under. */
#include "view/view_definition.h"

#include "journal/record.h"
#include "language/definition.h"

/* Records name steps by their place in the version that the saga had then. */
const struct definition *view_definition_of(const struct definition *definition,
                                            const struct record *record)
{
    bool moves = record->type == RECORD_SAGA_STARTED || record->type == RECORD_SAGA_MIGRATED;
    return moves && record->version > 0 ? definition_version(definition, record->version)
                                        : definition;
}
