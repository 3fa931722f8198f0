/* routes.c - the routes: one table, which the OpenAPI document is checked against. */
#include "api/routes.h"

#include <stdio.h>
#include <string.h>

#include "api/about.h"
#include "api/definitions.h"
#include "api/event_post.h"
#include "api/history.h"
#include "api/open_post.h"
#include "api/plans.h"
#include "api/saga_list.h"
#include "api/saga_read.h"
#include "api/saga_start.h"
#include "api/saga_verb.h"
#include "api/schedules.h"
#include "api/task_finish.h"
#include "api/webhook_read.h"
#include "api/webhook_verb.h"

static const struct route routes[] = {
    {"GET", "/healthz", ROLE_NONE, ROUTE_HERE, "", about_healthz, NULL},
    {"GET", "/readyz", ROLE_NONE, ROUTE_HERE, "", about_readyz, NULL},
    {"GET", "/openapi.json", ROLE_VIEWER, ROUTE_HERE, "", about_openapi, NULL},
    {"GET", "/v1/definitions", ROLE_VIEWER, ROUTE_READS, "", definitions_list, NULL},
    {"GET", "/v1/definitions/{}", ROLE_VIEWER, ROUTE_READS, "", definitions_get, NULL},
    {"GET", "/v1/definitions/{}/versions/{}", ROLE_VIEWER, ROUTE_READS, "", definitions_version,
     NULL},
    {"PUT", "/v1/definitions/{}", ROLE_ADMIN, ROUTE_READS, "dry_run", definitions_put,
     definitions_put_reply},
    {"GET", "/v1/schedules", ROLE_VIEWER, ROUTE_READS, "", schedules_list, NULL},
    {"GET", "/v1/sagas", ROLE_VIEWER, ROUTE_READS,
     "status definition parent since until label cause step_status code alert q limit cursor",
     saga_list, NULL},
    {"POST", "/v1/sagas", ROLE_CLIENT, ROUTE_WRITES, "", saga_start, saga_start_reply},
    {"GET", "/v1/sagas/{}", ROLE_VIEWER, ROUTE_ASKS, "", saga_read_one, saga_read_one_reply},
    {"POST", "/v1/sagas/{}/begin", ROLE_CLIENT, ROUTE_WRITES, "", open_post_begin,
     open_post_begin_reply},
    {"POST", "/v1/sagas/{}/steps", ROLE_CLIENT, ROUTE_WRITES, "", open_post_register,
     open_post_step_reply},
    {"POST", "/v1/sagas/{}/steps/{}/complete", ROLE_CLIENT, ROUTE_WRITES, "", open_post_complete,
     open_post_step_reply},
    {"POST", "/v1/sagas/{}/commit", ROLE_CLIENT, ROUTE_WRITES, "", open_post_commit,
     open_post_end_reply},
    {"POST", "/v1/sagas/{}/abort", ROLE_CLIENT, ROUTE_WRITES, "", open_post_abort,
     open_post_end_reply},
    {"GET", "/v1/sagas/{}/history", ROLE_VIEWER, ROUTE_READS, "since limit cursor", history_read,
     NULL},
    {"GET", "/v1/sagas/{}/rollback-plan", ROLE_VIEWER, ROUTE_READS, "steps to", plans_rollback,
     NULL},
    {"GET", "/v1/sagas/{}/migration-plan", ROLE_VIEWER, ROUTE_READS, "version", plans_migration,
     NULL},
    {"POST", "/v1/sagas/{}/rollback", ROLE_OPERATOR, ROUTE_WRITES, "", saga_verb, saga_verb_reply},
    {"POST", "/v1/sagas/{}/reverse", ROLE_OPERATOR, ROUTE_WRITES, "", saga_verb, saga_verb_reply},
    {"POST", "/v1/sagas/{}/retry", ROLE_OPERATOR, ROUTE_WRITES, "", saga_verb, saga_verb_reply},
    {"POST", "/v1/sagas/{}/resolve", ROLE_OPERATOR, ROUTE_WRITES, "", saga_verb, saga_verb_reply},
    {"POST", "/v1/sagas/{}/pause", ROLE_OPERATOR, ROUTE_WRITES, "", saga_verb, saga_verb_reply},
    {"POST", "/v1/sagas/{}/resume", ROLE_OPERATOR, ROUTE_WRITES, "", saga_verb, saga_verb_reply},
    {"POST", "/v1/sagas/{}/skip", ROLE_OPERATOR, ROUTE_WRITES, "", saga_verb, saga_verb_reply},
    {"POST", "/v1/sagas/{}/steps/{}/approve", ROLE_VIEWER, ROUTE_WRITES, "", saga_verb_decide,
     saga_verb_reply},
    {"POST", "/v1/sagas/{}/steps/{}/reject", ROLE_VIEWER, ROUTE_WRITES, "", saga_verb_decide,
     saga_verb_reply},
    {"POST", "/v1/sagas/{}/terminate", ROLE_OPERATOR, ROUTE_WRITES, "", saga_verb, saga_verb_reply},
    {"POST", "/v1/sagas/{}/migrate", ROLE_OPERATOR, ROUTE_WRITES, "", saga_verb, saga_verb_reply},
    {"POST", "/v1/sagas/{}/signal", ROLE_OPERATOR, ROUTE_WRITES, "", saga_verb, saga_verb_reply},
    {"GET", "/v1/webhooks", ROLE_VIEWER, ROUTE_READS, "", webhook_read_list, NULL},
    {"GET", "/v1/webhooks/{}/dead", ROLE_VIEWER, ROUTE_READS, "limit cursor", webhook_read_dead,
     NULL},
    {"POST", "/v1/webhooks/{}/redeliver", ROLE_OPERATOR, ROUTE_READS, "", webhook_verb,
     webhook_verb_reply},
    {"POST", "/v1/webhooks/{}/discard", ROLE_OPERATOR, ROUTE_READS, "", webhook_verb,
     webhook_verb_reply},
    {"POST", "/v1/webhooks/{}/enable", ROLE_OPERATOR, ROUTE_READS, "", webhook_verb,
     webhook_verb_reply},
    {"POST", "/v1/events", ROLE_CLIENT, ROUTE_WRITES, "", event_post, event_post_reply},
    {"POST", "/v1/tasks/{}/finish", ROLE_CLIENT, ROUTE_WRITES, "", task_finish, task_finish_reply},
};

const struct route *routes_at(uint32_t index)
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
            if (size == 0 || count == ROUTES_PARTS_MAX) {
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

void routes_find(const char *method, const char *path, struct target *target)
{
    const char *wanted = strcmp(method, "HEAD") == 0 ? "GET" : method;
    *target = (struct target){.route = NULL};
    for (uint32_t i = 0; i < ARRAY_COUNT(routes); i++) {
        if (!matches(routes[i].path, path, target->parts)) {
            continue;
        }
        if (strcmp(routes[i].method, wanted) == 0) {
            target->route = &routes[i];
            return;
        }
        size_t size = strlen(target->allow);
        snprintf(target->allow + size, sizeof(target->allow) - size, "%s%s%s", size > 0 ? ", " : "",
                 routes[i].method, strcmp(routes[i].method, "GET") == 0 ? ", HEAD" : "");
    }
}
