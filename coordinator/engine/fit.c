/* fit.c - do a saga's input and output have the form that its definition gives them?
 *
 * A start whose input does not fit is refused before anything is written. An output that does not
 * fit is found when all steps are done, and they stay done: the saga's last record says so, and a
 * person is alerted. */
#include "engine/fit.h"

#include <stdio.h>

#include "base/mp.h"
#include "engine/batch.h"
#include "jsonschema/jsonschema.h"
#include "language/definition.h"

enum { TOLD_MAX = 3 };

/* Writes what is wrong with the input or output as one text, such as "input/trip must be text, not
 * a number; ..." */
static void say(const struct jsonschema_report *report, const char *what, char why[FIT_WHY_SIZE])
{
    PRE(report->count > 0);
    size_t at = 0;
    for (uint32_t i = 0; i < report->count && i < TOLD_MAX && at < FIT_WHY_SIZE; i++) {
        const struct jsonschema_problem *problem = &report->problems[i];
        at += (size_t)snprintf(why + at, FIT_WHY_SIZE - at, "%s%s%s %s", i > 0 ? "; " : "", what,
                               problem->pointer, problem->detail);
    }
    if (at < FIT_WHY_SIZE && report->count > TOLD_MAX) {
        snprintf(why + at, FIT_WHY_SIZE - at, "; and more");
    }
}

static bool fits(const struct jsonschema *schema, struct span value,
                 struct jsonschema_report *report)
{
    PRE(report != NULL);
    return !schema ||
           jsonschema_check(schema, value.size > 0 ? value : MP_NIL_VALUE, report) == SAGA_OK;
}

enum saga_error fit_input(const struct definition *definition, struct span input,
                          struct batch *batch, struct fit_refusal *refusal)
{
    struct jsonschema_report report;
    *refusal = (struct fit_refusal){.why = NULL};
    if (fits(definition->input_schema, input, &report)) {
        return SAGA_OK;
    }
    struct jsonschema_report *kept = ARENA_NEW(&batch->arena, struct jsonschema_report);
    char *why = arena_take(&batch->arena, FIT_WHY_SIZE);
    if (!kept || !why) {
        return SAGA_NO_MEMORY;
    }
    *kept = report;
    say(&report, "input", why);
    *refusal = (struct fit_refusal){.why = why, .problems = kept};
    POST(refusal->why != NULL);
    return SAGA_INVALID;
}

bool fit_output(const struct definition *definition, struct span output, char why[FIT_WHY_SIZE])
{
    PRE(why != NULL);
    struct jsonschema_report report;
    bool ok = fits(definition->output_schema, output, &report);
    if (!ok) {
        say(&report, "output", why);
    }
    return ok;
}
