/* schedules.c - the next ticks of each schedule, and its last one.
 *
 * What is due next is worked out here from the definition, by the same code that starts the sagas;
 * the last tick is what is durable. */
#include "api/schedules.h"

#include "api/http_call.h"
#include "base/zoneinfo.h"
#include "language/schedule.h"

enum { NEXT_COUNT = 3, SECOND_MS = 1000 };

struct search {
    const struct definition *definition;
    const struct schedule *schedule;
    int64_t tick_ms; /* result; 0 = none */
};

static enum saga_error find_tick(const struct schedule_row *row, void *arg)
{
    struct search *search = arg;
    if (span_equal(row->definition, search->definition->name) &&
        memcmp(row->entry, search->schedule->digest, sizeof(row->entry)) == 0) {
        search->tick_ms = row->tick_ms;
    }
    return SAGA_OK;
}

static enum saga_error put_next(struct http_call *call, struct form *form,
                                const struct schedule *schedule)
{
    const struct zone *zone = NULL;
    const char *why;
    enum saga_error rc = schedule_zone(schedule, zoneinfo_read, &call->arena, &zone, &why);
    if (rc == SAGA_NO_MEMORY) {
        return rc;
    }
    if (rc != SAGA_OK) {
        form_text(form, "error", why);
        return SAGA_OK;
    }
    int64_t at_s = http_call_host_ms(call) / SECOND_MS;
    form_array(form, "next");
    for (int i = 0; i < NEXT_COUNT; i++) {
        at_s = cron_next(&schedule->cron, zone, at_s);
        if (at_s == INT64_MAX) {
            break;
        }
        form_time(form, NULL, at_s * SECOND_MS);
    }
    form_end(form);
    return SAGA_OK;
}

static enum saga_error put_one(struct http_call *call, struct form *form, const struct search *of)
{
    struct store_reader *reader = call->reader;
    struct search search = *of;
    enum saga_error rc = reader->ops->list_schedules(reader, find_tick, &search);
    if (rc != SAGA_OK) {
        return rc;
    }
    form_map(form, NULL);
    form_str(form, "definition", search.definition->name);
    form_uint(form, "version", search.definition->version);
    form_str(form, "schedule", search.schedule->expression);
    form_str(form, "timezone", search.schedule->timezone);
    form_text(form, "catch_up", catch_up_name(search.schedule->catch_up));
    rc = put_next(call, form, search.schedule);
    form_time(form, "last_tick", search.tick_ms);
    form_end(form);
    return rc;
}

void schedules_list(struct http_call *call)
{
    struct form *form = response_begin(&call->response, 200);
    enum saga_error rc = SAGA_OK;
    size_t at = 0;
    form_array(form, "items");
    const struct catalog *catalog = call->options->catalog;
    for (const struct definition *d; rc == SAGA_OK && (d = catalog_next(catalog, &at)) != NULL;) {
        for (uint32_t i = 0; i < d->schedule_count && rc == SAGA_OK; i++) {
            rc = put_one(call, form, &(struct search){d, &d->schedules[i], 0});
        }
    }
    form_end(form);
    response_end(&call->response);
    if (rc != SAGA_OK) {
        problem_answer(call, rc, NULL);
    }
}
