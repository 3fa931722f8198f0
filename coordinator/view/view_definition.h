/* view_definition.h - the version of its definition that a record was made under. */
#ifndef VIEW_VIEW_DEFINITION_H
#define VIEW_VIEW_DEFINITION_H

struct definition;
struct record;

/* The version in force from this record on, given the one before; NULL: it is not to be found. */
const struct definition *view_definition_of(const struct definition *definition,
                                            const struct record *record);

#endif
