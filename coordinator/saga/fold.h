/* fold.h - records make state: the only code that writes the durable part of a saga. */
#ifndef SAGA_FOLD_H
#define SAGA_FOLD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"

struct moment;
struct record;
struct saga;

/* Makes one record part of the state. In the files of the fold `at_ms` is the record's `at`, for
 * what people are shown; what durations are counted from is saga->moment.running_ms. The record's
 * values must live in the saga's arena. false: no memory, or (replay) a record that makes no sense
 * here; the saga is then good for nothing. */
MUST_CHECK bool fold(struct saga *saga, const struct record *record, const struct moment *moment);

#endif
