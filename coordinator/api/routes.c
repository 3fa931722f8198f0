/* routes.c - the routes: one table, which the OpenAPI document is checked against. */
#include <stdio.h>
#include <string.h>

#include "api/http.h"

static const struct route routes[] = {
    {"GET", "/healthz", ROLE_NONE, "", read_healthz, NULL},
    {"GET", "/readyz", ROLE_NONE, "", read_readyz, NULL},
    {"GET", "/openapi.json", ROLE_VIEWER, "", read_openapi, NULL},
    {"GET", "/v1/definitions", ROLE_VIEWER, "", definition_list, NULL},
    {"GET", "/v1/definitions/{}", ROLE_VIEWER, "", definition_get, NULL},
    {"GET", "/v1/definitions/{}/versions/{}", ROLE_VIEWER, "", definition_get_version, NULL},
    {"PUT", "/v1/definitions/{}", ROLE_ADMIN, "dry_run", definition_put, definition_put_finish},
    {"GET", "/v1/schedules", ROLE_VIEWER, "", schedule_list, NULL},
    {"GET", "/v1/sagas", ROLE_VIEWER,
     "status definition parent started_from started_until limit cursor", read_sagas, NULL},
    {"POST", "/v1/sagas", ROLE_CLIENT, "", write_start, write_start_finish},
    {"GET", "/v1/sagas/{}", ROLE_VIEWER, "", read_saga, NULL},
    {"GET", "/v1/sagas/{}/history", ROLE_VIEWER, "since limit cursor", read_history, NULL},
    {"GET", "/v1/sagas/{}/rollback-plan", ROLE_VIEWER, "steps to", read_plan, NULL},
    {"GET", "/v1/sagas/{}/migration-plan", ROLE_VIEWER, "version", read_migration, NULL},
    {"POST", "/v1/sagas/{}/rollback", ROLE_OPERATOR, "", write_verb, write_verb_finish},
    {"POST", "/v1/sagas/{}/reverse", ROLE_OPERATOR, "", write_verb, write_verb_finish},
    {"POST", "/v1/sagas/{}/retry", ROLE_OPERATOR, "", write_verb, write_verb_finish},
    {"POST", "/v1/sagas/{}/resolve", ROLE_OPERATOR, "", write_verb, write_verb_finish},
    {"POST", "/v1/sagas/{}/pause", ROLE_OPERATOR, "", write_verb, write_verb_finish},
    {"POST", "/v1/sagas/{}/resume", ROLE_OPERATOR, "", write_verb, write_verb_finish},
    {"POST", "/v1/sagas/{}/skip", ROLE_OPERATOR, "", write_verb, write_verb_finish},
    {"POST", "/v1/sagas/{}/steps/{}/approve", ROLE_VIEWER, "", write_decision, write_verb_finish},
    {"POST", "/v1/sagas/{}/steps/{}/reject", ROLE_VIEWER, "", write_decision, write_verb_finish},
    {"POST", "/v1/sagas/{}/terminate", ROLE_OPERATOR, "", write_verb, write_verb_finish},
    {"POST", "/v1/sagas/{}/migrate", ROLE_OPERATOR, "", write_verb, write_verb_finish},
    {"POST", "/v1/sagas/{}/signal", ROLE_OPERATOR, "", write_verb, write_verb_finish},
    {"GET", "/v1/webhooks", ROLE_VIEWER, "", webhook_list, NULL},
    {"GET", "/v1/webhooks/{}/dead", ROLE_VIEWER, "limit cursor", webhook_dead, NULL},
    {"POST", "/v1/webhooks/{}/redeliver", ROLE_OPERATOR, "", webhook_verb, webhook_verb_finish},
    {"POST", "/v1/webhooks/{}/discard", ROLE_OPERATOR, "", webhook_verb, webhook_verb_finish},
    {"POST", "/v1/webhooks/{}/enable", ROLE_OPERATOR, "", webhook_verb, webhook_verb_finish},
    {"POST", "/v1/events", ROLE_CLIENT, "", write_events, write_events_finish},
    {"POST", "/v1/tasks/{}/finish", ROLE_CLIENT, "", write_finish, write_finish_finish},
};

const struct route *route_at(uint32_t index)
{
    return index < ARRAY_COUNT(routes) ? &routes[index] : NULL;
}

/* Does the path have the pattern's form? Then `parts` is what stands for each `{}`. */
static bool matches(const char *pattern, const char *path, struct span *parts)
{
    uint32_t count = 0;
    while (*pattern && *path) {
        if (pattern[0] == '{') {
            size_t size = strcspn(path, "/");
            if (size == 0 || count == PARTS_MAX) {
                return false;
            }
            parts[count++] = span_of(path, size);
            path += size;
            pattern += 2;
        } else if (*pattern++ != *path++) {
            return false;
        }
    }
    return *pattern == '\0' && *path == '\0';
}

const struct route *route_find(struct call *call, const char *method, const char *path)
{
    const char *wanted = strcmp(method, "HEAD") == 0 ? "GET" : method;
    for (uint32_t i = 0; i < ARRAY_COUNT(routes); i++) {
        if (!matches(routes[i].path, path, call->parts)) {
            continue;
        }
        if (strcmp(routes[i].method, wanted) == 0) {
            return &routes[i];
        }
        size_t size = strlen(call->allow);
        snprintf(call->allow + size, sizeof(call->allow) - size, "%s%s%s", size > 0 ? ", " : "",
                 routes[i].method, strcmp(routes[i].method, "GET") == 0 ? ", HEAD" : "");
    }
    return NULL;
}
