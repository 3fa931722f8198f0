/* fan.h - fan-outs, which are steps with for_each that run once for each item of a list: starts the
 * items, ends the fan-out, undoes items. */
#ifndef ENGINE_KINDS_FAN_H
#define ENGINE_KINDS_FAN_H

#include <stdbool.h>

struct step;
struct turn;

/* Starts as many items as may run at once, and ends the fan-out after its last item. Returns true
 * when anything changed. */
bool fan_go_on(struct turn *turn, struct step *container);

/* Handles an item that does not send the saga back when it fails (on_item_failure: continue): the
 * item is undone alone, or left as it is; *changed is set if anything changed. Returns false when
 * the item is to be handled like any other step. */
bool fan_forgive(struct turn *turn, struct step *item, bool *changed);

/* In a saga that goes back: ends a fan-out of which no item runs any more, and settles one whose
 * items are all done. Returns true when anything changed. */
bool fan_bring_in(struct turn *turn, const struct step *container);

/* Sends undos of items, as many at once as may run. clear: all steps that depend on the fan-out are
 * done, so that its undos may begin. Returns true when anything changed. */
bool fan_undo(struct turn *turn, const struct step *container, bool clear);

/* The item that started last among those that are not done yet on the way back; NULL = all are
 * done. */
struct step *fan_latest(const struct step *container);

#endif
