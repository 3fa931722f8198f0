/* jsonschema_keywords.h - reads the keywords of one schema. */
#ifndef JSONSCHEMA_JSONSCHEMA_KEYWORDS_H
#define JSONSCHEMA_JSONSCHEMA_KEYWORDS_H

#include <stdint.h>

struct jsonschema_compiler;

/* Fills the node, at whose place reading->place is; notes what is wrong. Schemas inside are added
 * to the compiler, not read. */
void jsonschema_keywords_read(struct jsonschema_compiler *s, uint16_t node);

#endif
