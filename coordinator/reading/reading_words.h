/* reading_words.h - words of a document in messages about it. */
#ifndef READING_READING_WORDS_H
#define READING_READING_WORDS_H

#include "base/span.h"

enum { QUOTE_SIZE = 80 }; /* a name in quotes fits */
struct quoted {
    char text[QUOTE_SIZE];
};
/* Words of the document for a message: cut to fit, control characters shown as '?'. */
struct quoted reading_quote(struct span text);
/* "a number", "text" ... for messages. */
const char *reading_type_name(struct span value);
/* Is `word` so near to `known` that it may be a slip of the finger? Smaller is nearer; 0 = far. */
uint32_t reading_nearness(struct span word, struct span known);

#endif
