/* plans.h - what would be done to a saga, before it is. */
#ifndef CTL_PLANS_H
#define CTL_PLANS_H

#include <jansson.h>

void plans_show_undo(const json_t *plan);
void plans_show_migration(const json_t *plan);

#endif
