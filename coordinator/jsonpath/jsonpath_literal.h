/* jsonpath_literal.h - reads literals: what a query is compared with, packed as msgpack. */
#ifndef JSONPATH_JSONPATH_LITERAL_H
#define JSONPATH_JSONPATH_LITERAL_H

#include "base/span.h"

struct jsonpath_parser;

/* A number, string, true, false or null; false when no literal stands here. Of one that is wrong a
 * problem is noted, and true is given. */
bool jsonpath_literal_read(struct jsonpath_parser *p, struct span *value);

#endif
