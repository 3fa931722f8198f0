/* graph_draw.h - a graph for programs that draw. */
#ifndef CTL_GRAPH_DRAW_H
#define CTL_GRAPH_DRAW_H

#include "ctl/graph_lanes.h"

void graph_print_mermaid(struct graph *graph);
void graph_print_dot(struct graph *graph);

#endif
