/* jsonschema_keywords.c - a table says what each keyword takes, and a reader for each form takes
 * it.
 */
#include "jsonschema/jsonschema_keywords.h"

#include <math.h>

#include "base/mp.h"
#include "jsonschema/jsonschema_compiler.h"
#include "jsonschema/jsonschema_pattern.h"
#include "reading/reading.h"
#include "reading/reading_words.h"

static const char *const type_names[TYPE_COUNT] = {
    [TYPE_NULL] = "null",     [TYPE_BOOLEAN] = "boolean", [TYPE_INTEGER] = "integer",
    [TYPE_NUMBER] = "number", [TYPE_STRING] = "string",   [TYPE_ARRAY] = "array",
    [TYPE_OBJECT] = "object",
};

enum form {
    FORM_NOTE,   /* an annotation: anything */
    FORM_TEXT,   /* an annotation: a text */
    FORM_TYPE,   /* a type's name, or several */
    FORM_ENUM,   /* values */
    FORM_CONST,  /* a value */
    FORM_NUMBER, /* bound `which` */
    FORM_FACTOR, /* the same, more than 0 */
    FORM_COUNT,  /* the same, a whole number from 0 */
    FORM_PATTERN,
    FORM_UNIQUE,
    FORM_NAMES, /* required */
    FORM_NEEDS, /* dependentRequired */
    FORM_CHILD, /* schema `which` */
    FORM_LIST,  /* schemas `which` */
    FORM_MAP,   /* schemas by name, map `which` */
    FORM_DEFS,  /* schemas by name that only references use */
    FORM_REF,
    FORM_COUNT_OF,
};

struct keyword {
    const char *name;
    enum form form;
    uint32_t which;
};

static const struct keyword keywords[] = {
    {"type", FORM_TYPE, 0},
    {"enum", FORM_ENUM, 0},
    {"const", FORM_CONST, 0},
    {"minimum", FORM_NUMBER, BOUND_MINIMUM},
    {"maximum", FORM_NUMBER, BOUND_MAXIMUM},
    {"exclusiveMinimum", FORM_NUMBER, BOUND_EXCLUSIVE_MINIMUM},
    {"exclusiveMaximum", FORM_NUMBER, BOUND_EXCLUSIVE_MAXIMUM},
    {"multipleOf", FORM_FACTOR, BOUND_MULTIPLE_OF},
    {"minLength", FORM_COUNT, BOUND_MIN_LENGTH},
    {"maxLength", FORM_COUNT, BOUND_MAX_LENGTH},
    {"pattern", FORM_PATTERN, 0},
    {"items", FORM_CHILD, CHILD_ITEMS},
    {"prefixItems", FORM_LIST, LIST_PREFIX},
    {"contains", FORM_CHILD, CHILD_CONTAINS},
    {"minContains", FORM_COUNT, BOUND_MIN_CONTAINS},
    {"maxContains", FORM_COUNT, BOUND_MAX_CONTAINS},
    {"minItems", FORM_COUNT, BOUND_MIN_ITEMS},
    {"maxItems", FORM_COUNT, BOUND_MAX_ITEMS},
    {"uniqueItems", FORM_UNIQUE, 0},
    {"properties", FORM_MAP, MAP_PROPERTIES},
    {"patternProperties", FORM_MAP, MAP_PATTERNS},
    {"additionalProperties", FORM_CHILD, CHILD_ADDITIONAL},
    {"propertyNames", FORM_CHILD, CHILD_NAMES},
    {"required", FORM_NAMES, 0},
    {"dependentRequired", FORM_NEEDS, 0},
    {"dependentSchemas", FORM_MAP, MAP_DEPENDENT},
    {"minProperties", FORM_COUNT, BOUND_MIN_PROPERTIES},
    {"maxProperties", FORM_COUNT, BOUND_MAX_PROPERTIES},
    {"allOf", FORM_LIST, LIST_ALL},
    {"anyOf", FORM_LIST, LIST_ANY},
    {"oneOf", FORM_LIST, LIST_ONE},
    {"not", FORM_CHILD, CHILD_NOT},
    {"if", FORM_CHILD, CHILD_IF},
    {"then", FORM_CHILD, CHILD_THEN},
    {"else", FORM_CHILD, CHILD_ELSE},
    {"$ref", FORM_REF, 0},
    {"$defs", FORM_DEFS, 0},
    {"$schema", FORM_TEXT, 0},
    {"$comment", FORM_TEXT, 0},
    {"title", FORM_TEXT, 0},
    {"description", FORM_TEXT, 0},
    {"format", FORM_TEXT, 0},
    {"default", FORM_NOTE, 0},
    {"examples", FORM_NOTE, 0},
    {"deprecated", FORM_NOTE, 0},
    {"readOnly", FORM_NOTE, 0},
    {"writeOnly", FORM_NOTE, 0},
};

/* What is being read: the value of one keyword of one schema, reading->place is at it. */
struct keyword_reading {
    struct jsonschema_compiler *s;
    struct jsonschema_node *node;
    uint16_t index; /* of the node */
    const struct keyword *keyword;
    struct span value;
};

static void refuse(const struct keyword_reading *r, const char *expected)
{
    reading_error(r->s->reading, "must be %s, not %s", expected, reading_type_name(r->value));
}

static void read_text(const struct keyword_reading *r)
{
    if (mp_type(r->value) != MP_STR) {
        refuse(r, "text");
    }
}

static void read_note(const struct keyword_reading *r)
{
    MAYBE(r->value.size > 0);
}

static bool add_type(const struct keyword_reading *r, struct mp *mp)
{
    struct span name = mp_str(mp);
    for (uint32_t i = 0; i < TYPE_COUNT && !mp->bad; i++) {
        if (span_is(name, type_names[i])) {
            r->node->types |= (uint8_t)(1u << i);
            return true;
        }
    }
    return false;
}

static void read_type(const struct keyword_reading *r)
{
    struct mp mp = mp_open(r->value);
    bool is_list = mp_type(r->value) == MP_ARRAY;
    uint32_t count = is_list ? mp_array(&mp) : 1;
    bool ok = count > 0;
    for (uint32_t i = 0; i < count && ok; i++) {
        ok = add_type(r, &mp);
    }
    if (!ok) {
        reading_error(r->s->reading,
                      "must be null, boolean, integer, number, string, array or object, "
                      "or a list of these");
    }
}

static void read_enum(const struct keyword_reading *r)
{
    if (mp_type(r->value) != MP_ARRAY || mp_at(r->value, 0).size == 0) {
        reading_error(r->s->reading, "must be a list of at least one value");
        return;
    }
    r->node->choices = r->value;
}

static void read_const(const struct keyword_reading *r)
{
    r->node->constant = r->value;
}

static bool is_number(struct span value, double *number)
{
    struct mp mp = mp_open(value);
    bool ok = mp_type(value) == MP_INT || mp_type(value) == MP_DOUBLE;
    *number = ok ? mp_double(&mp) : 0;
    return ok;
}

static void set_bound(const struct keyword_reading *r, double number)
{
    r->node->bounds[r->keyword->which] = number;
    r->node->bounds_given |= 1u << r->keyword->which;
}

static void read_number(const struct keyword_reading *r)
{
    double number;
    if (!is_number(r->value, &number)) {
        refuse(r, "a number");
        return;
    }
    set_bound(r, number);
}

static void read_factor(const struct keyword_reading *r)
{
    double number;
    if (!is_number(r->value, &number) || number <= 0) {
        reading_error(r->s->reading, "must be a number greater than 0");
        return;
    }
    set_bound(r, number);
}

static void read_count(const struct keyword_reading *r)
{
    double number;
    if (!is_number(r->value, &number) || number < 0 || floor(number) < number) {
        reading_error(r->s->reading, "must be a whole number from 0");
        return;
    }
    set_bound(r, number);
}

static void read_pattern(const struct keyword_reading *r)
{
    struct mp mp = mp_open(r->value);
    if (mp_type(r->value) != MP_STR) {
        refuse(r, "text");
        return;
    }
    r->node->pattern = jsonschema_pattern_read(r->s, mp_str(&mp));
}

static void read_unique(const struct keyword_reading *r)
{
    struct mp mp = mp_open(r->value);
    if (mp_type(r->value) != MP_BOOL) {
        refuse(r, "true or false");
        return;
    }
    r->node->unique = mp_bool(&mp);
}

/* A list of texts. */
static const struct span *read_list_of_names(const struct keyword_reading *r, struct span value,
                                             uint32_t *count)
{
    struct mp mp = mp_open(value);
    *count = mp_type(value) == MP_ARRAY ? mp_array(&mp) : 0;
    struct span *names = reading_take(r->s->reading, *count + 1, sizeof(*names));
    for (uint32_t i = 0; i < *count && names != NULL; i++) {
        names[i] = mp_str(&mp);
    }
    if (mp_type(value) != MP_ARRAY || mp.bad) {
        reading_error(r->s->reading, "must be a list of names");
        *count = 0;
    }
    return names;
}

static void read_names(const struct keyword_reading *r)
{
    r->node->required = read_list_of_names(r, r->value, &r->node->required_count);
}

static void read_needs(const struct keyword_reading *r)
{
    struct reading *reading = r->s->reading;
    struct mp mp = mp_open(r->value);
    if (mp_type(r->value) != MP_MAP) {
        refuse(r, "a map of lists of names");
        return;
    }
    uint32_t count = mp_map(&mp);
    struct jsonschema_dependency *needs = reading_take(reading, count + 1, sizeof(*needs));
    for (uint32_t i = 0; i < count && needs != NULL; i++) {
        needs[i].name = mp_str(&mp);
        struct place place = reading_enter(reading, needs[i].name);
        needs[i].names = read_list_of_names(r, mp_skip(&mp), &needs[i].count);
        reading_leave(reading, place);
    }
    r->node->dependencies = needs;
    r->node->dependency_count = needs != NULL ? count : 0;
}

static struct jsonschema_draft draft_of(const struct keyword_reading *r, struct span value)
{
    return (struct jsonschema_draft){
        .value = value, .parent = r->index, .word = r->keyword->name, .index = -1};
}

static void read_child(const struct keyword_reading *r)
{
    struct jsonschema_draft draft = draft_of(r, r->value);
    r->node->children[r->keyword->which] = jsonschema_compiler_add(r->s, &draft);
}

static void read_list(const struct keyword_reading *r)
{
    struct mp mp = mp_open(r->value);
    uint32_t count = mp_type(r->value) == MP_ARRAY ? mp_array(&mp) : 0;
    if (count == 0) {
        reading_error(r->s->reading, "must be a list of at least one schema");
        return;
    }
    uint16_t *list = reading_take(r->s->reading, count, sizeof(*list));
    for (uint32_t i = 0; i < count && list != NULL; i++) {
        struct jsonschema_draft draft = draft_of(r, mp_skip(&mp));
        draft.index = (int32_t)i;
        list[i] = jsonschema_compiler_add(r->s, &draft);
    }
    r->node->lists[r->keyword->which] = list;
    r->node->list_counts[r->keyword->which] = list != NULL ? count : 0;
}

static void read_map(const struct keyword_reading *r)
{
    struct reading *reading = r->s->reading;
    struct mp mp = mp_open(r->value);
    if (mp_type(r->value) != MP_MAP) {
        refuse(r, "a map of schemas");
        return;
    }
    uint32_t count = mp_map(&mp);
    struct jsonschema_member *members = reading_take(reading, count + 1, sizeof(*members));
    for (uint32_t i = 0; i < count && members != NULL; i++) {
        members[i].name = mp_str(&mp);
        struct jsonschema_draft draft = draft_of(r, mp_skip(&mp));
        draft.name = members[i].name.data != NULL ? members[i].name : span_text("");
        members[i].node = jsonschema_compiler_add(r->s, &draft);
        if (r->keyword->form == FORM_MAP && r->keyword->which == MAP_PATTERNS) {
            struct place place = reading_enter(reading, members[i].name);
            members[i].pattern = jsonschema_pattern_read(r->s, members[i].name);
            reading_leave(reading, place);
        }
    }
    if (r->keyword->form == FORM_MAP) {
        r->node->maps[r->keyword->which] = members;
        r->node->map_counts[r->keyword->which] = members != NULL ? count : 0;
    }
}

static void read_ref(const struct keyword_reading *r)
{
    struct mp mp = mp_open(r->value);
    struct span reference = mp_str(&mp);
    if (mp.bad || reference.size == 0) {
        reading_error(r->s->reading, "must begin with '#': a place in the same schema");
        return;
    }
    r->s->references[r->index] = reference;
}

typedef void (*reader_fn)(const struct keyword_reading *r);
static const reader_fn readers[FORM_COUNT_OF] = {
    [FORM_NOTE] = read_note,     [FORM_TEXT] = read_text,   [FORM_TYPE] = read_type,
    [FORM_ENUM] = read_enum,     [FORM_CONST] = read_const, [FORM_NUMBER] = read_number,
    [FORM_FACTOR] = read_factor, [FORM_COUNT] = read_count, [FORM_PATTERN] = read_pattern,
    [FORM_UNIQUE] = read_unique, [FORM_NAMES] = read_names, [FORM_NEEDS] = read_needs,
    [FORM_CHILD] = read_child,   [FORM_LIST] = read_list,   [FORM_MAP] = read_map,
    [FORM_DEFS] = read_map,      [FORM_REF] = read_ref,
};

static const struct keyword *find_keyword(struct span name)
{
    for (uint32_t i = 0; i < ARRAY_COUNT(keywords); i++) {
        if (span_is(name, keywords[i].name)) {
            return &keywords[i];
        }
    }
    return NULL;
}

static void report_unknown(struct reading *reading, struct span name)
{
    struct nearest nearest = reading_nearest(name);
    for (uint32_t i = 0; i < ARRAY_COUNT(keywords); i++) {
        reading_nearest_try(&nearest, span_text(keywords[i].name));
    }
    reading_error(reading, "a schema here has no keyword '%s'%s", reading_quote(name).text,
                  reading_guess(&nearest).text);
}

void jsonschema_keywords_read(struct jsonschema_compiler *s, uint16_t node)
{
    struct span value = s->drafts[node].value;
    struct mp mp = mp_open(value);
    if (mp_type(value) == MP_BOOL) {
        s->nodes[node].never = !mp_bool(&mp);
        return;
    }
    if (mp_type(value) != MP_MAP) {
        reading_error(s->reading, "a schema must be a map of keywords, or true or false, not %s",
                      reading_type_name(value));
        return;
    }
    uint32_t count = mp_map(&mp);
    for (uint32_t i = 0; i < count; i++) {
        struct span name = mp_str(&mp);
        const struct keyword *keyword = find_keyword(name);
        const struct keyword_reading r = {.s = s,
                                          .node = &s->nodes[node],
                                          .index = node,
                                          .keyword = keyword,
                                          .value = mp_skip(&mp)};
        struct place place = reading_enter(s->reading, name);
        if (!keyword) {
            report_unknown(s->reading, name);
        } else {
            readers[keyword->form](&r);
        }
        reading_leave(s->reading, place);
    }
}
