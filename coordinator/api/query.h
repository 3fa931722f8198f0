/* query.h - the arguments behind `?`, each checked before it is used. */
#ifndef API_QUERY_H
#define API_QUERY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

struct http_call;

struct query_bounds {
    uint64_t least;
    uint64_t most;
};

/* Are all arguments those of the route? Else a problem is answered: a name that is misspelt must
 * not be taken for one that was not given. */
bool query_check(struct http_call *call);

/* NULL when it was not given. */
const char *query_text(const struct http_call *call, const char *name);
/* What was given, into *value, which stays as it is when nothing was. False when a problem was
 * answered; the same holds for times. */
bool query_number(struct http_call *call, const char *name, struct query_bounds bounds,
                  uint64_t *value);
bool query_time(struct http_call *call, const char *name, int64_t *at_ms);
/* `cursor`, where the page before ended. It belongs to its path and its filter: one of another list
 * is refused. */
bool query_cursor(struct http_call *call, uint64_t *number);
/* The same of a list whose cursors are ids; borrowed from the call. */
bool query_cursor_id(struct http_call *call, struct span *id);
/* `next_cursor`, into the object that is open in the response: the page ended at this number ... */
void query_put_cursor(struct http_call *call, uint64_t number);
/* ... or at this id. */
void query_put_cursor_id(struct http_call *call, struct span id);
/* Answers that the argument is wrong; `what` it must be. Always false. */
bool query_refuse(struct http_call *call, const char *name, const char *what);

#endif
