/* definition_place.h - where the steps of a definition stand in its document, for messages. */
#ifndef LANGUAGE_DEFINITION_PLACE_H
#define LANGUAGE_DEFINITION_PLACE_H

#include "reading/reading.h"

struct compile;

/* Goes to /steps/<step>; reading_leave() comes back. */
struct place definition_place_enter(struct compile *c, uint32_t step);

/* Goes to /steps/<step>/compensate; reading_leave() comes back. */
struct place definition_place_enter_undo(struct compile *c, uint32_t step);

#endif
