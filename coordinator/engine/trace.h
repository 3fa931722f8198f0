/* trace.h - makes the W3C trace context (traceparent) that travels with every attempt. */
#ifndef ENGINE_TRACE_H
#define ENGINE_TRACE_H

#include <stdint.h>

struct attempt;
struct saga;
struct step;

/* Sets the trace id of a saga that begins or is loaded: from the caller's traceparent, else from
 * the saga's name. */
void trace_begin(struct saga *saga);
/* Writes the traceparent that is sent with the attempt: TRACE_PARENT_SIZE bytes to `text`. */
void trace_parent(const struct saga *saga, const struct attempt *attempt, uint8_t *text);

/* Writes the traceparent for the child saga that the step starts, by which the child belongs to the
 * trace of this saga. */
void trace_child(const struct saga *saga, const struct step *step, uint8_t *text);

#endif
