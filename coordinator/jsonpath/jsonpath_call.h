/* jsonpath_call.h - reads what may be compared, or given to a function: literals, queries and
 * calls. */
#ifndef JSONPATH_JSONPATH_CALL_H
#define JSONPATH_JSONPATH_CALL_H

#include "jsonpath/jsonpath_form.h"

struct jsonpath_parser;

/* A literal, query or call. */
struct jsonpath_operand jsonpath_call_read_operand(struct jsonpath_parser *p);
/* Refuses an operand, read at `offset`, that gives no single value. */
void jsonpath_call_needs_value(struct jsonpath_parser *p, const struct jsonpath_operand *operand,
                               size_t offset);

#endif
