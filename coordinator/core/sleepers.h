/* sleepers.h - loads sleeping sagas into memory a while before they are due. */
#ifndef CORE_SLEEPERS_H
#define CORE_SLEEPERS_H

#include <stdint.h>

struct core;

/* Loads some of the sleeping sagas that are due soon. */
void sleepers_load(struct core *core);

/* When sleepers_load() is to be called; INT64_MAX = not as things are. */
int64_t sleepers_due(const struct core *core);

/* To be called when the host's clock was set back: sagas that wait for a time of day are due later
 * now. */
void sleepers_set_back(struct core *core);

#endif
