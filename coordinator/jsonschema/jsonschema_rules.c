/* jsonschema_rules.c - the rules of a schema that a value keeps or breaks by itself. */
#include "jsonschema/jsonschema_rules.h"

#include <float.h>
#include <math.h>
#include <stdio.h>

#include "base/json.h"
#include "jsonschema/jsonschema_run.h"
#include "reading/reading_words.h"

static enum jsonschema_type type_of(struct span value)
{
    struct mp mp = mp_open(value);
    double number;
    switch (mp_type(value)) {
    case MP_BOOL:
        return TYPE_BOOLEAN;
    case MP_INT:
        return TYPE_INTEGER;
    case MP_DOUBLE:
        number = mp_double(&mp);
        return floor(number) < number ? TYPE_NUMBER : TYPE_INTEGER;
    case MP_STR:
        return TYPE_STRING;
    case MP_ARRAY:
        return TYPE_ARRAY;
    case MP_MAP:
        return TYPE_OBJECT;
    case MP_NIL:
    case MP_NONE:
    case MP_BIN:
        break;
    }
    return TYPE_NULL;
}

/* "a string or null" */
static void say_types(uint8_t types, char *text, size_t size)
{
    static const char *const words[TYPE_COUNT] = {
        "null", "true or false", "a whole number", "a number", "text", "a list", "a map"};
    size_t at = 0;
    uint32_t left = 0;
    for (uint32_t i = 0; i < TYPE_COUNT; i++) {
        left += (types & (1u << i)) != 0;
    }
    uint32_t count = left;
    for (uint32_t i = 0; i < TYPE_COUNT && at < size; i++) {
        if (types & (1u << i)) {
            const char *joint = left == count ? "" : left == 1 ? " or " : ", ";
            at += (size_t)snprintf(text + at, size - at, "%s%s", joint, words[i]);
            left--;
        }
    }
}

static bool type_holds(struct jsonschema_run *run, const struct jsonschema_node *node,
                       struct span value)
{
    uint32_t is = 1u << type_of(value);
    is |= is == 1u << TYPE_INTEGER ? 1u << TYPE_NUMBER : 0u;
    if (node->types == 0 || (node->types & is)) {
        return true;
    }
    char types[100];
    say_types(node->types, types, sizeof(types));
    jsonschema_run_report(run, "must be %s, not %s", types, reading_type_name(value));
    return false;
}

static bool values_hold(struct jsonschema_run *run, const struct jsonschema_node *node,
                        struct span value)
{
    bool ok = true;
    if (node->constant.size > 0 && !mp_equal(node->constant, value)) {
        jsonschema_run_report(run, "must be the one value that the schema gives");
        ok = false;
    }
    if (node->choices.size > 0) {
        struct mp mp = mp_open(node->choices);
        uint32_t count = mp_array(&mp);
        bool found = false;
        for (uint32_t i = 0; i < count && !found && jsonschema_run_pay(run, 1); i++) {
            found = mp_equal(mp_skip(&mp), value);
        }
        if (!found) {
            jsonschema_run_report(run, "must be one of the %u values that the schema lists", count);
            ok = false;
        }
    }
    return ok;
}

static bool given(const struct jsonschema_node *node, enum jsonschema_bound bound)
{
    return (node->bounds_given & (1u << bound)) != 0;
}

/* Binary fractions are not decimal ones: 0.0075 is a multiple of 0.0001. */
static bool is_multiple(double number, double factor)
{
    double quotient = number / factor;
    double whole = round(quotient);
    if (floor(number) >= number && floor(factor) >= factor) {
        return fabs(fmod(number, factor)) <= 0;
    }
    return isfinite(quotient) && fabs(quotient - whole) <= 1e-9 + 4 * DBL_EPSILON * fabs(whole);
}

static bool number_holds(struct jsonschema_run *run, const struct jsonschema_node *node,
                         struct span value)
{
    const double *bounds = node->bounds;
    struct mp mp = mp_open(value);
    double number = mp_double(&mp);
    uint32_t reported = run->report->count;
    char bound[JSON_NUMBER_SIZE];
    bool ok = true;
    const struct {
        bool broken;
        enum jsonschema_bound bound;
        const char *words;
    } rules[] = {
        {number < bounds[BOUND_MINIMUM], BOUND_MINIMUM, "must be at least"},
        {number > bounds[BOUND_MAXIMUM], BOUND_MAXIMUM, "must be at most"},
        {number <= bounds[BOUND_EXCLUSIVE_MINIMUM], BOUND_EXCLUSIVE_MINIMUM,
         "must be greater than"},
        {number >= bounds[BOUND_EXCLUSIVE_MAXIMUM], BOUND_EXCLUSIVE_MAXIMUM, "must be less than"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rules); i++) {
        if (given(node, rules[i].bound) && rules[i].broken) {
            json_number(bounds[rules[i].bound], bound);
            jsonschema_run_report(run, "%s %s", rules[i].words, bound);
            ok = false;
        }
    }
    if (given(node, BOUND_MULTIPLE_OF) && !is_multiple(number, bounds[BOUND_MULTIPLE_OF])) {
        json_number(bounds[BOUND_MULTIPLE_OF], bound);
        jsonschema_run_report(run, "must be a multiple of %s", bound);
        ok = false;
    }
    POST(ok || run->speculative > 0 || run->report->count > reported || run->report->cut);
    return ok;
}

static bool size_holds(struct jsonschema_run *run, const struct jsonschema_node *node,
                       enum jsonschema_bound least, uint64_t size, const char *things)
{
    enum jsonschema_bound most = least + 1;
    bool ok = true;
    if (given(node, least) && (double)size < node->bounds[least]) {
        jsonschema_run_report(run, "must have at least %.0f %s, not %llu", node->bounds[least],
                              things, (unsigned long long)size);
        ok = false;
    }
    if (given(node, most) && (double)size > node->bounds[most]) {
        jsonschema_run_report(run, "must have at most %.0f %s, not %llu", node->bounds[most],
                              things, (unsigned long long)size);
        ok = false;
    }
    return ok;
}
_Static_assert(BOUND_MAX_LENGTH == BOUND_MIN_LENGTH + 1, "size_holds() takes the next one");
_Static_assert(BOUND_MAX_ITEMS == BOUND_MIN_ITEMS + 1, "size_holds() takes the next one");
_Static_assert(BOUND_MAX_PROPERTIES == BOUND_MIN_PROPERTIES + 1, "size_holds() takes the next one");

static bool text_holds(struct jsonschema_run *run, const struct jsonschema_node *node,
                       struct span value)
{
    struct mp mp = mp_open(value);
    struct span text = mp_str(&mp);
    uint64_t characters = 0;
    for (size_t i = 0; i < text.size; i++) {
        characters += (text.data[i] & 0xc0) != 0x80;
    }
    bool ok = size_holds(run, node, BOUND_MIN_LENGTH, characters, "characters");
    bool matches = !node->pattern || !jsonschema_run_pay(run, text.size) ||
                   regexp_matches(node->pattern, text, false, &run->steps_left);
    if (!matches) {
        jsonschema_run_report(run, "must match the pattern that the schema gives");
    }
    return ok && matches;
}

static bool items_are_unique(struct jsonschema_run *run, struct span value)
{
    struct mp outer = mp_open(value);
    uint32_t count = mp_array(&outer);
    for (uint32_t i = 0; i + 1 < count; i++) {
        struct span item = mp_skip(&outer);
        struct mp inner = outer;
        for (uint32_t j = i + 1; j < count && jsonschema_run_pay(run, 1); j++) {
            if (mp_equal(item, mp_skip(&inner))) {
                jsonschema_run_report(run, "must have no item twice: %u and %u are alike", i, j);
                return false;
            }
        }
    }
    return true;
}

static bool list_holds(struct jsonschema_run *run, const struct jsonschema_node *node,
                       struct span value)
{
    struct mp mp = mp_open(value);
    bool ok = size_holds(run, node, BOUND_MIN_ITEMS, mp_array(&mp), "items");
    return (!node->unique || items_are_unique(run, value)) && ok;
}

static bool names_hold(struct jsonschema_run *run, struct span map, const struct span *names,
                       uint32_t count)
{
    bool ok = true;
    for (uint32_t i = 0; i < count && jsonschema_run_pay(run, 1); i++) {
        if (mp_find(map, names[i]).size == 0) {
            jsonschema_run_report(run, "needs the property '%s'", reading_quote(names[i]).text);
            ok = false;
        }
    }
    return ok;
}

static bool map_holds(struct jsonschema_run *run, const struct jsonschema_node *node,
                      struct span value)
{
    struct mp mp = mp_open(value);
    bool ok = size_holds(run, node, BOUND_MIN_PROPERTIES, mp_map(&mp), "properties");
    ok = names_hold(run, value, node->required, node->required_count) && ok;
    for (uint32_t i = 0; i < node->dependency_count; i++) {
        const struct jsonschema_dependency *needs = &node->dependencies[i];
        if (mp_find(value, needs->name).size > 0) {
            ok = names_hold(run, value, needs->names, needs->count) && ok;
        }
    }
    return ok;
}

bool jsonschema_rules_hold(struct jsonschema_run *run, const struct jsonschema_node *node,
                           struct span value)
{
    bool ok = true;
    if (node->never) {
        jsonschema_run_report(run, "must not be there");
        return false;
    }
    if (!type_holds(run, node, value)) {
        return false; /* other rules would only repeat that */
    }
    ok = values_hold(run, node, value);
    switch (type_of(value)) {
    case TYPE_INTEGER:
    case TYPE_NUMBER:
        return number_holds(run, node, value) && ok;
    case TYPE_STRING:
        return text_holds(run, node, value) && ok;
    case TYPE_ARRAY:
        return list_holds(run, node, value) && ok;
    case TYPE_OBJECT:
        return map_holds(run, node, value) && ok;
    case TYPE_NULL:
    case TYPE_BOOLEAN:
    case TYPE_COUNT:
        break;
    }
    return ok;
}
