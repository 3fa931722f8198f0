/* jsonpath_query.h - reads queries, where a text or a filter has one. */
#ifndef JSONPATH_JSONPATH_QUERY_H
#define JSONPATH_JSONPATH_QUERY_H

struct jsonpath_parser;
struct jsonpath_query;

/* A query from its "$" or "@" on, as long as segments follow; NULL when that failed. */
const struct jsonpath_query *jsonpath_query_read(struct jsonpath_parser *p);

#endif
