/* name.h - the names of a saga: its id, the keys of requests, and tokens. */
#ifndef ENGINE_NAME_H
#define ENGINE_NAME_H

#include "base/check.h"
#include "base/span.h"
#include "journal/row.h"

struct turn;

/* Gives the saga a name (row.h), with this turn; digest: of the request, NULL: zeroes. false =
 * no memory. */
MUST_CHECK bool turn_name(struct turn *turn, struct span text, const uint8_t *digest);

/* The name (row.h) under which the saga is found whose task of this token was answered `later`. */
struct span engine_token_name(const uint8_t token[TOKEN_SIZE], char name[NAME_TOKEN_SIZE + 1]);

#endif
