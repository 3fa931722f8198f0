/* rows.h - what both stores ask of a batch before they take it. */
#ifndef STORE_ROWS_H
#define STORE_ROWS_H

#include "journal/row.h"
#include "store/store.h"

/* Asserts what only a bug of the engine could break: positions are gapless after last_lsn, chains
 * point back, new sagas come with their first row and their name. Counts can be empty. */
void rows_check(const struct rows *rows, uint64_t last_lsn);

/* The external id of a saga that is new in this batch. *at is a hint where to look first, and set
 * to where the next name probably is; start with 0. {NULL, 0} when the batch does not name the
 * saga. */
struct span rows_saga_name(const struct rows *rows, uint64_t saga, uint32_t *at);

/* Does the text begin with the prefix? An empty prefix is the beginning of every text. */
bool rows_has_prefix(struct span text, struct span prefix);

/* Does the saga match all that the filter asks of its head, its cursor included? */
bool rows_head_matches(const struct head *head, const struct store_filter *filter);

/* Is the list in the order of names? It is when the filter asks for a prefix and nothing else. */
bool rows_go_by_name(const struct store_filter *filter);

/* When a sleeping saga wakes by itself on this one of the two clocks, in ms, as its head says; 0 =
 * this clock never wakes it. */
int64_t rows_due_ms(const struct head *head, enum timeline timeline);

/* Must list_due show this saga, which is the next one in the order of due times? If so, moves the
 * place in *due on to the saga and counts the limit down; else sets due->next_ms to the time at
 * which the saga is due. */
bool rows_due_takes(struct store_due *due, int64_t due_ms, uint64_t saga);

#endif
