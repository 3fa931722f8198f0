/* jsonpath_parser.h - the compiler of queries and conditions: a cursor over the text that remembers
 * the first thing wrong, where it was, and does nothing more after that.
 *
 * Each reader takes what it reads from the text; blanks before and after are its caller's. */
#ifndef JSONPATH_JSONPATH_PARSER_H
#define JSONPATH_JSONPATH_PARSER_H

#include "jsonpath/jsonpath_form.h"

struct jsonpath_parser {
    struct span text;
    size_t at;
    struct arena *arena;
    struct jsonpath_problem problem; /* sentence NULL: none yet */
    bool no_memory;
    uint32_t nesting;                     /* filters and calls open */
    bool has_current;                     /* "@" means something here */
    const struct jsonpath_query *queries; /* those with "$" so far, the last one first */
};

/* At the beginning of a text, of which an empty one may have no place in memory. */
static inline struct jsonpath_parser jsonpath_parser_open(struct span text, struct arena *arena)
{
    return (struct jsonpath_parser){.text = text.data ? text : span_text(""), .arena = arena};
}

/* Was something wrong, or no memory left? */
static inline bool jsonpath_parser_failed(const struct jsonpath_parser *p)
{
    return p->no_memory || p->problem.sentence != NULL;
}

/* The next byte, or -1 at the end. */
static inline int jsonpath_parser_peek(const struct jsonpath_parser *p)
{
    return p->at < p->text.size ? p->text.data[p->at] : -1;
}

/* Notes that the text is wrong at `offset`, and why in a literal, unless it was wrong before. */
void jsonpath_parser_refuse(struct jsonpath_parser *p, size_t offset, const char *sentence);
/* Zeroed memory of the arena; NULL, and no_memory, when the arena is full. */
void *jsonpath_parser_take(struct jsonpath_parser *p, size_t size);
/* Takes the blanks that stand here. */
void jsonpath_parser_blanks(struct jsonpath_parser *p);
/* Takes `word` when the text goes on with it. */
bool jsonpath_parser_takes(struct jsonpath_parser *p, const char *word);
/* Goes one filter or call deeper; false when that is too deep. */
bool jsonpath_parser_enter(struct jsonpath_parser *p);
/* A whole number within +-(2^53-1), as indexes are written. */
int64_t jsonpath_parser_integer(struct jsonpath_parser *p);
/* A string in either kind of quotes, decoded; the cursor is at its first quote. */
struct span jsonpath_parser_string(struct jsonpath_parser *p);

#endif
