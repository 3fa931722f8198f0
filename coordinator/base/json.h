/* json.h - JSON text from and to msgpack values, and the canonical JSON of RFC 8785.
 *
 * Reading goes through jansson (json.c); printing is our own (json_print.c) and needs no library,
 * so that the engine may print. Numbers are printed as ECMAScript prints them, in every form:
 * 1.0 is "1", the shortest text that reads back as the same double. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/buf.h"
#include "base/check.h"
#include "base/error.h"
#include "base/span.h"

enum json_style {
    JSON_COMPACT_STYLE, /* one line, no spaces, keys in their own order */
    JSON_PRETTY_STYLE,  /* indented by 2, keys in their own order */
};

enum {
    JSON_NUMBER_SIZE = 32, /* bytes of the longest printed number, with its NUL */
    JSON_DIGITS_MAX = 400, /* bytes of a number that is read: 1e308 may be written out */
};

/* What is wrong with a text, and where. */
struct json_problem {
    char detail[160];
    uint32_t line;   /* from 1; 0 = not known */
    uint32_t column; /* from 1, in characters */
};

/* Reads one JSON text of at most LIMIT_MESSAGE_IN bytes and appends it to `out` as one msgpack
 * value of the data model (mp.h): it passes mp_check(). SAGA_BAD_MESSAGE: not JSON, a duplicate
 * key, a number beyond +-(2^53-1) or too deep: *problem says what. SAGA_TOO_LARGE: more bytes or
 * values than allowed, *problem set. SAGA_NO_MEMORY: for the text, or `out` is full. On error `out`
 * is as before. */
MUST_CHECK enum saga_error json_to_mp(struct span text, struct buf *out,
                                      struct json_problem *problem);

/* Appends a msgpack value as JSON. SAGA_BAD_MESSAGE when `value` is not one value of the data model
 * (of up to MP_SHOWN_DEPTH_MAX levels), SAGA_NO_MEMORY when `out` has failed; `out` is then as
 * before. Takes no memory but `out`'s. */
MUST_CHECK enum saga_error json_from_mp(struct span value, struct buf *out, enum json_style style);

/* The same in the canonical form of RFC 8785 (JCS): keys sorted by UTF-16 units. */
MUST_CHECK enum saga_error json_canonical(struct span value, struct buf *out);

/* The ECMAScript text of a finite double; gives its length. */
size_t json_number(double value, char text[JSON_NUMBER_SIZE]);
/* The double nearest to a number written as JSON has it; false when it is not finite, or longer
 * than JSON_DIGITS_MAX. */
MUST_CHECK bool json_number_read(struct span text, double *value);

#endif
