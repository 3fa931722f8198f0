/* condition_key.h - what a wait's condition already knows of its event. */
#ifndef LANGUAGE_CONDITION_KEY_H
#define LANGUAGE_CONDITION_KEY_H

#include <stdbool.h>

struct condition;
struct found;
struct scope;
struct span;

/* When the condition holds only for events with a certain value at a certain place, as
 * "$.event.data.order == $.input.order && ..." does: *path is that place, "$.event.data.order",
 * borrowed from the condition, and *value what must stand there, from the scope or the condition.
 * false: the condition names no such place, or the scope has no value for it. */
bool condition_key(const struct condition *condition, const struct scope *scope, struct span *path,
                   struct found *value);

#endif
