/* answers.h - what a request is answered when its saga is looked at: now, or when it has settled.
 */
#ifndef CORE_ANSWERS_H
#define CORE_ANSWERS_H

#include "base/span.h"

struct core;
struct request;

/* Answers with what is durable of the saga now, or waits when the request wants that and the saga
 * has not settled. A saga whose start is on its way to the store may be waited for already. */
void answers_give(struct core *core, struct request *request, struct span name);

#endif
