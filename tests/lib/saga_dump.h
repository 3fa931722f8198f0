/* saga_dump.h - all that is durable of a saga, as bytes: equal bytes, equal state. */
#ifndef LIB_SAGA_DUMP_H
#define LIB_SAGA_DUMP_H

#include "base/buf.h"
#include "journal/saga_image.h"
#include "engine/state.h"

/* Overwrites `out`. What is volatile (saga.h) is left out. */
void saga_dump(const struct saga *saga, struct buf *out);

/* Folds the rows of the image anew: is the state the same as the live one? */
bool saga_equals_replay(const struct saga *live, const struct saga_image *image);

/* Would the next timer be the same if no step were at rest? */
bool saga_sleepers_owe_nothing(const struct engine *engine, struct saga *saga);

#endif
