/* stray.h - the undo of a late effect of an old key: see fold_past.c. */
#ifndef ENGINE_STRAY_H
#define ENGINE_STRAY_H

#include <stdbool.h>

struct turn;

/* stray.c: sends what undoes late effects of old keys; true = something changed. */
bool strays(struct turn *turn);

#endif
