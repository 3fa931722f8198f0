/* drill_schema.h - a value that a JSON Schema takes. */
#ifndef CTL_DRILL_SCHEMA_H
#define CTL_DRILL_SCHEMA_H

#include <jansson.h>
#include <stdint.h>

/* Makes up a value as the schema wants it, out of `hint`: what the hint holds stays where the
 * schema lets it. Each attempt decides differently where the schema leaves a choice (anyOf, enum,
 * the length of texts). The caller checks the value: a schema may ask for what is not understood
 * here. To be given back. */
json_t *drill_schema_make(const json_t *schema, const json_t *hint, uint32_t attempt);

#endif
