/* drill_json.h - a drill as programs read it. */
#ifndef CTL_DRILL_JSON_H
#define CTL_DRILL_JSON_H

#include <jansson.h>

#include "ctl/drill/drill.h"

/* To be given back. */
json_t *drill_json(const struct drill *drill);

#endif
