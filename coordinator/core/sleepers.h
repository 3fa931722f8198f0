/* sleepers.h - sagas that sleep come back a while before their time. */
#ifndef CORE_SLEEPERS_H
#define CORE_SLEEPERS_H

#include <stdint.h>

struct core;

/* Loads some of the sleeping sagas that are due soon. */
void sleepers_load(struct core *core);

/* When sleepers_load() has something to do; INT64_MAX = not. */
int64_t sleepers_due(const struct core *core);

/* The host's clock was set back. */
void sleepers_set_back(struct core *core);

#endif
