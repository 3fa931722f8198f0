/* jsonpath_compile.c - from a whole text to a query or condition. */
#include "jsonpath/jsonpath.h"

#include "jsonpath/jsonpath_parser.h"
#include "jsonpath/jsonpath_query.h"
#include "jsonpath/jsonpath_test.h"

static enum saga_error result(const struct jsonpath_parser *p, struct jsonpath_problem *problem)
{
    *problem = p->problem;
    if (p->no_memory) {
        return SAGA_NO_MEMORY;
    }
    return p->problem.sentence != NULL ? SAGA_INVALID : SAGA_OK;
}

enum saga_error jsonpath_compile_prefix(struct span text, struct arena *arena,
                                        const struct jsonpath **path, size_t *size,
                                        struct jsonpath_problem *problem)
{
    struct jsonpath_parser p = jsonpath_parser_open(text, arena);
    struct jsonpath *compiled = jsonpath_parser_take(&p, sizeof(*compiled));
    if (jsonpath_parser_peek(&p) != '$') {
        jsonpath_parser_refuse(&p, 0, "a query begins with '$'");
    }
    if (!jsonpath_parser_failed(&p)) {
        compiled->query = jsonpath_query_read(&p);
        compiled->queries = p.queries;
    }
    *path = jsonpath_parser_failed(&p) ? NULL : compiled;
    *size = p.at;
    return result(&p, problem);
}

enum saga_error jsonpath_compile(struct span text, struct arena *arena,
                                 const struct jsonpath **path, struct jsonpath_problem *problem)
{
    size_t size = 0;
    enum saga_error rc = jsonpath_compile_prefix(text, arena, path, &size, problem);
    if (rc == SAGA_OK && size < text.size) {
        *path = NULL;
        *problem = (struct jsonpath_problem){size, "'.' or '[' must stand here, or the end"};
        return SAGA_INVALID;
    }
    return rc;
}

enum saga_error jsonpath_compile_condition(struct span text, struct arena *arena,
                                           const struct jsonpath_condition **condition,
                                           struct jsonpath_problem *problem)
{
    struct jsonpath_parser p = jsonpath_parser_open(text, arena);
    struct jsonpath_condition *compiled = jsonpath_parser_take(&p, sizeof(*compiled));
    if (!jsonpath_parser_failed(&p)) {
        jsonpath_parser_blanks(&p);
        compiled->test = jsonpath_test_read(&p);
        compiled->queries = p.queries;
    }
    if (!jsonpath_parser_failed(&p) && p.at < text.size) {
        jsonpath_parser_refuse(&p, p.at, "'&&' or '||' must stand here, or the end");
    }
    *condition = jsonpath_parser_failed(&p) ? NULL : compiled;
    return result(&p, problem);
}
