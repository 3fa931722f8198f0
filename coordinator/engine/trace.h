/* trace.h - the W3C trace context that travels with every attempt. */
#ifndef ENGINE_TRACE_H
#define ENGINE_TRACE_H

#include <stdint.h>

struct attempt;
struct saga;
struct step;

/* The trace id of a saga that begins or is loaded: from the caller's traceparent, else made of
 * the saga's name. */
void trace_begin(struct saga *saga);
/* Writes the traceparent of an attempt: TRACE_PARENT_SIZE bytes. */
void trace_parent(const struct saga *saga, const struct attempt *attempt, uint8_t *text);

/* The traceparent of the child that a step starts, which then is a span of the saga's trace. */
void trace_child(const struct saga *saga, const struct step *step, uint8_t *text);

#endif
