/* drill_show.h - a drill as people read it. */
#ifndef CTL_DRILL_SHOW_H
#define CTL_DRILL_SHOW_H

#include <stdio.h>

#include "ctl/drill/drill.h"

/* The matrix, 108 columns wide, its legend, and all that is left. */
void drill_show(const struct drill *drill, FILE *out);

#endif
