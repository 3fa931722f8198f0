/* arrivals.h - takes in events that come from outside, and tells their senders what came of
 * them. */
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

/* Takes a REQUEST_EVENT: a new event goes to the store; of one that came before the outcome is
 * told. */
void arrivals_ask(struct core *core, struct request *request);

/* Writes the bytes that identify an event, the same for the same (source, id), into `bytes`, which
 * has IDENTITY_MAX. */
struct span arrivals_identity(const struct inbox_row *row, uint8_t *bytes);

/* Answers all requests that wait for the event's outcome, and takes them off its list. */
void arrivals_answer(struct arrival *arrival, const struct inbox_done *done);

/* Finds the outcome of the event with this number among those of a batch; NULL: the batch has
 * none. */
const struct inbox_done *arrivals_find_done(const struct rows *rows, uint64_t number);

/* Answers `unavailable` to all requests that wait for the event's outcome, and frees the
 * arrival. */
void arrivals_dismiss(struct arrival *arrival);

#endif
