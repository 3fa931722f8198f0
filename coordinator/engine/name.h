/* name.h - the names by which the store finds a saga: its id, the idempotency keys of requests, and
 * tokens of attempts. */
#ifndef ENGINE_NAME_H
#define ENGINE_NAME_H

#include "base/check.h"
#include "base/span.h"
#include "journal/row.h"

struct turn;

/* Adds a row with another name (row.h) for the saga to the turn's batch. digest: of the request
 * that had this name, so that a repeated request is known; NULL: zeroes. Returns false when memory
 * runs out. */
MUST_CHECK bool turn_name(struct turn *turn, struct span text, const uint8_t *digest);

/* Writes the name (row.h) under which the store finds a saga by the token of one of its attempts;
 * used for attempts that were answered `later`. */
struct span engine_token_name(const uint8_t token[TOKEN_SIZE], char name[NAME_TOKEN_SIZE + 1]);

#endif
