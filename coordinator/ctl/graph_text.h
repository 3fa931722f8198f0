/* graph_text.h - a graph for a terminal. */
#ifndef CTL_GRAPH_TEXT_H
#define CTL_GRAPH_TEXT_H

#include "ctl/graph_lanes.h"

void graph_print_text(struct graph *graph);

#endif
