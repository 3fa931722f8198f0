/* document.h - the part of a saga's document that some queries look at, put together as one value.
 *
 * Queries of one value are followed where the value lies (template.c). Conditions, and queries that
 * may give many values, are evaluated on a document: {input, steps: {X: {output, status}}, saga:
 * {id}, reason, event}. Only what the queries name is copied into it, and what they may name is
 * checked when the definition is compiled, for queries inside filters too. */
#ifndef LANGUAGE_DOCUMENT_H
#define LANGUAGE_DOCUMENT_H

#include "base/check.h"
#include "base/span.h"

struct buf;
struct compile;
struct jsonpath_query;
struct reference;
struct scope;
struct template_view;

/* Which part of a saga's document is put together. */
struct document {
    const struct reference *items; /* roots; those of one step are neighbours */
    uint32_t count;
};

enum {
    DOCUMENT_TEXT_MAX = 4096,     /* bytes of a condition, or of a query with many values */
    DOCUMENT_BYTES_PER_STEP = 64, /* what copying it costs, in steps of an evaluation */
};

/* Checks what the queries of `text` name, and keeps that in *document, in the definition's arena.
 * false: there is a problem, which is noted, or no memory. */
MUST_CHECK bool document_compile(struct compile *c, const struct template_view *view,
                                 struct span text, const struct jsonpath_query *queries,
                                 struct document *document);
/* Appends the document as one msgpack value; what is missing is left out, what a skipped step would
 * have is null. `out` may have failed afterwards. */
void document_put(const struct document *document, const struct scope *scope, struct buf *out);

#endif
