/* verbs.h - what operators ask for: checked against the state, written down, then done. */
#ifndef ENGINE_VERBS_H
#define ENGINE_VERBS_H

#include "base/error.h"

struct turn;
struct verb_request;

enum saga_error verb_do(struct turn *turn, const struct verb_request *verb, const char **why);

#endif
