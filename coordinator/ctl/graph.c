/* graph.c - a graph as text, for Mermaid and for Graphviz, and the command that prints it.
 *
 * An undo comes after those of the steps that needed its step. Steps without one are looked
 * through: of a, b, c in a row, b with nothing to undo, the undo of a comes after that of c. With
 * compensation_order: strict they stand in one row, in the inverse order of doing. */
#include "ctl/graph.h"

#include <stdlib.h>

#include "ctl/ctl.h"
#include "ctl/graph_lanes.h"
#include "ctl/lint.h"

/* Of the i-th from the end: the order in which undos are listed. */
static uint32_t nth_back(const struct graph *graph, uint32_t i)
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
    for (uint32_t i = 0; i < count && nth_back(graph, i) != index; i++) {
        uint32_t other = nth_back(graph, i);
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

/* ---- text ---- */

static size_t wider(size_t width, struct span text)
{
    return text.size > width ? text.size : width;
}

/* Pads, so that the next cell stands under those above it; width 0: it may be the last. */
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
        const struct step_spec *step = graph_step(graph, nth_back(graph, i));
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
            graph_undo_after(graph, nth_back(graph, i), print_after);
        }
        fputs("\n", graph->out);
    }
}

static void print_text(struct graph *graph)
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

/* ---- the formats, and the command ---- */

static const struct {
    const char *name;
    void (*print)(struct graph *graph);
} formats[GRAPH_COUNT] = {
    [GRAPH_TEXT] = {"text", print_text},
    [GRAPH_MERMAID] = {"mermaid", graph_print_mermaid},
    [GRAPH_DOT] = {"dot", graph_print_dot},
};

bool graph_format_parse(const char *name, enum graph_format *format)
{
    for (size_t i = 0; i < ARRAY_COUNT(formats); i++) {
        if (strcmp(formats[i].name, name) == 0) {
            *format = (enum graph_format)i;
            return true;
        }
    }
    return false;
}

bool graph_print(const struct definition *definition, enum graph_format format, FILE *out)
{
    struct graph graph = {.definition = definition, .out = out};
    graph.seen = calloc(definition->step_count, sizeof(*graph.seen));
    graph.to_see = calloc(definition->step_count + 1u, sizeof(*graph.to_see));
    bool good = graph.seen && graph.to_see;
    if (good) {
        formats[format].print(&graph);
    }
    free(graph.seen);
    free(graph.to_see);
    return good;
}

enum exit_code run_graph(const struct settings *settings, const struct arguments *arguments)
{
    struct lint lint;
    enum graph_format format = GRAPH_TEXT;
    if (settings->format && !graph_format_parse(settings->format, &format)) {
        fprintf(stderr, "sagactl: --format is text, mermaid or dot\n");
        return EXIT_USAGE;
    }
    enum exit_code code = EXIT_FAILED;
    if (lint_open(&lint, arguments->items[0]) != SAGA_OK) {
        lint_print(&lint, stdout);
    } else if (graph_print(lint.definition, format, stdout)) {
        code = EXIT_GOOD;
    }
    lint_close(&lint);
    return code;
}
