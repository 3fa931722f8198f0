/* jsonpath_test.h - reads logical expressions: what stands in a filter, or is a condition. */
#ifndef JSONPATH_JSONPATH_TEST_H
#define JSONPATH_JSONPATH_TEST_H

struct jsonpath_parser;
struct jsonpath_test;

/* As much as belongs to the expression, as a tree of tests; NULL when that failed. */
const struct jsonpath_test *jsonpath_test_read(struct jsonpath_parser *p);

#endif
