/* reading_values.h - the typed reading of single values. */
#ifndef READING_READING_VALUES_H
#define READING_READING_VALUES_H

#include "base/span.h"

struct reading;

/* Notes that the value of `key` must be `expected`, not what it is; always false. */
bool reading_refuse(struct reading *r, const char *key, struct span value, const char *expected);

/* Each reads the value of `key` into its target, or notes the problem and gives false. Absent:
 * true, target untouched. */
bool reading_text(struct reading *r, const char *key, struct span value, struct span *text);
bool reading_action(struct reading *r, const char *key, struct span value, struct span *action);
bool reading_flag(struct reading *r, const char *key, struct span value, bool *flag);
/* A whole number from 0 (or 1) to a million. */
bool reading_count(struct reading *r, const char *key, struct span value, uint32_t *count);
/* A number of at least `range.min` and at most `range.max`. */
struct range {
    double min;
    double max;
};
bool reading_number(struct reading *r, const char *key, struct span value, struct range range,
                    double *number);
/* US dollars with at most 6 places, more than 0, as micro-USD. */
bool reading_money(struct reading *r, const char *key, struct span value, int64_t *micros);
bool reading_duration(struct reading *r, const char *key, struct span value, int64_t *ms);
/* The same, but zero is refused. */
bool reading_duration_positive(struct reading *r, const char *key, struct span value, int64_t *ms);
/* One of the words of a list that ends with NULL; *choice is its index. */
bool reading_choice(struct reading *r, const char *key, struct span value,
                    const char *const words[], uint32_t *choice);

#endif
