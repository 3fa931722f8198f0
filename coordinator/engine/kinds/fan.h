/* fan.h - fan-outs at work: a collection becomes items, items become outputs or are undone. */
#ifndef ENGINE_KINDS_FAN_H
#define ENGINE_KINDS_FAN_H

#include <stdbool.h>

struct step;
struct turn;

/* Starts what has its turn, and ends the fan-out after its last item; true = something changed. */
bool fan_go_on(struct turn *turn, struct step *container);

/* An item whose failure stays its own; false: the item is like any step now. */
bool fan_forgive(struct turn *turn, struct step *item, bool *changed);

/* On the way back: what becomes of the container itself. */
bool fan_bring_in(struct turn *turn, const struct step *container);

/* Undoes items, as many at once as may be; clear: those after the container are done. */
bool fan_undo(struct turn *turn, const struct step *container, bool clear);

/* The item that started last of those not done; NULL = all are. */
struct step *fan_latest(const struct step *container);

#endif
