/* fan.h - fan-outs at work: a collection becomes items, items become outputs or are undone. */
#ifndef ENGINE_KINDS_FAN_H
#define ENGINE_KINDS_FAN_H

#include <stdbool.h>

struct step;
struct turn;

/* Starts as many items as may run at once, and ends the fan-out after its last item; true =
 * something changed. */
bool fan_go_on(struct turn *turn, struct step *container);

/* Moves an item whose failure stays its own: it is undone alone, or left as it is (*changed).
 * false: the item is treated like any step. */
bool fan_forgive(struct turn *turn, struct step *item, bool *changed);

/* On the way back: what becomes of the fan-out itself; true = something changed. */
bool fan_bring_in(struct turn *turn, const struct step *container);

/* Undoes items, as many at once as may run; clear: the steps after the fan-out are done. true =
 * something changed. */
bool fan_undo(struct turn *turn, const struct step *container, bool clear);

/* Of the items that are not done, the one that started last; NULL = all are done. */
struct step *fan_latest(const struct step *container);

#endif
