/* saga_filter.h - the arguments of a list of sagas as a filter of the store. */
#ifndef API_SAGA_FILTER_H
#define API_SAGA_FILTER_H

#include <stdbool.h>

struct http_call;
struct store_filter;

/* Fills in the filter, its cursor too, but for its limit; what it refers to is borrowed from the
 * call. False when a problem was answered. The cursor of a list in the order of ids
 * (rows_go_by_name()) is an id, else it is a saga's number. */
bool saga_filter_read(struct http_call *call, struct store_filter *filter);

#endif
