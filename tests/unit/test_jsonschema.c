/* test_jsonschema.c - what a schema says of values, in which words and where; bad schemas.
 *
 * Single quotes stand for double ones. Seen to fail: without the reset of `matched` in
 * try_members(), with minContains read as 1, without is_endless(), and without give_up() in
 * jsonschema_pay() (the tree of references then takes minutes). */
#include <criterion/criterion.h>
#include <stdio.h>

#include "base/json.h"
#include "jsonschema/jsonschema.h"
#include "base/arena.h"
#include "language/definition_draft.h"
#include "reading/problem.h"

enum { ROOM = 8 * 1024 * 1024 };

struct fixture {
    struct arena arena;
    struct reading c;
};

static void put(struct buf *out, const char *text)
{
    struct json_problem problem = {.line = 0};
    char json[4096];
    size_t size = strlen(text);
    cr_assert(size < sizeof(json));
    for (size_t i = 0; i <= size; i++) {
        json[i] = text[i] == '\'' ? '"' : text[i];
    }
    buf_open(out, ROOM);
    cr_assert_eq(json_to_mp(span_of(json, size), out, &problem), SAGA_OK, "%s: %s", json,
                 problem.detail);
}

static const struct jsonschema *compile(struct fixture *f, const char *text)
{
    struct buf document;
    f->c = (struct reading){.arena = &f->arena};
    arena_open(&f->arena, &arena_heap, ROOM);
    arena_open(&f->c.scratch, &arena_heap, ROOM);
    put(&document, text);
    const struct jsonschema *schema = jsonschema_compile(&f->c, buf_span(&document));
    buf_close(&document);
    return schema;
}

static void end(struct fixture *f)
{
    arena_close(&f->c.scratch);
    arena_close(&f->arena);
}

/* All problems, "pointer: detail" each, with "; " between. */
static void tell(const struct jsonschema_report *report, char *text, size_t size)
{
    text[0] = '\0';
    for (uint32_t i = 0; i < report->count; i++) {
        size_t at = strlen(text);
        snprintf(text + at, size - at, "%s%s: %s", i > 0 ? "; " : "", report->problems[i].pointer,
                 report->problems[i].detail);
    }
}

static const struct {
    const char *schema;
    const char *value;
    const char *expected; /* "" = it is valid */
} cases[] = {
    {"true", "7", ""},
    {"false", "7", ": must not be there"},
    {"{'type':'string'}", "7", ": must be text, not a number"},
    {"{'type':['string','null']}", "7", ": must be null or text, not a number"},
    {"{'type':'integer'}", "7.0", ""},
    {"{'type':'integer'}", "7.5", ": must be a whole number, not a number"},
    {"{'type':'number'}", "7", ""},
    {"{'minimum':3}", "2", ": must be at least 3"},
    {"{'maximum':0.1}", "2", ": must be at most 0.1"},
    {"{'exclusiveMaximum':3}", "3", ": must be less than 3"},
    {"{'multipleOf':0.01}", "19.99", ""},
    {"{'multipleOf':0.01}", "19.999", ": must be a multiple of 0.01"},
    {"{'multipleOf':2}", "9007199254740991", ": must be a multiple of 2"},
    {"{'minLength':2}", "'\xc3\xa4'", ": must have at least 2 characters, not 1"},
    {"{'enum':['a','b']}", "'c'", ": must be one of the 2 values that the schema lists"},
    {"{'const':{'a':1}}", "{'a':1.0}", ""},
    {"{'const':1}", "true", ": must be the one value that the schema gives"},
    {"{'required':['a','b']}", "{}", ": needs the property 'a'; : needs the property 'b'"},
    {"{'properties':{'a':{'type':'string'},'b':{'type':'null'}}}", "{'a':1,'b':2}",
     "/a: must be text, not a number; /b: must be null, not a number"},
    {"{'properties':{'a/b':{'properties':{'c~d':{'type':'null'}}}}}", "{'a/b':{'c~d':1}}",
     "/a~1b/c~0d: must be null, not a number"},
    {"{'properties':{'a':true},'additionalProperties':false}", "{'a':1,'b':2,'c':3}",
     "/b: must not be there; /c: must not be there"},
    {"{'patternProperties':{'^x_':{'type':'string'}},'additionalProperties':false}",
     "{'x_1':'a','y':'b'}", "/y: must not be there"},
    {"{'propertyNames':{'maxLength':2}}", "{'ab':1,'abc':2}",
     "/abc: must have at most 2 characters, not 3"},
    {"{'dependentRequired':{'card':['name']}}", "{'card':1}", ": needs the property 'name'"},
    {"{'dependentSchemas':{'card':{'required':['name']}}}", "{'card':1}",
     ": needs the property 'name'"},
    {"{'dependentSchemas':{'card':{'required':['name']}}}", "{'cash':1}", ""},
    {"{'items':{'type':'string'}}", "['a',1,2]",
     "/1: must be text, not a number; /2: must be text, not a number"},
    {"{'prefixItems':[{'type':'string'}],'items':{'type':'null'}}", "['a',1]",
     "/1: must be null, not a number"},
    {"{'prefixItems':[{'type':'string'}],'items':false}", "['a']", ""},
    {"{'uniqueItems':true}", "[1,{'a':1},{'a':1.0}]",
     ": must have no item twice: 1 and 2 are alike"},
    {"{'contains':{'type':'string'}}", "[1,2]",
     ": has too few items of those that it must contain"},
    {"{'contains':{'type':'string'},'minContains':0}", "[1,2]", ""},
    {"{'contains':{'type':'string'},'maxContains':1}", "['a','b']",
     ": has too many items of those that it may contain"},
    {"{'contains':{'type':'string'},'items':{'maxLength':1}}", "[1,'aa']",
     "/1: must have at most 1 characters, not 2"},
    {"{'anyOf':[{'type':'string'},{'minimum':3}]}", "2", ": matches none of the schemas in anyOf"},
    {"{'oneOf':[{'minimum':1},{'minimum':2}]}", "2",
     ": matches more than one of the schemas in oneOf"},
    {"{'not':{'type':'string'}}", "'a'", ": matches the schema in not"},
    {"{'if':{'properties':{'k':{'const':'card'}}},'then':{'required':['no']},"
     "'else':{'required':['iban']}}",
     "{'k':'card'}", ": needs the property 'no'"},
    {"{'if':{'properties':{'k':{'const':'card'}}},'then':{'required':['no']},"
     "'else':{'required':['iban']}}",
     "{'k':'wire'}", ": needs the property 'iban'"},
    {"{'then':false}", "1", ""},
    {"{'$ref':'#/$defs/money','minimum':5,'$defs':{'money':{'type':'number'}}}", "4",
     ": must be at least 5"},
    {"{'properties':{'next':{'$ref':'#'}},'required':['v']}", "{'v':1,'next':{'next':{'v':1}}}",
     "/next: needs the property 'v'"},
    {"{'pattern':'^\\\\d{3}-\\\\w+$'}", "'123-ab_1'", ""},
    {"{'pattern':'^\\\\d{3}-\\\\w+$'}", "'123-'", ": must match the pattern that the schema gives"},
    {"{'pattern':'(?:a|b)+?c\\\\/\\\\$\\\\u0041'}", "'xxabc/$A'", ""},
    {"{'pattern':'^[\\\\s\\\\d]+$'}", "'1 2\\t3'", ""},
    {"{'pattern':'b'}", "'abc'", ""},
    {"{'pattern':'^\\\\D+$'}", "'ab1'", ": must match the pattern that the schema gives"},
};

Test(jsonschema, says_what_is_wrong_and_where)
{
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct fixture f;
        struct buf value;
        struct jsonschema_report report;
        char told[1024];
        const struct jsonschema *schema = compile(&f, cases[i].schema);
        cr_assert_not_null(schema, "%s: %s", cases[i].schema,
                           f.c.items != NULL ? f.c.items[0].detail : "no memory");
        put(&value, cases[i].value);
        enum saga_error rc = jsonschema_check(schema, buf_span(&value), &report);
        tell(&report, told, sizeof(told));
        cr_assert_str_eq(told, cases[i].expected, "%s of %s: %s", cases[i].value, cases[i].schema,
                         told);
        cr_assert_eq(rc == SAGA_OK, cases[i].expected[0] == '\0');
        buf_close(&value);
        end(&f);
    }
}

static const struct {
    const char *schema;
    const char *pointer;
    const char *detail;
} bad[] = {
    {"7", "", "a schema must be a map of keywords, or true or false, not a number"},
    {"{'tpye':'string'}", "/tpye", "a schema here has no keyword 'tpye'; did you mean 'type'?"},
    {"{'unevaluatedProperties':false}", "/unevaluatedProperties",
     "a schema here has no keyword 'unevaluatedProperties'"},
    {"{'type':'text'}", "/type",
     "must be null, boolean, integer, number, string, array or object, or a list of these"},
    {"{'minLength':-1}", "/minLength", "must be a whole number from 0"},
    {"{'multipleOf':0}", "/multipleOf", "must be a number greater than 0"},
    {"{'enum':[]}", "/enum", "must be a list of at least one value"},
    {"{'allOf':[]}", "/allOf", "must be a list of at least one schema"},
    {"{'allOf':[true,7]}", "/allOf/1",
     "a schema must be a map of keywords, or true or false, not a number"},
    {"{'properties':{'a':{'items':{'minimum':'x'}}}}", "/properties/a/items/minimum",
     "must be a number, not text"},
    {"{'required':'a'}", "/required", "must be a list of names"},
    {"{'required':[1]}", "/required", "must be a list of names"},
    {"{'dependentRequired':{'a':1}}", "/dependentRequired/a", "must be a list of names"},
    {"{'$ref':'other.json'}", "/$ref",
     "must begin with '#': a place in the same schema, not 'other.json'"},
    {"{'$ref':'#/$defs/x'}", "/$ref", "there is no schema at '#/$defs/x'"},
    {"{'$ref':'#'}", "", "refers to itself without end"},
    {"{'$defs':{'a':{'$ref':'#/$defs/b'},'b':{'$ref':'#/$defs/a'}}}", "/$defs/a",
     "refers to itself without end"},
    {"{'pattern':'(?=a)'}", "/pattern",
     "the pattern '(?=a)' cannot be used: (?=..), (?!..) and (?<..) are not supported"},
    {"{'pattern':'(a)\\\\1'}", "/pattern",
     "the pattern '(a)\\1' cannot be used: back references such as \\1 are not supported"},
    {"{'pattern':'\\\\bword'}", "/pattern",
     "the pattern '\\bword' cannot be used: this escape is not supported; \\d \\w \\s \\t \\n \\r "
     "\\uXXXX are"},
    {"{'patternProperties':{'[':true}}", "/patternProperties/[",
     "the pattern '[' cannot be used: the pattern is cut short"},
    {"{'title':7}", "/title", "must be text, not a number"},
};

Test(jsonschema, refuses_what_it_would_not_check)
{
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        struct fixture f;
        const struct jsonschema *schema = compile(&f, bad[i].schema);
        cr_assert_null(schema, "%s", bad[i].schema);
        cr_assert_gt(f.c.problem_count, 0);
        cr_assert_str_eq(f.c.items[0].pointer, bad[i].pointer, "%s: %s", bad[i].schema,
                         f.c.items[0].pointer);
        cr_assert_str_eq(f.c.items[0].detail, bad[i].detail, "%s: %s", bad[i].schema,
                         f.c.items[0].detail);
        end(&f);
    }
}

/* Each level tries the one below it twice: 2^n schemas, if nothing bounds them. */
Test(jsonschema, ends_when_it_costs_too_much)
{
    struct fixture f;
    struct jsonschema_report report;
    const struct jsonschema *schema =
        compile(&f,
                "{'$ref':'#/$defs/a','$defs':{"
                "'a':{'allOf':[{'$ref':'#/$defs/b'},{'$ref':'#/$defs/b'},{'$ref':'#/$defs/b'}]},"
                "'b':{'allOf':[{'$ref':'#/$defs/c'},{'$ref':'#/$defs/c'},{'$ref':'#/$defs/c'}]},"
                "'c':{'allOf':[{'$ref':'#/$defs/d'},{'$ref':'#/$defs/d'},{'$ref':'#/$defs/d'}]},"
                "'d':{'allOf':[{'$ref':'#/$defs/e'},{'$ref':'#/$defs/e'},{'$ref':'#/$defs/e'}]},"
                "'e':{'items':{'allOf':[{'$ref':'#/$defs/a'},{'$ref':'#/$defs/a'}]}}}}");
    struct buf value;
    put(&value, "[[[[[[[[[[1]]]]]]]]]]");
    cr_assert_not_null(schema);
    cr_assert_eq(jsonschema_check(schema, buf_span(&value), &report), SAGA_INVALID);
    cr_assert_str_eq(report.problems[0].detail, "checking it against the schema costs too much");
    buf_close(&value);
    end(&f);
}

Test(jsonschema, tells_no_more_problems_than_fit)
{
    struct fixture f;
    struct jsonschema_report report;
    const struct jsonschema *schema = compile(&f, "{'items':{'type':'string'}}");
    struct buf value;
    put(&value, "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]");
    cr_assert_eq(jsonschema_check(schema, buf_span(&value), &report), SAGA_INVALID);
    cr_assert_eq(report.count, JSONSCHEMA_REPORTED_MAX);
    cr_assert(report.cut);
    buf_close(&value);
    end(&f);
}
