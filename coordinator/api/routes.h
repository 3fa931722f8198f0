/* routes.h - the table of routes: which method of which path is whose, and who handles it.
 *
 * The OpenAPI document, the roles in docs/operations/http.md and their tests are checked against
 * this table. */
#ifndef API_ROUTES_H
#define API_ROUTES_H

#include "base/tokens.h"

struct http_call;
typedef void (*http_call_fn)(struct http_call *call);

enum { ROUTES_PARTS_MAX = 3, ROUTES_ALLOW_SIZE = 32 };

/* Where a route is handled: see handle.c. */
enum route_lane {
    ROUTE_HERE,   /* it takes no time and reads nothing */
    ROUTE_READS,  /* it reads the store, or takes long */
    ROUTE_ASKS,   /* it asks the loop, then reads the store */
    ROUTE_WRITES, /* it is read from the body and posted */
};

struct route {
    const char *method;
    const char *path; /* `{}` stands for one part of it */
    enum role role;   /* who may, at least */
    enum route_lane lane;
    const char *query;   /* names of the arguments that may stand behind `?`, separated by spaces */
    http_call_fn handle; /* answers, or posts */
    http_call_fn reply;  /* after a post: answers; NULL = the route never posts */
};

/* What a path and a method name. */
struct target {
    const struct route *route;           /* NULL = nothing */
    struct span parts[ROUTES_PARTS_MAX]; /* what stood for `{}`, borrowed from the path */
    char allow[ROUTES_ALLOW_SIZE]; /* no route: the methods that the path takes; empty = no path */
};

void routes_find(const char *method, const char *path, struct target *target);
/* All of them, for tests; NULL at the end. */
const struct route *routes_at(uint32_t index);

#endif
