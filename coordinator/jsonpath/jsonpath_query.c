/* jsonpath_query.c - compiles queries: segments and their selectors. */
#include "jsonpath/jsonpath_query.h"

#include "base/utf8.h"
#include "jsonpath/jsonpath_parser.h"
#include "jsonpath/jsonpath_test.h"

static bool is_name_byte(int c, bool is_first)
{
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80) {
        return true;
    }
    return !is_first && c >= '0' && c <= '9';
}

/* "name", after its dot. */
static void read_name(struct jsonpath_parser *p, struct jsonpath_selector *selector)
{
    size_t first = p->at;
    bool ok = true;
    while (is_name_byte(jsonpath_parser_peek(p), p->at == first)) {
        p->at++;
    }
    if (p->at == first) {
        jsonpath_parser_refuse(p, first,
                               "a name must stand here; others than letters, digits "
                               "and '_' go into ['..']");
        return;
    }
    struct span name = {p->text.data + first, p->at - first};
    if (!utf8_is_valid(name)) {
        jsonpath_parser_refuse(p, first, "a name that is not UTF-8");
    }
    selector->kind = SELECTOR_NAME;
    selector->name = arena_copy(p->arena, name, &ok);
    p->no_memory |= !ok;
}

/* --- selectors -------------------------------------------------------------------------------- */

/* After the first ":" of a slice. */
static void read_slice(struct jsonpath_parser *p, struct jsonpath_selector *selector)
{
    struct jsonpath_slice *slice = &selector->slice;
    selector->kind = SELECTOR_SLICE;
    slice->step = 1;
    jsonpath_parser_blanks(p);
    int c = jsonpath_parser_peek(p);
    slice->has_end = c == '-' || (c >= '0' && c <= '9');
    if (slice->has_end) {
        slice->end = jsonpath_parser_integer(p);
        jsonpath_parser_blanks(p);
    }
    if (jsonpath_parser_takes(p, ":")) {
        jsonpath_parser_blanks(p);
        c = jsonpath_parser_peek(p);
        if (c == '-' || (c >= '0' && c <= '9')) {
            slice->step = jsonpath_parser_integer(p);
        }
    }
}

/* An index, or a slice. */
static void read_numbers(struct jsonpath_parser *p, struct jsonpath_selector *selector)
{
    if (jsonpath_parser_takes(p, ":")) {
        read_slice(p, selector);
        return;
    }
    selector->kind = SELECTOR_INDEX;
    selector->index = jsonpath_parser_integer(p);
    size_t end = p->at;
    jsonpath_parser_blanks(p);
    if (jsonpath_parser_takes(p, ":")) {
        selector->slice.first = selector->index;
        selector->slice.has_first = true;
        read_slice(p, selector);
        return;
    }
    p->at = end;
}

/* After "?". */
static void read_filter(struct jsonpath_parser *p, struct jsonpath_selector *selector)
{
    if (!jsonpath_parser_enter(p)) {
        return;
    }
    bool had_current = p->has_current;
    p->has_current = true;
    jsonpath_parser_blanks(p);
    selector->kind = SELECTOR_FILTER;
    selector->filter = jsonpath_test_read(p);
    p->has_current = had_current;
    p->nesting--;
}

static void read_selector(struct jsonpath_parser *p, struct jsonpath_selector *selector)
{
    int c = jsonpath_parser_peek(p);
    if (c == '\'' || c == '"') {
        selector->kind = SELECTOR_NAME;
        selector->name = jsonpath_parser_string(p);
    } else if (jsonpath_parser_takes(p, "*")) {
        selector->kind = SELECTOR_ALL;
    } else if (jsonpath_parser_takes(p, "?")) {
        read_filter(p, selector);
    } else {
        read_numbers(p, selector);
    }
}

/* What stands in brackets, after the opening one. */
static const struct jsonpath_selector *read_brackets(struct jsonpath_parser *p)
{
    const struct jsonpath_selector *first = NULL;
    const struct jsonpath_selector **link = &first;
    do {
        struct jsonpath_selector *selector = jsonpath_parser_take(p, sizeof(*selector));
        if (!selector) {
            break;
        }
        *link = selector;
        link = &selector->next;
        jsonpath_parser_blanks(p);
        read_selector(p, selector);
        jsonpath_parser_blanks(p);
    } while (jsonpath_parser_takes(p, ","));
    if (!jsonpath_parser_takes(p, "]")) {
        jsonpath_parser_refuse(p, p->at, "',' or ']' must stand here");
    }
    return first;
}

/* --- segments --------------------------------------------------------------------------------- */

/* After a dot or two, where no bracket stands: "*" or a name. */
static const struct jsonpath_selector *read_short(struct jsonpath_parser *p)
{
    struct jsonpath_selector *selector = jsonpath_parser_take(p, sizeof(*selector));
    if (!selector) {
        return NULL;
    }
    if (jsonpath_parser_takes(p, "*")) {
        selector->kind = SELECTOR_ALL;
    } else {
        read_name(p, selector);
    }
    return selector;
}

static struct jsonpath_segment *read_segment(struct jsonpath_parser *p)
{
    struct jsonpath_segment *segment = jsonpath_parser_take(p, sizeof(*segment));
    if (!segment) {
        return NULL;
    }
    segment->descends = jsonpath_parser_takes(p, "..");
    bool has_dot = segment->descends || jsonpath_parser_takes(p, ".");
    if ((segment->descends || !has_dot) && jsonpath_parser_takes(p, "[")) {
        segment->selectors = read_brackets(p);
    } else {
        segment->selectors = read_short(p);
    }
    return segment;
}

static bool is_singular(const struct jsonpath_segment *segment)
{
    const struct jsonpath_selector *selector = segment->selectors;
    return !segment->descends && !selector->next &&
           (selector->kind == SELECTOR_NAME || selector->kind == SELECTOR_INDEX);
}

const struct jsonpath_query *jsonpath_query_read(struct jsonpath_parser *p)
{
    int c = jsonpath_parser_peek(p);
    PRE(c == '$' || c == '@');
    struct jsonpath_query *query = jsonpath_parser_take(p, sizeof(*query));
    if (!query) {
        return NULL;
    }
    *query = (struct jsonpath_query){
        .is_singular = true, .is_relative = c == '@', .offset = p->at, .other = p->queries};
    if (query->is_relative && !p->has_current) {
        jsonpath_parser_refuse(p, p->at, "'@' means something only inside a filter");
    } else if (!query->is_relative) {
        p->queries = query;
    }
    const struct jsonpath_segment **link = &query->segments;
    p->at++;
    while (!jsonpath_parser_failed(p)) {
        size_t end = p->at;
        jsonpath_parser_blanks(p);
        c = jsonpath_parser_peek(p);
        if (c != '.' && c != '[') {
            p->at = end; /* the blanks are not the query's */
            break;
        }
        if (query->segment_count == JSONPATH_SEGMENTS_MAX) {
            jsonpath_parser_refuse(p, p->at, "the query has too many parts");
            break;
        }
        struct jsonpath_segment *segment = read_segment(p);
        if (jsonpath_parser_failed(p)) {
            break;
        }
        query->is_singular &= is_singular(segment);
        query->segment_count++;
        *link = segment;
        link = &segment->next;
    }
    query->size = p->at - query->offset;
    return jsonpath_parser_failed(p) ? NULL : query;
}
