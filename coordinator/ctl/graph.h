/* graph.h - a definition drawn: the steps as they are done, and the way back. */
#ifndef CTL_GRAPH_H
#define CTL_GRAPH_H

#include <stdio.h>

#include "base/check.h"
#include "language/definition.h"

enum graph_format { GRAPH_TEXT, GRAPH_MERMAID, GRAPH_DOT, GRAPH_COUNT };

/* "text", "mermaid", "dot"; false for any other name. */
MUST_CHECK bool graph_format_parse(const char *name, enum graph_format *format);

/* false: no memory. */
MUST_CHECK bool graph_print(const struct definition *definition, enum graph_format format,
                            FILE *out);

#endif
