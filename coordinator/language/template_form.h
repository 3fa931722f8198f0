/* template_form.h - a compiled template: a list of pieces that, one after the other, are the value.
 *
 * msgpack is prefix-coded, so all that is constant between two references, headers of arrays and
 * maps included, is one run of bytes to copy; a template without references is a single run. */
#ifndef LANGUAGE_TEMPLATE_FORM_H
#define LANGUAGE_TEMPLATE_FORM_H

#include "base/span.h"

struct jsonpath;
struct jsonpath_segment;

enum reference_root {
    REFERENCE_INPUT,  /* $.input... */
    REFERENCE_OUTPUT, /* $.steps.<name>.output... */
    REFERENCE_STATUS, /* $.steps.<name>.status */
    REFERENCE_REASON, /* $.reason... */
    REFERENCE_ITEM,   /* $.item... */
    REFERENCE_INDEX,  /* $.index */
    REFERENCE_ID,     /* $.saga.id */
    REFERENCE_EVENT,  /* $.event... */
};

struct reference {
    enum reference_root root;
    uint32_t step;                       /* of OUTPUT and STATUS */
    struct span name;                    /* of that step */
    const struct jsonpath_segment *rest; /* what is followed inside the root's value, or NULL */
    struct span written;                 /* "$.input.trip", for messages */
    struct span fallback;                /* msgpack: what a missing value is; empty = none */
    const struct jsonpath *many;         /* the query, when it may give many values; else NULL */
    const struct document *document;     /* what that query is evaluated on (document.h); or NULL */
};

/* What a reference found: a msgpack value, or text that is not packed yet. */
struct found {
    struct span value; /* empty: see text */
    struct span text;
    bool is_text;
};

/* A part of an interpolated string: literal text, or a reference. */
struct template_part {
    struct span text;
    const struct reference *reference; /* NULL: text */
};

enum template_kind {
    TEMPLATE_BYTES,     /* msgpack bytes, copied as they are */
    TEMPLATE_REFERENCE, /* the value that a reference finds */
    TEMPLATE_TEXT,      /* a str put together from parts */
};

struct template_piece {
    enum template_kind kind;
    uint32_t depth; /* of TEMPLATE_REFERENCE: arrays and maps around it */
    uint32_t part_count;
    struct span bytes;
    const struct reference *reference;
    const struct template_part *parts;
};

struct template
{
    const struct template_piece *pieces;
    uint32_t piece_count;
    uint64_t nodes; /* values and keys, each reference counted as one */
};

#endif
