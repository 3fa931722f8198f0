/* form.h - one way to write an answer, in two forms: JSON for HTTP, msgpack for the wire.
 *
 * The shapes (shape.h) are written once, against this. The forms differ where the contracts do:
 * times are RFC 3339 text in JSON and integer ms on the wire, money is decimal USD in JSON and
 * integer micro-USD on the wire. Writers do not check each write; the buffer remembers. */
#ifndef API_FORM_H
#define API_FORM_H

#include "base/buf.h"

enum form_kind {
    FORM_JSON,
    FORM_WIRE,
};

enum { FORM_DEPTH = 8 }; /* open maps and arrays of our own; users' values nest apart */

struct form_level {
    size_t at;      /* wire: where the count is patched in */
    uint32_t count; /* entries so far */
    bool is_map;
};

struct form {
    struct buf *out; /* borrowed */
    enum form_kind kind;
    uint32_t depth; /* open levels; level 0 is the bare top */
    struct form_level levels[FORM_DEPTH];
    struct buf scratch; /* a text on its way to JSON */
};

void form_open(struct form *form, struct buf *out, enum form_kind kind);
/* Gives the scratch memory back; what was written stays with its owner. */
void form_close(struct form *form);
/* Entries written at the bare top: what a wire message has to count in. */
uint32_t form_count(const struct form *form);

/* key is NULL inside an array and at JSON's top. */
void form_map(struct form *form, const char *key);
void form_array(struct form *form, const char *key);
void form_end(struct form *form);

void form_bool(struct form *form, const char *key, bool value);
void form_uint(struct form *form, const char *key, uint64_t value);
void form_text(struct form *form, const char *key, const char *text);
void form_str(struct form *form, const char *key, struct span text);
/* Nothing is written for an empty text. */
void form_str_if(struct form *form, const char *key, struct span text);
/* A user's value, msgpack; empty is null. */
void form_value(struct form *form, const char *key, struct span value);
/* Canonical JSON as it is kept; JSON form only. */
void form_raw(struct form *form, const char *key, struct span json);
/* Nothing is written for 0. */
void form_time(struct form *form, const char *key, int64_t at_ms);
/* `cost_usd`, on the wire `cost_usd_micros`. */
void form_cost(struct form *form, int64_t micros);

#endif
