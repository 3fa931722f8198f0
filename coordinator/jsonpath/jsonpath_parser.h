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

static inline bool jsonpath_parser_failed(const struct jsonpath_parser *p)
{
    return p->no_memory || p->problem.sentence != NULL;
}

static inline int jsonpath_parser_peek(const struct jsonpath_parser *p)
{
    return p->at < p->text.size ? p->text.data[p->at] : -1;
}

/* --- jsonpath_text.c -------------------------------------------------------------------------- */

/* Notes that the text is wrong at `offset`, unless it was wrong before. */
void jsonpath_parser_refuse(struct jsonpath_parser *p, size_t offset, const char *sentence);
/* Zeroed; NULL sets no_memory. */
void *jsonpath_parser_take(struct jsonpath_parser *p, size_t size);
void jsonpath_parser_blanks(struct jsonpath_parser *p);
/* Takes `word` when the text goes on with it. */
bool jsonpath_parser_takes(struct jsonpath_parser *p, const char *word);
/* Goes one filter or call deeper; false when that is too deep. */
bool jsonpath_parser_enter(struct jsonpath_parser *p);
/* A whole number within +-(2^53-1), as indexes are written. */
int64_t jsonpath_parser_integer(struct jsonpath_parser *p);
/* A string in either kind of quotes, decoded; the cursor is at its first quote. */
struct span jsonpath_parser_string(struct jsonpath_parser *p);

/* --- jsonpath_literal.c ----------------------------------------------------------------------- */

/* A number, string, true, false or null, as msgpack; false when none stands here. */
bool jsonpath_parser_literal(struct jsonpath_parser *p, struct span *value);

/* --- jsonpath_query.c ------------------------------------------------------------------------- */

/* A query from its "$" or "@" on, as long as segments follow; NULL when it failed. */
const struct jsonpath_query *jsonpath_parser_query(struct jsonpath_parser *p);

/* --- jsonpath_call.c -------------------------------------------------------------------------- */

/* A call such as "length(@.a)", the cursor is at its name; NULL when it failed. */
const struct jsonpath_call *jsonpath_parser_call(struct jsonpath_parser *p);
/* A literal, query or call. */
struct jsonpath_operand jsonpath_parser_operand(struct jsonpath_parser *p);
/* Refuses an operand, read at `offset`, that gives no single value. */
void jsonpath_parser_needs_value(struct jsonpath_parser *p, const struct jsonpath_operand *operand,
                                 size_t offset);

/* --- jsonpath_test.c -------------------------------------------------------------------------- */

/* A logical expression, as far as it goes; NULL when it failed. */
const struct jsonpath_test *jsonpath_parser_test(struct jsonpath_parser *p);

#endif
