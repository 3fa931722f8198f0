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
/* Which character of the text the byte at `offset` belongs to, from 1. */
size_t reading_position(struct span text, size_t offset);
/* "a number", "text" ... for messages. */
const char *reading_type_name(struct span value);
/* Of the known words, the one that `word` may be a slip of the finger for. */
struct nearest {
    struct span word;
    struct span known; /* borrowed; empty: none is near */
    uint32_t edits;    /* from one to the other */
};
/* Begins the search; each call of reading_nearest_try() offers a known word. */
struct nearest reading_nearest(struct span word);
void reading_nearest_try(struct nearest *nearest, struct span known);
/* "; did you mean 'flight'?", to end a message with, or nothing. */
struct guess {
    char text[QUOTE_SIZE + 24];
};
struct guess reading_guess(const struct nearest *nearest);

#endif
