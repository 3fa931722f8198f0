/* jsonschema_pattern.h - patterns as people write them in schemas (ECMA-262), as automata. */
#ifndef JSONSCHEMA_JSONSCHEMA_PATTERN_H
#define JSONSCHEMA_JSONSCHEMA_PATTERN_H

#include "base/span.h"

struct jsonschema_compiler;
struct regexp;

/* Compiles a pattern, as far as an automaton can do what it says; NULL, and a problem, otherwise.
 */
const struct regexp *jsonschema_pattern_read(struct jsonschema_compiler *s, struct span pattern);
/* What a hexadecimal digit is worth, or -1. */
int jsonschema_pattern_hex(uint8_t byte);

#endif
