/* graph_lanes.c - what comes after what on the way back.
 *
 * The undo of a step comes after the undos of the steps that needed it. Steps without an undo are
 * looked through: of a, b, c in a row, b with nothing to undo, the undo of a comes after that of c.
 * With compensation_order: strict all undos stand in one row, in the inverse order of doing. */
#include "ctl/graph_lanes.h"

uint32_t graph_nth_back(const struct graph *graph, uint32_t i)
{
    return graph->definition->order[graph->definition->step_count - 1 - i];
}

void graph_undo_after(struct graph *graph, uint32_t index, graph_edge_fn fn)
{
    uint32_t count = graph->definition->step_count;
    uint32_t before = UINT32_MAX;
    uint32_t left = 1;
    graph->edge_count = 0;
    memset(graph->seen, 0, count * sizeof(*graph->seen));
    graph->to_see[0] = index;
    while (left > 0) {
        const struct step_spec *step = graph_step(graph, graph->to_see[--left]);
        for (uint32_t k = 0; k < step->needed_by_count; k++) {
            uint32_t next = step->needed_by[k];
            if (!graph->seen[next] && !graph_step(graph, next)->has_undo) {
                graph->to_see[left++] = next;
            }
            graph->seen[next] = true;
        }
    }
    for (uint32_t i = 0; i < count && graph_nth_back(graph, i) != index; i++) {
        uint32_t other = graph_nth_back(graph, i);
        bool has_undo = graph_step(graph, other)->has_undo;
        before = has_undo ? other : before;
        if (has_undo && graph->seen[other] && !graph->definition->strict) {
            fn(graph, other, index);
        }
    }
    if (graph->definition->strict && before != UINT32_MAX) {
        fn(graph, before, index);
    }
}

struct span graph_deed(const struct step_spec *step, char room[GRAPH_DEED])
{
    const char *kind = step_kind_name(step->kind);
    struct span child = step->child;
    if (step->action.action.size > 0) {
        return step->action.action;
    }
    int size = snprintf(room, GRAPH_DEED, "%s%s%.*s", kind, child.size > 0 ? " " : "",
                        (int)child.size, child.size > 0 ? (const char *)child.data : "");
    return span_of(room, (size_t)size);
}
