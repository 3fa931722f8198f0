/* skip.h - steps that are left out: because their condition does not hold, or a person says so. */
#ifndef ENGINE_SKIP_H
#define ENGINE_SKIP_H

#include "base/error.h"

struct turn;
struct verb_request;

enum saga_error skip_do(struct turn *turn, const struct verb_request *verb, const char **why);

#endif
