/* arrivals.h - events that come from outside, and who waits to hear of them. */
#ifndef CORE_ARRIVALS_H
#define CORE_ARRIVALS_H

#include "base/limits.h"
#include "base/span.h"

struct arrival;
struct core;
struct inbox_done;
struct inbox_row;
struct request;
struct rows;

enum { IDENTITY_MAX = LIMIT_EVENT_SOURCE + LIMIT_EVENT_ID + 1 };

/* REQUEST_EVENT. */
void arrivals_ask(struct core *core, struct request *request);

/* The bytes that are the same for the same (source, id); into `bytes`, of IDENTITY_MAX. */
struct span arrivals_identity(const struct inbox_row *row, uint8_t *bytes);

/* Answers all who wait for the event's outcome, and forgets them. */
void arrivals_answer(struct arrival *arrival, const struct inbox_done *done);

/* The event's outcome among those of a batch; NULL: it is not there. */
const struct inbox_done *arrivals_find_done(const struct rows *rows, uint64_t number);

/* Answers `unavailable` to all who wait for the event's outcome, and frees it. */
void arrivals_dismiss(struct arrival *arrival);

#endif
