/* plans.c - the plan of a rollback or reversal, and that of a migration. */
#include "api/plans.h"

#include <string.h>

#include "api/body.h"
#include "api/http_call.h"
#include "api/query.h"
#include "api/saga_read.h"
#include "api/shape.h"
#include "view/view_plan.h"

/* "a,b,c" as spans. */
static bool split(struct http_call *call, const char *text, struct body_texts *texts)
{
    struct span *items = arena_take(&call->arena, (strlen(text) + 1) * sizeof(*items));
    if (!items) {
        return false;
    }
    for (const char *at = text; *at;) {
        size_t size = strcspn(at, ",");
        if (size > 0) {
            items[texts->count++] = span_of(at, size);
        }
        at += size + (at[size] == ',' ? 1 : 0);
    }
    texts->items = items;
    return true;
}

static void plan_problem(struct http_call *call, enum saga_error rc, const char *why)
{
    if (rc == SAGA_STORE_CORRUPT) {
        (void)saga_read_problem(call, rc);
    } else {
        problem_answer(call, rc, why);
    }
}

void plans_rollback(struct http_call *call)
{
    struct saga_image image;
    const struct definition *definition;
    struct body_texts steps = {0};
    struct plan plan;
    const char *why = NULL;
    const char *list = query_text(call, "steps");
    const char *to = query_text(call, "to");
    if ((list && !split(call, list, &steps)) ||
        !saga_read_load(call, call->target.parts[0], &image, &definition)) {
        return;
    }
    struct plan_request request = {
        .definition = definition,
        .steps = steps.items,
        .steps_count = steps.count,
        .to = to ? span_text(to) : (struct span){NULL, 0},
        .now_ms = http_call_running_ms(call),
    };
    enum saga_error rc = view_plan(&image, &request, &call->arena, &plan, &why);
    if (rc != SAGA_OK) {
        plan_problem(call, rc, why);
        return;
    }
    response_etag(&call->response, plan.seq);
    shape_plan(response_begin(&call->response, 200), &plan);
    response_end(&call->response);
}

void plans_migration(struct http_call *call)
{
    struct saga_image image;
    const struct definition *definition;
    struct migration plan;
    const char *why = NULL;
    uint64_t version = 0;
    if (!query_number(call, "version", (struct query_bounds){1, UINT32_MAX}, &version)) {
        return;
    }
    if (version == 0) {
        (void)query_refuse(call, "version", "is required: a version of the definition");
        return;
    }
    if (!saga_read_load(call, call->target.parts[0], &image, &definition)) {
        return;
    }
    struct migration_request request = {definition, (uint32_t)version};
    enum saga_error rc = view_migration(&image, &request, &call->arena, &plan, &why);
    if (rc != SAGA_OK) {
        plan_problem(call, rc, why);
        return;
    }
    response_etag(&call->response, plan.seq);
    shape_migration(response_begin(&call->response, 200), &plan);
    response_end(&call->response);
}
