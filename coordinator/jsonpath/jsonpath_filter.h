/* jsonpath_filter.h - decides tests: what stands in filters and conditions. */
#ifndef JSONPATH_JSONPATH_FILTER_H
#define JSONPATH_JSONPATH_FILTER_H

#include "base/span.h"

struct jsonpath_run;
struct jsonpath_test;

/* Does the test hold, with `current` as "@"? False when the run is spent. */
bool jsonpath_filter_holds(struct jsonpath_run *run, const struct jsonpath_test *test,
                           struct span current);

#endif
