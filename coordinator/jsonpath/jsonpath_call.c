/* jsonpath_call.c - compiles calls of functions, and checks what they take and give. */
#include "jsonpath/jsonpath_call.h"

#include "jsonpath/jsonpath_literal.h"
#include "jsonpath/jsonpath_parser.h"
#include "jsonpath/jsonpath_query.h"

static const struct jsonpath_function functions[] = {
    {"length", FUNCTION_LENGTH, KIND_VALUE, 1, {KIND_VALUE}},
    {"count", FUNCTION_COUNT, KIND_VALUE, 1, {KIND_NODES}},
    {"match", FUNCTION_MATCH, KIND_LOGICAL, 2, {KIND_VALUE, KIND_VALUE}},
    {"search", FUNCTION_SEARCH, KIND_LOGICAL, 2, {KIND_VALUE, KIND_VALUE}},
    {"value", FUNCTION_VALUE, KIND_VALUE, 1, {KIND_NODES}},
};

/* Takes the name and the "(" right after it. */
static const struct jsonpath_function *read_function(struct jsonpath_parser *p)
{
    size_t first = p->at;
    int c = jsonpath_parser_peek(p);
    while ((c >= 'a' && c <= 'z') || (p->at > first && (c == '_' || (c >= '0' && c <= '9')))) {
        p->at++;
        c = jsonpath_parser_peek(p);
    }
    struct span name = {p->text.data + first, p->at - first};
    if (name.size == 0 || c != '(') {
        jsonpath_parser_refuse(p, first,
                               "a query with '$' or '@', a literal or a function must "
                               "stand here");
        return NULL;
    }
    p->at++;
    for (size_t i = 0; i < ARRAY_COUNT(functions); i++) {
        if (span_is(name, functions[i].text)) {
            return &functions[i];
        }
    }
    jsonpath_parser_refuse(p, first,
                           "there is no such function; there are length, count, match, "
                           "search and value");
    return NULL;
}

void jsonpath_call_needs_value(struct jsonpath_parser *p, const struct jsonpath_operand *operand,
                               size_t offset)
{
    if (jsonpath_parser_failed(p)) {
        return;
    }
    if (operand->kind == OPERAND_QUERY && !operand->query->is_singular) {
        jsonpath_parser_refuse(p, offset,
                               "one value is needed here, and this query may give "
                               "more; value(..) takes it if there is one");
    }
    if (operand->kind == OPERAND_CALL && operand->call->function->result != KIND_VALUE) {
        jsonpath_parser_refuse(p, offset,
                               "a value is needed here, and this function gives only "
                               "true or false for a condition");
    }
}

static void read_argument(struct jsonpath_parser *p, struct jsonpath_operand *argument,
                          enum jsonpath_kind kind)
{
    size_t offset = p->at;
    *argument = jsonpath_call_read_operand(p);
    if (jsonpath_parser_failed(p)) {
        return;
    }
    if (kind == KIND_VALUE) {
        jsonpath_call_needs_value(p, argument, offset);
    } else if (argument->kind != OPERAND_QUERY) {
        jsonpath_parser_refuse(p, offset, "this function takes a query");
    }
}

/* A pattern that is written out is compiled once, and refused here when it is wrong. */
static void keep_pattern(struct jsonpath_parser *p, struct jsonpath_call *call, size_t offset)
{
    struct regexp_room room;
    struct regexp regexp;
    const struct jsonpath_operand *pattern = &call->arguments[1];
    bool has_pattern =
        call->function->name == FUNCTION_MATCH || call->function->name == FUNCTION_SEARCH;
    if (!has_pattern || pattern->kind != OPERAND_LITERAL || mp_type(pattern->literal) != MP_STR) {
        return;
    }
    struct mp mp = mp_open(pattern->literal);
    const char *why = regexp_compile(mp_str(&mp), &room, &regexp);
    if (why) {
        jsonpath_parser_refuse(p, offset, why);
        return;
    }
    call->pattern = regexp_keep(&regexp, p->arena);
    p->no_memory |= !call->pattern;
}

/* After "(". */
static void read_arguments(struct jsonpath_parser *p, struct jsonpath_call *call)
{
    size_t offset = p->at;
    for (uint32_t i = 0; i < call->function->argument_count && !jsonpath_parser_failed(p); i++) {
        jsonpath_parser_blanks(p);
        if (i > 0 && !jsonpath_parser_takes(p, ",")) {
            jsonpath_parser_refuse(p, p->at, "',' and another argument must stand here");
        }
        jsonpath_parser_blanks(p);
        offset = p->at;
        read_argument(p, &call->arguments[i], call->function->arguments[i]);
    }
    jsonpath_parser_blanks(p);
    if (!jsonpath_parser_takes(p, ")")) {
        jsonpath_parser_refuse(p, p->at, "')' must stand here");
    }
    if (!jsonpath_parser_failed(p)) {
        keep_pattern(p, call, offset);
    }
}

/* Reads a call such as "length(@.a)", at its name; NULL when that failed. */
static const struct jsonpath_call *read_call(struct jsonpath_parser *p)
{
    struct jsonpath_call *call = jsonpath_parser_take(p, sizeof(*call));
    if (!call || !jsonpath_parser_enter(p)) {
        return NULL;
    }
    call->function = read_function(p);
    if (call->function) {
        read_arguments(p, call);
    }
    p->nesting--;
    return jsonpath_parser_failed(p) ? NULL : call;
}

struct jsonpath_operand jsonpath_call_read_operand(struct jsonpath_parser *p)
{
    struct jsonpath_operand operand = {.kind = OPERAND_LITERAL};
    int c = jsonpath_parser_peek(p);
    if (c == '$' || c == '@') {
        operand.kind = OPERAND_QUERY;
        operand.query = jsonpath_query_read(p);
    } else if (!jsonpath_literal_read(p, &operand.literal)) {
        operand.kind = OPERAND_CALL;
        operand.call = read_call(p);
    }
    return operand;
}
