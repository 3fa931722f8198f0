/* trace.h - the W3C trace context that travels with every attempt. */
#ifndef ENGINE_TRACE_H
#define ENGINE_TRACE_H

#include "engine/saga.h"

/* Takes the trace id from the caller's traceparent, or makes one from the saga's name. */
void trace_begin(struct saga *saga);
/* The traceparent of an attempt, in the saga's arena; empty = no memory. */
struct span trace_parent(struct saga *saga, const struct attempt *attempt);

#endif
