/* graph_text.c - a graph for a terminal: a line a step, what is done above what is undone. */
#include "ctl/graph_text.h"

static size_t wider(size_t width, struct span text)
{
    return text.size > width ? text.size : width;
}

/* Pads the text to the width, so that cells stand in columns; width 0 for the last of a line. */
static void print_cell(const struct graph *graph, struct span text, size_t width)
{
    fprintf(graph->out, "  %.*s%*s", (int)text.size, (const char *)text.data,
            (int)(width > text.size ? width - text.size : 0), "");
}

static void print_after(struct graph *graph, uint32_t from, uint32_t to)
{
    struct span name = graph_step(graph, from)->name;
    if (graph->edge_count++ == 0) {
        fprintf(graph->out, "%*s  after ", graph->blanks, "");
    } else {
        fputs(", ", graph->out);
    }
    fprintf(graph->out, "%.*s", (int)name.size, (const char *)name.data);
    MAYBE(to == 0);
}

static void print_forward(const struct graph *graph, size_t name_width, size_t action_width)
{
    fprintf(graph->out, "\ndo, from the top: a step starts when all that it needs is done\n");
    for (uint32_t i = 0; i < graph->definition->step_count; i++) {
        const struct step_spec *step = graph_step(graph, graph->definition->order[i]);
        const char *class_name = step_class_name(step->step_class);
        char room[GRAPH_DEED];
        print_cell(graph, step->name, name_width);
        print_cell(graph, graph_deed(step, room), action_width);
        bool has_more = step->needs_count > 0 || step->for_each;
        fprintf(graph->out, has_more ? "  %-13s" : "  %s", class_name);
        for (uint32_t k = 0; k < step->needs_count; k++) {
            struct span name = graph_step(graph, step->needs[k])->name;
            fprintf(graph->out, "%s%.*s", k == 0 ? "  needs " : ", ", (int)name.size,
                    (const char *)name.data);
        }
        if (step->for_each) {
            fprintf(graph->out, "  for each item, %u at once", step->parallel_max);
        }
        fputs("\n", graph->out);
    }
}

static void print_back(struct graph *graph, size_t name_width, size_t action_width)
{
    fprintf(graph->out,
            "\nundo, from the top%s: an undo starts when those it comes after are done\n",
            graph->definition->strict ? ", one at a time" : "");
    for (uint32_t i = 0; i < graph->definition->step_count; i++) {
        const struct step_spec *step = graph_step(graph, graph_nth_back(graph, i));
        bool readonly = step->step_class == CLASS_READONLY;
        struct span nothing = span_text(readonly ? "(nothing)" : "(irrevocable)");
        struct span action = step->has_undo ? step->undo.action : nothing;
        print_cell(graph, step->name, name_width);
        print_cell(graph, action, 0);
        graph->blanks = (int)(action_width - action.size);
        if (step->has_undo && graph_only_by_person(step)) {
            fprintf(graph->out, "%*s  only by a person", graph->blanks, "");
            graph->blanks = 0;
        }
        if (step->has_undo) {
            graph_undo_after(graph, graph_nth_back(graph, i), print_after);
        }
        fputs("\n", graph->out);
    }
}

void graph_print_text(struct graph *graph)
{
    struct span name = graph->definition->name;
    size_t name_width = 0;
    size_t action_width = sizeof("(irrevocable)") - 1;
    for (uint32_t i = 0; i < graph->definition->step_count; i++) {
        const struct step_spec *step = graph_step(graph, i);
        char room[GRAPH_DEED];
        name_width = wider(name_width, step->name);
        action_width = wider(action_width, graph_deed(step, room));
        action_width = step->has_undo ? wider(action_width, step->undo.action) : action_width;
    }
    fprintf(graph->out, "%.*s\n", (int)name.size, (const char *)name.data);
    print_forward(graph, name_width, action_width);
    print_back(graph, name_width, action_width);
}
