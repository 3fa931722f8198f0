/* definition_concurrency.h - `concurrency`: which sagas of a definition exclude each other. */
#ifndef LANGUAGE_DEFINITION_CONCURRENCY_H
#define LANGUAGE_DEFINITION_CONCURRENCY_H

#include "base/span.h"

struct compile;

/* Reads the map under `concurrency` into the definition; nothing when `value` is empty. */
void definition_concurrency_read(struct compile *c, struct span value);

#endif
