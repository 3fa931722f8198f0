/* drill_pattern.h - a text that a pattern of JSON Schema takes. */
#ifndef CTL_DRILL_PATTERN_H
#define CTL_DRILL_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Makes up the shortest text that the pattern asks for; with another `variant` another text, in
 * which what may be repeated is repeated so often, or other letters stand. The caller checks the
 * text: assertions in the middle of a pattern are not understood. false: no text was found that has
 * fewer than `size` bytes. */
bool drill_pattern_make(const char *pattern, uint32_t variant, char *text, size_t size);

#endif
