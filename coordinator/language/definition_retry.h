/* definition_retry.h - retry policies and time-outs: the defaults, and what is written over. */
#ifndef LANGUAGE_DEFINITION_RETRY_H
#define LANGUAGE_DEFINITION_RETRY_H

#include "base/span.h"

struct compile;
struct retry_policy;
struct timeouts;

/* Overwrite in a policy, or in time-outs, what `retry` or `timeout` says; what a problem was noted
 * of stays as it was. */
void definition_retry_read(struct compile *c, struct span retry, struct retry_policy *policy);
void definition_retry_timeouts(struct compile *c, struct span timeout, struct timeouts *timeouts);

/* Sets the compiler's defaults: ours, and over them what the definition's `defaults` say. */
void definition_retry_defaults(struct compile *c, struct span defaults);

#endif
