/* jsonpath_walk.h - walks through what a query selects, for queries inside filters too. */
#ifndef JSONPATH_JSONPATH_WALK_H
#define JSONPATH_JSONPATH_WALK_H

#include "base/span.h"

struct jsonpath_query;
struct jsonpath_run;
struct jsonpath_walk;

/* As jsonpath_open(), for any query; `current` is what "@" stands for. */
void jsonpath_walk_open(struct jsonpath_walk *walk, struct jsonpath_run *run,
                        const struct jsonpath_query *query, struct span current);

#endif
