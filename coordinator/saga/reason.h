/* reason.h - why a saga goes back, as expressions of the definition see the reason. */
#ifndef SAGA_REASON_H
#define SAGA_REASON_H

#include "base/span.h"

struct record;
struct saga;

/* Packs why the saga goes back, as expressions of the definition see it: {code, message, step?,
 * actor?}, from a record, in the saga's arena; empty = no memory. */
struct span saga_pack_reason(struct saga *saga, const struct record *record);

/* Reads one text out of the saga's reason for going back, by its key; empty = the saga has no
 * reason, or the reason no such text. */
struct span saga_reason_text(const struct saga *saga, const char *key);

#endif
