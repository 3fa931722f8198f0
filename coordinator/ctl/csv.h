/* csv.h - a list as comma-separated values (RFC 4180). */
#ifndef CTL_CSV_H
#define CTL_CSV_H

#include <jansson.h>
#include <stddef.h>

/* A head, and a row for each item with the values of these keys; a value that is no text as JSON.
 */
void csv_print(const json_t *items, const char *const *columns, size_t count);

#endif
