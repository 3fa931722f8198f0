/* drill_schema.c - follows a schema down and makes each value as its rules want it.
 *
 * All schemas that hold for one value at once (by $ref, allOf, and the chosen ones of anyOf, oneOf
 * and if) are its rules. A constant, an example or a default of them is taken as it is; else a
 * value is made of their types and bounds. */
#include "ctl/drill/drill_schema.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "ctl/drill/drill_pattern.h"

enum { RULES_MAX = 64, DEPTH_MAX = 24, ITEMS_MAX = 1000, TEXT_MAX = 1024, EXTRA_MAX = 100 };

struct maker {
    const json_t *root;
    uint32_t attempt;
    json_t *kept; /* schemas that were put together here */
};

struct rules {
    const json_t *items[RULES_MAX];
    size_t count;
};

/* One value that is to be made. */
struct place {
    const json_t *schema; /* NULL: any value will do */
    const json_t *hint;   /* NULL: none */
    uint32_t nth;         /* among its neighbours, which may have to differ */
    uint32_t depth;
};

static json_t *make(struct maker *maker, const struct place *place);

/* ---- the rules of one value ---- */

/* The schema that "#/$defs/name" names; NULL when there is none, or in another document. */
static const json_t *follow(const struct maker *maker, const char *reference)
{
    const json_t *at = *reference == '#' ? maker->root : NULL;
    const char *part = reference + 1;
    while (at && *part == '/') {
        char name[TEXT_MAX];
        size_t size = 0;
        for (part++; *part && *part != '/' && size + 1 < sizeof(name); part++) {
            bool is_escape = *part == '~' && part[1];
            name[size++] = !is_escape ? *part : *++part == '1' ? '/' : '~';
        }
        name[size] = '\0';
        at = json_is_array(at) ? json_array_get(at, (size_t)strtoul(name, NULL, 10))
                               : json_object_get(at, name);
    }
    return at;
}

static void add(struct rules *rules, const json_t *schema)
{
    for (size_t i = 0; i < rules->count; i++) {
        if (rules->items[i] == schema) {
            return;
        }
    }
    if (json_is_object(schema) && rules->count < RULES_MAX) {
        rules->items[rules->count++] = schema;
    }
}

static void add_chosen(const struct maker *maker, struct rules *rules, const json_t *list)
{
    size_t count = json_array_size(list);
    if (count > 0) {
        add(rules, json_array_get(list, maker->attempt % count));
    }
}

static void collect(const struct maker *maker, struct rules *rules, const json_t *schema)
{
    rules->count = 0;
    add(rules, schema);
    for (size_t i = 0; i < rules->count; i++) {
        const json_t *rule = rules->items[i];
        const char *reference = json_string_value(json_object_get(rule, "$ref"));
        const json_t *all = json_object_get(rule, "allOf");
        add(rules, reference ? follow(maker, reference) : NULL);
        for (size_t k = 0; k < json_array_size(all); k++) {
            add(rules, json_array_get(all, k));
        }
        add_chosen(maker, rules, json_object_get(rule, "anyOf"));
        add_chosen(maker, rules, json_object_get(rule, "oneOf"));
        bool is_then = maker->attempt % 2 == 0;
        add(rules, is_then ? json_object_get(rule, "if") : NULL);
        add(rules, json_object_get(rule, is_then ? "then" : "else"));
    }
}

/* The first rule's that has it; NULL: none. */
static json_t *find(const struct rules *rules, const char *key)
{
    json_t *found = NULL;
    for (size_t i = 0; i < rules->count && !found; i++) {
        found = json_object_get(rules->items[i], key);
    }
    return found;
}

/* The tightest of a bound: the greatest of the least ones, or the least of the greatest. */
static double bound(const struct rules *rules, const char *key, bool is_least)
{
    double tightest = is_least ? -INFINITY : INFINITY;
    for (size_t i = 0; i < rules->count; i++) {
        const json_t *value = json_object_get(rules->items[i], key);
        double number = json_number_value(value);
        bool is_tighter = is_least ? number > tightest : number < tightest;
        tightest = json_is_number(value) && is_tighter ? number : tightest;
    }
    return tightest;
}

static size_t count_bound(const struct rules *rules, const char *key)
{
    double least = bound(rules, key, true);
    return least > 0 ? (size_t)(least < ITEMS_MAX ? least : ITEMS_MAX) : 0;
}

static bool allows(const json_t *type, const char *name)
{
    if (json_is_string(type)) {
        return strcmp(json_string_value(type), name) == 0;
    }
    for (size_t i = 0; i < json_array_size(type); i++) {
        if (strcmp(json_string_value(json_array_get(type, i)), name) == 0) {
            return true;
        }
    }
    return !type;
}

static bool rules_allow(const struct rules *rules, const char *name)
{
    bool allowed = true;
    for (size_t i = 0; i < rules->count; i++) {
        allowed = allowed && allows(json_object_get(rules->items[i], "type"), name);
    }
    return allowed;
}

/* ---- texts and numbers ---- */

static const char *sample_of(const char *format)
{
    static const char *const samples[][2] = {{"date-time", "1970-01-01T00:00:02Z"},
                                             {"date", "2030-01-01"},
                                             {"time", "00:00:00Z"},
                                             {"email", "a@example.org"},
                                             {"uri", "https://example.org/"},
                                             {"uuid", "00000000-0000-4000-8000-000000000000"},
                                             {"ipv4", "192.0.2.1"}};
    for (size_t i = 0; format && i < ARRAY_COUNT(samples); i++) {
        if (strcmp(samples[i][0], format) == 0) {
            return samples[i][1];
        }
    }
    return NULL;
}

static json_t *make_text(const struct maker *maker, const struct rules *rules,
                         const struct place *place)
{
    char text[TEXT_MAX];
    const char *pattern = json_string_value(find(rules, "pattern"));
    const char *sample = sample_of(json_string_value(find(rules, "format")));
    const char *name = json_is_string(place->hint) ? json_string_value(place->hint) : "text";
    if (pattern && drill_pattern_make(pattern, maker->attempt + place->nth, text, sizeof(text))) {
        return json_string(text);
    }
    snprintf(text, sizeof(text), "%s", sample ? sample : name);
    size_t size = strlen(text);
    if (place->nth > 0) {
        size += (size_t)snprintf(text + size, sizeof(text) - size, "%u", place->nth + 1);
    }
    size_t least = count_bound(rules, "minLength");
    double most = bound(rules, "maxLength", false);
    while (size < least && size + 1 < sizeof(text)) {
        text[size++] = 'x';
    }
    return json_stringn(text, (double)size > most ? (size_t)most : size);
}

static double multiple_from(double low, double step)
{
    return step > 0 ? ceil(low / step) * step : low;
}

static json_t *make_number(const struct rules *rules, const struct place *place, bool is_whole)
{
    double least = bound(rules, "minimum", true);
    double above = bound(rules, "exclusiveMinimum", true);
    double most = bound(rules, "maximum", false);
    double below = bound(rules, "exclusiveMaximum", false);
    double step = json_number_value(find(rules, "multipleOf"));
    double low = fmax(least, above);
    double high = fmin(most, below);
    double value = json_is_number(place->hint) ? json_number_value(place->hint) : 1;
    if (step <= 0 && is_whole) {
        step = 1;
    }
    value = value < low || value > high ? (isfinite(low) ? low : high) : value;
    value = multiple_from(value, step);
    value += value <= above ? (step > 0 ? step : 1) : 0;
    value -= value > high || value >= below ? (step > 0 ? step : value - (low + high) / 2) : 0;
    double apart = place->nth * (step > 0 ? step : 1);
    value += value + apart <= most && value + apart < below ? apart : 0;
    bool fits = value == floor(value) && fabs(value) < 9007199254740992.0;
    return fits ? json_integer((json_int_t)value) : json_real(value);
}

/* ---- arrays and objects ---- */

static json_t *make_array(struct maker *maker, const struct rules *rules, const struct place *place)
{
    json_t *array = json_array();
    const json_t *prefix = find(rules, "prefixItems");
    const json_t *contained = find(rules, "contains");
    size_t hints = json_is_array(place->hint) ? json_array_size(place->hint) : 0;
    size_t contains = count_bound(rules, "minContains");
    contains = contained && !find(rules, "minContains") ? 1 : contains;
    size_t count = count_bound(rules, "minItems");
    count = hints > count ? hints : count;
    count = contains > count ? contains : count;
    for (size_t i = 0; i < count; i++) {
        const json_t *schema = json_array_get(prefix, i);
        struct place item = {.schema = schema ? schema : find(rules, "items"),
                             .hint = json_array_get(place->hint, i < hints ? i : 0),
                             .nth = (uint32_t)i,
                             .depth = place->depth + 1};
        if (i < contains && contained) {
            json_t *both =
                json_pack("{s:[O, O]}", "allOf", contained, item.schema ? item.schema : contained);
            json_array_append_new(maker->kept, both);
            item.schema = both;
        }
        json_array_append_new(array, make(maker, &item));
    }
    return array;
}

/* What the rules say of a member, as one schema; NULL: nothing. */
static const json_t *member_schema(struct maker *maker, const struct rules *rules, const char *name)
{
    json_t *all = json_array();
    for (size_t i = 0; i < rules->count; i++) {
        const json_t *named = json_object_get(json_object_get(rules->items[i], "properties"), name);
        const json_t *other = json_object_get(rules->items[i], "additionalProperties");
        const json_t *schema = named ? named : other;
        if (json_is_object(schema)) {
            json_array_append(all, (json_t *)(uintptr_t)schema);
        }
    }
    json_t *schema = json_pack("{s:o}", "allOf", all);
    json_array_append_new(maker->kept, schema);
    return schema;
}

static void make_member(struct maker *maker, const struct rules *rules, const struct place *place,
                        json_t *object, const char *name)
{
    struct place member = {.schema = member_schema(maker, rules, name),
                           .hint = json_object_get(place->hint, name),
                           .nth = place->nth,
                           .depth = place->depth + 1};
    json_t *word = member.hint ? NULL : json_string(name);
    if (json_object_get(object, name)) {
        json_decref(word);
        return;
    }
    member.hint = member.hint ? member.hint : word;
    json_object_set_new(object, name, make(maker, &member));
    json_decref(word);
}

static void make_names(struct maker *maker, const struct rules *rules, const struct place *place,
                       json_t *object, const json_t *names)
{
    for (size_t i = 0; i < json_array_size(names); i++) {
        make_member(maker, rules, place, object, json_string_value(json_array_get(names, i)));
    }
}

static json_t *make_object(struct maker *maker, const struct rules *rules,
                           const struct place *place)
{
    json_t *object = json_object();
    const char *name;
    json_t *value;
    if (json_is_object(place->hint)) {
        json_object_foreach((json_t *)(uintptr_t)place->hint, name, value)
        {
            make_member(maker, rules, place, object, name);
        }
    }
    for (size_t i = 0; i < rules->count; i++) {
        make_names(maker, rules, place, object, json_object_get(rules->items[i], "required"));
        const json_t *dependent = json_object_get(rules->items[i], "dependentRequired");
        json_object_foreach((json_t *)(uintptr_t)dependent, name, value)
        {
            make_names(maker, rules, place, object, json_object_get(object, name) ? value : NULL);
        }
    }
    json_object_foreach(find(rules, "properties"), name, value)
    {
        if (json_object_size(object) < count_bound(rules, "minProperties")) {
            make_member(maker, rules, place, object, name);
        }
    }
    for (uint32_t i = 0; i < EXTRA_MAX; i++) {
        char extra[16];
        snprintf(extra, sizeof(extra), "more%u", i + 1);
        if (json_object_size(object) < count_bound(rules, "minProperties")) {
            make_member(maker, rules, place, object, extra);
        }
    }
    return object;
}

/* ---- any value ---- */

/* A value that the rules write out; NULL: they write none. A default that is an object may lack
 * what the hint holds. */
static json_t *take_written(const struct maker *maker, const struct rules *rules,
                            const struct place *place)
{
    json_t *constant = find(rules, "const");
    const json_t *choices = find(rules, "enum");
    size_t count = json_array_size(choices);
    for (size_t i = 0; i < count && place->nth == 0; i++) {
        if (json_equal(json_array_get(choices, i), place->hint)) {
            return json_deep_copy(place->hint);
        }
    }
    if (constant || count > 0) {
        return json_deep_copy(
            constant ? constant : json_array_get(choices, (maker->attempt + place->nth) % count));
    }
    json_t *example = json_array_get(find(rules, "examples"), place->nth);
    example = example || place->nth > 0 ? example : find(rules, "default");
    bool is_open = json_is_object(place->hint) || json_is_array(place->hint);
    return example && !is_open && maker->attempt % 2 == 0 ? json_deep_copy(example) : NULL;
}

/* The word of JSON Schema for the hint's type. */
static const char *type_of(const json_t *hint)
{
    static const char *const names[] = {
        [JSON_OBJECT] = "object",   [JSON_ARRAY] = "array", [JSON_STRING] = "string",
        [JSON_INTEGER] = "integer", [JSON_REAL] = "number", [JSON_TRUE] = "boolean",
        [JSON_FALSE] = "boolean",   [JSON_NULL] = "null"};
    return hint ? names[json_typeof(hint)] : "string";
}

/* The hint's type, if the rules allow it, and else the first that they allow. */
static const char *choose_type(const struct rules *rules, const json_t *hint)
{
    static const char *const names[] = {"object", "array",   "string", "integer",
                                        "number", "boolean", "null"};
    const char *chosen = type_of(hint);
    bool wants_object = find(rules, "properties") || find(rules, "required");
    bool is_open = json_is_object(hint) || json_is_array(hint);
    if (rules_allow(rules, chosen) && (is_open || !wants_object)) {
        return chosen;
    }
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        bool is_fitting = i > 0 || wants_object || find(rules, "type");
        if (is_fitting && rules_allow(rules, names[i])) {
            return names[i];
        }
    }
    return chosen;
}

static json_t *make(struct maker *maker, const struct place *place)
{
    struct rules rules;
    collect(maker, &rules, place->schema);
    json_t *written = take_written(maker, &rules, place);
    if (written || place->depth == DEPTH_MAX) {
        return written ? written : json_null();
    }
    const char *type = choose_type(&rules, place->hint);
    if (strcmp(type, "object") == 0) {
        return make_object(maker, &rules, place);
    }
    if (strcmp(type, "array") == 0) {
        return make_array(maker, &rules, place);
    }
    if (strcmp(type, "string") == 0) {
        return make_text(maker, &rules, place);
    }
    if (strcmp(type, "integer") == 0 || strcmp(type, "number") == 0) {
        return make_number(&rules, place, *type == 'i');
    }
    return *type == 'b' ? json_true() : json_null();
}

json_t *drill_schema_make(const json_t *schema, const json_t *hint, uint32_t attempt)
{
    struct maker maker = {.root = schema, .attempt = attempt, .kept = json_array()};
    const struct place whole = {.schema = schema, .hint = hint};
    json_t *value = make(&maker, &whole);
    json_decref(maker.kept);
    return value;
}
