/* graph_lanes.h - the two lanes of a graph: what is done, and the way back; private to graph*.c. */
#ifndef CTL_GRAPH_LANES_H
#define CTL_GRAPH_LANES_H

#include "base/limits.h"
#include "ctl/graph.h"

struct dialect;

struct graph {
    const struct definition *definition;
    FILE *out;
    bool *seen;                    /* scratch of graph_undo_after() */
    uint32_t *to_see;              /* scratch of graph_undo_after() */
    const struct dialect *dialect; /* graph_draw.c */
    int blanks;                    /* text: due before the next cell */
    uint32_t edge_count;           /* of the undo being printed, so far */
};

static inline const struct step_spec *graph_step(const struct graph *graph, uint32_t index)
{
    return &graph->definition->steps[index];
}

/* Does the step's undo serve reversals alone? Nothing else would ever ask for it. */
static inline bool graph_only_by_person(const struct step_spec *step)
{
    return step->step_class == CLASS_PIVOT || step->after_pivot;
}

enum { GRAPH_DEED = LIMIT_NAME + 8 };

/* What the step does: its action, the saga that it starts ("saga refund"), or its kind. */
struct span graph_deed(const struct step_spec *step, char room[GRAPH_DEED]);

/* The step whose undo is the i-th in the list of undos. */
uint32_t graph_nth_back(const struct graph *graph, uint32_t i);

typedef void (*graph_edge_fn)(struct graph *graph, uint32_t from, uint32_t to);
/* Calls fn(graph, other, index) for each step whose undo comes right before the undo of `index`, in
 * the order of the way back. */
void graph_undo_after(struct graph *graph, uint32_t index, graph_edge_fn fn);

#endif
