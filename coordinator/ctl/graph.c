/* graph.c - which format is printed by whom. */
#include "ctl/graph.h"

#include <stdlib.h>

#include "ctl/graph_draw.h"
#include "ctl/graph_text.h"

static const struct {
    const char *name;
    void (*print)(struct graph *graph);
} formats[GRAPH_COUNT] = {
    [GRAPH_TEXT] = {"text", graph_print_text},
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
