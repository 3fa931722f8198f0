/* mask_match.h - finds a secret in a text where it was escaped, quoted or cut. */
#ifndef VIEW_MASK_MATCH_H
#define VIEW_MASK_MATCH_H

#include "base/span.h"

/* How many bytes of the text, from `at` on, are the secret, or what a cut has left of its
 * beginning; 0 when they are something else. Escapes are those of JSON and C, however often they
 * were applied, of URLs, and of HTML. *work grows by about as many bytes as were looked at. */
size_t mask_match_at(struct span text, size_t at, struct span secret, uint64_t *work);
/* Can an escaped character begin with this byte? */
bool mask_match_may_begin(uint8_t byte);

#endif
