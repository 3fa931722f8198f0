/* answers.h - answers a request with how its saga stands: at once, or when the saga has settled. */
#ifndef CORE_ANSWERS_H
#define CORE_ANSWERS_H

#include "base/span.h"

struct core;
struct request;

/* Answers a request with how the saga of this name stands, as far as that is durable. If the
 * request wants to wait and the saga has not settled, the answer comes when it has. A saga whose
 * start is on its way to the store may be waited for already. */
void answers_give(struct core *core, struct request *request, struct span name);

#endif
