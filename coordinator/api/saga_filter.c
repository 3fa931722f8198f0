/* saga_filter.c - the arguments of a list of sagas, one by one, as a filter of the store. */
#include "api/saga_filter.h"

#include <stdio.h>
#include <string.h>

#include "api/http_call.h"
#include "api/query.h"
#include "base/ids.h"
#include "store/rows.h"
#include "store/store.h"

static bool query_state(struct http_call *call, struct store_filter *filter)
{
    const char *text = query_text(call, "status");
    if (!text) {
        return true;
    }
    if (strcmp(text, "unfinished") == 0) {
        filter->unfinished = true;
        return true;
    }
    for (int state = 1; state < SAGA_STATE_COUNT; state++) {
        if (strcmp(text, saga_state_name((enum saga_state)state)) == 0) {
            filter->state = (enum saga_state)state;
            return true;
        }
    }
    return query_refuse(call, "status",
                        "must be running, compensating, completed, compensated, parked, "
                        "terminated, or unfinished");
}

/* The store takes 0 for "no bound". No saga started before 1970: an earlier `since` is no bound,
 * and an earlier `until` finds nothing. */
static bool query_span(struct http_call *call, struct store_filter *filter)
{
    if (!query_time(call, "since", &filter->started_from_ms) ||
        !query_time(call, "until", &filter->started_until_ms)) {
        return false;
    }
    if (filter->started_from_ms < 0) {
        filter->started_from_ms = 0;
    }
    if (query_text(call, "until") && filter->started_until_ms < 1) {
        filter->started_until_ms = 1;
    }
    return true;
}

static bool query_id(struct http_call *call, const char *name, const char *what, struct span *id)
{
    const char *text = query_text(call, name);
    if (text && !ids_is_saga(span_text(text))) {
        return query_refuse(call, name, what);
    }
    if (text) {
        *id = span_text(text);
    }
    return true;
}

static bool query_definition(struct http_call *call, struct store_filter *filter)
{
    const char *text = query_text(call, "definition");
    if (text && text[0] == '\0') {
        return query_refuse(call, "definition", "must be a name");
    }
    if (text) {
        filter->definition = span_text(text);
    }
    return true;
}

/* ---- facets ---- */

struct reading {
    struct http_call *call;
    struct store_facet *facets; /* STORE_FACETS_MAX of them */
    uint32_t count;
    bool has_refused;
};

/* The words that the argument may be; anything, if there are none. */
static const struct facet_argument {
    const char *name;
    enum facet_kind kind;
    const char *must; /* what it must be */
    const char *words[4];
} arguments[] = {
    {"label", FACET_LABEL, "must be NAME:VALUE", {NULL}},
    {"cause", FACET_CAUSE, "must be a code", {NULL}},
    {"step_status",
     FACET_STEP_STATUS,
     "must be parked, in_doubt or waiting",
     {"parked", "in_doubt", "waiting"}},
    {"code", FACET_CODE, "must be a code", {NULL}},
    {"alert", FACET_ALERT, "must be an alert: ", {NULL}},
};

static bool is_good(const struct facet_argument *argument, const char *value)
{
    if (argument->kind == FACET_LABEL) {
        return strchr(value, ':') != NULL && value[0] != ':';
    }
    if (argument->kind == FACET_ALERT) {
        enum alert alert = (enum alert)0;
        while (alert < ALERT_COUNT && strcmp(value, alert_name(alert)) != 0) {
            alert++;
        }
        return alert < ALERT_COUNT;
    }
    bool is_word = !argument->words[0] && value[0] != '\0';
    for (size_t at = 0; at < ARRAY_COUNT(argument->words) && argument->words[at]; at++) {
        is_word |= strcmp(value, argument->words[at]) == 0;
    }
    return is_word;
}

static void refuse(struct reading *reading, const struct facet_argument *argument)
{
    char what[256];
    int size = snprintf(what, sizeof(what), "%s", argument->must);
    for (enum alert alert = (enum alert)0; argument->kind == FACET_ALERT && alert < ALERT_COUNT;
         alert++) {
        size += snprintf(what + size, sizeof(what) - (size_t)size, "%s%s",
                         alert == (enum alert)0     ? ""
                         : alert + 1 == ALERT_COUNT ? " or "
                                                    : ", ",
                         alert_name(alert));
    }
    reading->has_refused = true;
    (void)query_refuse(reading->call, argument->name, what);
}

static enum MHD_Result take_argument(void *arg, enum MHD_ValueKind kind, const char *name,
                                     const char *value)
{
    struct reading *reading = arg;
    CHECK(kind == MHD_GET_ARGUMENT_KIND);
    for (size_t at = 0; at < ARRAY_COUNT(arguments) && value; at++) {
        const struct facet_argument *argument = &arguments[at];
        if (strcmp(argument->name, name) != 0) {
            continue;
        }
        if (!is_good(argument, value)) {
            refuse(reading, argument);
            return MHD_NO;
        }
        if (reading->count == STORE_FACETS_MAX) {
            reading->has_refused = true;
            (void)query_refuse(reading->call, name, "is given more often than a saga has labels");
            return MHD_NO;
        }
        reading->facets[reading->count++] = (struct store_facet){argument->kind, span_text(value)};
    }
    return MHD_YES;
}

static bool query_facets(struct http_call *call, struct store_filter *filter)
{
    struct reading reading = {.call = call};
    reading.facets = arena_take(&call->arena, STORE_FACETS_MAX * sizeof(*reading.facets));
    if (!reading.facets) {
        problem_answer(call, SAGA_NO_MEMORY, NULL);
        return false;
    }
    MHD_get_connection_values(call->connection, MHD_GET_ARGUMENT_KIND, take_argument, &reading);
    filter->facets = reading.facets;
    filter->facet_count = reading.count;
    return !reading.has_refused;
}

/* ---- all of them ---- */

bool saga_filter_read(struct http_call *call, struct store_filter *filter)
{
    *filter = (struct store_filter){0};
    if (!query_state(call, filter) || !query_definition(call, filter) ||
        !query_id(call, "parent", "must be the id of a saga", &filter->parent) ||
        !query_id(call, "q", "must be the beginning of an id", &filter->prefix) ||
        !query_span(call, filter) || !query_facets(call, filter)) {
        return false;
    }
    return rows_go_by_name(filter) ? query_cursor_id(call, &filter->after)
                                   : query_cursor(call, &filter->before);
}
