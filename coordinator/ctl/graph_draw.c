/* graph_draw.c - the picture of a graph in two dialects: Mermaid's and Graphviz's.
 *
 * No letter of a name or an action needs an escape in either dialect. */
#include "ctl/graph_draw.h"

static const struct dialect {
    const char *before_name;
    const char *after_name;
    const char *undo; /* between the lanes */
    const char *link; /* between the lanes and the links from one to the other */
    const char *last;
    struct {
        const char *open;
        const char *close;
    } shapes[CLASS_COUNT];
    const char *line; /* ends a line of a label */
    const char *arrow;
    const char *arrow_end;
    const char *link_arrow;
    const char *link_end;
} mermaid = {.before_name = "---\ntitle: ",
             .after_name = "\n---\nflowchart TD\n  subgraph forward\n",
             .undo = "  end\n  subgraph undo\n",
             .link = "  end\n",
             .last = "",
             .shapes = {[CLASS_COMPENSATABLE] = {"[\"", "\"]"},
                        [CLASS_READONLY] = {"(\"", "\")"},
                        [CLASS_PIVOT] = {"{{\"", "\"}}"},
                        [CLASS_RETRIABLE] = {"([\"", "\"])"}},
             .line = "<br/>",
             .arrow = "-->",
             .arrow_end = "",
             .link_arrow = "-.->",
             .link_end = ""},
  dot = {.before_name = "digraph \"",
         .after_name = "\" {\n  subgraph cluster_forward {\n    label=\"forward\";\n",
         .undo = "  }\n  subgraph cluster_undo {\n    label=\"undo\";\n",
         .link = "  }\n",
         .last = "}\n",
         .shapes = {[CLASS_COMPENSATABLE] = {" [label=\"", "\", shape=box];"},
                    [CLASS_READONLY] = {" [label=\"", "\", shape=ellipse];"},
                    [CLASS_PIVOT] = {" [label=\"", "\", shape=hexagon];"},
                    [CLASS_RETRIABLE] = {" [label=\"", "\", shape=cds];"}},
         .line = "\\n",
         .arrow = "->",
         .arrow_end = ";",
         .link_arrow = "->",
         .link_end = " [style=dotted, constraint=false];"};

static void draw_node(const struct graph *graph, uint32_t index, bool back)
{
    const struct dialect *dialect = graph->dialect;
    const struct step_spec *step = graph_step(graph, index);
    enum step_class shape = back ? CLASS_COMPENSATABLE : step->step_class;
    char room[GRAPH_DEED];
    struct span action = back ? step->undo.action : graph_deed(step, room);
    const char *words = back ? "undo" : step_class_name(step->step_class);
    words = back && graph_only_by_person(step) ? "undo, only by a person" : words;
    fprintf(graph->out, "    %c%u%s%.*s%s%.*s%s%s%s%s\n", back ? 'u' : 's', index,
            dialect->shapes[shape].open, (int)step->name.size, (const char *)step->name.data,
            dialect->line, (int)action.size, (const char *)action.data, dialect->line, words,
            step->for_each && !back ? ", each item" : "", dialect->shapes[shape].close);
}

static void draw_undo_edge(struct graph *graph, uint32_t from, uint32_t to)
{
    fprintf(graph->out, "    u%u %s u%u%s\n", from, graph->dialect->arrow, to,
            graph->dialect->arrow_end);
}

static void draw_forward(struct graph *graph)
{
    const struct definition *definition = graph->definition;
    for (uint32_t i = 0; i < definition->step_count; i++) {
        draw_node(graph, i, false);
    }
    for (uint32_t i = 0; i < definition->step_count; i++) {
        for (uint32_t k = 0; k < graph_step(graph, i)->needs_count; k++) {
            fprintf(graph->out, "    s%u %s s%u%s\n", graph_step(graph, i)->needs[k],
                    graph->dialect->arrow, i, graph->dialect->arrow_end);
        }
    }
}

static void draw_back(struct graph *graph)
{
    const struct definition *definition = graph->definition;
    for (uint32_t i = 0; i < definition->step_count; i++) {
        if (graph_step(graph, i)->has_undo) {
            draw_node(graph, i, true);
        }
    }
    for (uint32_t i = 0; i < definition->step_count; i++) {
        if (graph_step(graph, i)->has_undo) {
            graph_undo_after(graph, i, draw_undo_edge);
        }
    }
}

static void draw(struct graph *graph, const struct dialect *dialect)
{
    struct span name = graph->definition->name;
    graph->dialect = dialect;
    fprintf(graph->out, "%s%.*s%s", dialect->before_name, (int)name.size, (const char *)name.data,
            dialect->after_name);
    draw_forward(graph);
    fputs(dialect->undo, graph->out);
    draw_back(graph);
    fputs(dialect->link, graph->out);
    for (uint32_t i = 0; i < graph->definition->step_count; i++) {
        if (graph_step(graph, i)->has_undo) {
            fprintf(graph->out, "  s%u %s u%u%s\n", i, dialect->link_arrow, i, dialect->link_end);
        }
    }
    fputs(dialect->last, graph->out);
}

void graph_print_mermaid(struct graph *graph)
{
    draw(graph, &mermaid);
}

void graph_print_dot(struct graph *graph)
{
    draw(graph, &dot);
}
