/* open_terms.c - what an open saga begins with: time limit, window, budget, secrets.
 *
 * A sensitive place may be in the output of a step that is not registered yet: until then its step
 * is none that there is. */
#include "language/open_terms.h"

#include "base/arena.h"
#include "base/mp.h"
#include "jsonpath/jsonpath.h"
#include "language/definition.h"
#include "language/template_form.h"

enum { SENSITIVE_MAX = 64 };

static const char bad_place[] =
    "a sensitive place is one such as $.input.card or $.steps.pay.output.token";

/* A whole number from `least` to 366 days of milliseconds; absent: unchanged. */
static bool read_ms(struct span terms, const char *key, int64_t least, int64_t *ms)
{
    struct span value = mp_find(terms, span_text(key));
    struct mp mp = mp_open(value);
    if (value.size == 0) {
        return true;
    }
    *ms = mp_type(value) == MP_INT ? mp_int(&mp) : -1;
    return *ms >= least && *ms <= INT64_C(366) * 24 * 3600 * 1000;
}

/* SAGA_INVALID: the text is no such place. */
static enum saga_error read_place(struct span text, struct arena *arena,
                                  struct reference *reference)
{
    const struct jsonpath *path = NULL;
    struct jsonpath_problem problem;
    size_t size = 0;
    uint32_t count = 0;
    if (text.size == 0 || text.data[0] != '$') {
        return SAGA_INVALID;
    }
    enum saga_error rc = jsonpath_compile_prefix(text, arena, &path, &size, &problem);
    if (rc != SAGA_OK || size != text.size || !jsonpath_is_singular(path)) {
        return rc == SAGA_NO_MEMORY ? rc : SAGA_INVALID;
    }
    const struct jsonpath_segment *part = jsonpath_parts(path, &count);
    if (part && span_is(jsonpath_name(part), "input")) {
        reference->root = REFERENCE_INPUT;
        reference->rest = jsonpath_rest(part);
        return SAGA_OK;
    }
    const struct jsonpath_segment *name = part ? jsonpath_rest(part) : NULL;
    const struct jsonpath_segment *what = name ? jsonpath_rest(name) : NULL;
    if (!what || !span_is(jsonpath_name(part), "steps") ||
        !span_is(jsonpath_name(what), "output")) {
        return SAGA_INVALID;
    }
    reference->root = REFERENCE_OUTPUT;
    reference->step = UINT32_MAX;
    reference->name = jsonpath_name(name);
    reference->rest = jsonpath_rest(what);
    return reference->name.size > 0 ? SAGA_OK : SAGA_INVALID;
}

static enum saga_error read_sensitive(struct span list, struct arena *arena,
                                      struct definition *definition)
{
    struct mp mp = mp_open(list);
    if (list.size == 0) {
        return SAGA_OK;
    }
    uint32_t count = mp_type(list) == MP_ARRAY ? mp_array(&mp) : UINT32_MAX;
    if (count > SENSITIVE_MAX) {
        return SAGA_INVALID;
    }
    const struct reference **places = arena_take(arena, (count + 1) * sizeof(*places));
    enum saga_error rc = places ? SAGA_OK : SAGA_NO_MEMORY;
    for (uint32_t i = 0; i < count && rc == SAGA_OK; i++) {
        struct span value = mp_skip(&mp);
        struct mp text = mp_open(value);
        struct reference *place = ARENA_NEW(arena, struct reference);
        bool ok = true;
        struct span own = mp_type(value) == MP_STR ? arena_copy(arena, mp_str(&text), &ok)
                                                   : (struct span){NULL, 0};
        rc = place && ok ? read_place(own, arena, place) : SAGA_NO_MEMORY;
        places[i] = place;
    }
    definition->sensitive = rc == SAGA_OK ? places : NULL;
    definition->sensitive_count = rc == SAGA_OK ? count : 0;
    return rc;
}

enum saga_error open_terms_read(struct span terms, struct arena *arena,
                                struct definition *definition, const char **pointer,
                                const char **why)
{
    PRE(mp_type(terms) == MP_MAP);
    *why = NULL;
    *pointer = "/timeout_ms";
    if (!read_ms(terms, "timeout_ms", 1, &definition->timeout_ms) || definition->timeout_ms == 0) {
        *why = "timeout_ms is a whole number of milliseconds, from 1 to 366 days";
        return SAGA_INVALID;
    }
    *pointer = "/reversal_window_ms";
    if (!read_ms(terms, "reversal_window_ms", 0, &definition->reversal_window_ms)) {
        *why = "reversal_window_ms is a whole number of milliseconds, at most 366 days";
        return SAGA_INVALID;
    }
    struct span budget = mp_find(terms, span_text("budget_usd_micros"));
    struct mp mp = mp_open(budget);
    *pointer = "/budget_usd_micros";
    definition->cost_max_micros = mp_type(budget) == MP_INT ? mp_int(&mp) : 0;
    if (budget.size > 0 && definition->cost_max_micros <= 0) {
        *why = "budget_usd_micros is a whole number of micro-USD, at least 1";
        return SAGA_INVALID;
    }
    *pointer = "/sensitive";
    enum saga_error rc = read_sensitive(mp_find(terms, span_text("sensitive")), arena, definition);
    *why = rc == SAGA_INVALID ? bad_place : NULL;
    return rc;
}

const struct definition *open_terms_definition(void)
{
    static const struct definition none = {.version = 0};
    POST(none.step_count == 0);
    return &none;
}

void open_terms_name(struct definition *definition, struct span name, uint32_t index)
{
    for (uint32_t i = 0; i < definition->sensitive_count; i++) {
        /* Made by read_place(), in memory of the saga's own. */
        struct reference *place = (struct reference *)(uintptr_t)definition->sensitive[i];
        if (place->root == REFERENCE_OUTPUT && span_equal(place->name, name)) {
            place->step = index;
        }
    }
}
