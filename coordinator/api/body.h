/* body.h - a JSON body, read against a table of the keys that it may have.
 *
 * Everything that is wrong is listed, each with its JSON Pointer; a key that is not in the table is
 * wrong, and null is as good as absent, but for a value that may be anything. */
#ifndef API_BODY_H
#define API_BODY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

struct http_call;

enum body_form { BODY_TEXT, BODY_INT, BODY_BOOL, BODY_VALUE, BODY_TEXTS, BODY_TIME };

struct body_key {
    const char *name;
    enum body_form form;
    bool is_required;
    /* Where it goes: struct span (TEXT, VALUE), int64_t (INT, TIME), bool, struct body_texts. An
     * empty text that was given has data, one that was not has none. */
    void *place;
};

struct body_texts {
    const struct span *items; /* NULL: not given */
    uint32_t count;
};

/* What an INT that must be told from 0 is set to before the body is read; absent, it stays so. */
#define BODY_ABSENT INT64_MIN

/* The body as one msgpack value, in the arena. False when a problem was answered. */
bool body_value(struct http_call *call, struct span *value);
/* Reads the body as a map of these keys. An empty body is an empty map. False when a problem was
 * answered. */
bool body_read(struct http_call *call, const struct body_key *keys, uint32_t count);
/* Reads a map inside the body, which stands at `pointer`; what is wrong is noted, not answered. */
void body_read_inside(struct http_call *call, struct span value, const char *pointer,
                      const struct body_key *keys, uint32_t count);

/* A person's reason: required, not blank, at most LIMIT_REASON bytes. What is wrong is noted. */
void body_check_reason(struct http_call *call, struct span reason);

#endif
