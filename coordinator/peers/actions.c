/* actions.c - who offers an action, and which of them gets the next task.
 *
 * The least loaded session is chosen; equals take turns, because the search begins behind the last
 * one chosen. It ends at the first session without any task, which no other can beat. */
#include <stdlib.h>

#include "peers/parts.h"

struct action *actions_find(const struct peers *peers, struct span name)
{
    return map_get(&peers->actions, name);
}

struct action *actions_take(struct peers *peers, struct span name)
{
    struct action *action = actions_find(peers, name);
    if (!action) {
        if (name.size > LIMIT_ACTION) {
            return NULL;
        }
        action = calloc(1, sizeof(*action));
        if (!action) {
            return NULL;
        }
        action->name_size = (uint32_t)name.size;
        if (name.size > 0) {
            memcpy(action->name, name.data, name.size);
        }
        if (map_put(&peers->actions, span_of(action->name, name.size), action) != SAGA_OK) {
            free(action);
            return NULL;
        }
    }
    action->uses++;
    return action;
}

void actions_release(struct peers *peers, struct action *action)
{
    PRE(action->uses > 0);
    if (--action->uses > 0) {
        return;
    }
    CHECK(action->session_count == 0);
    CHECK(map_drop(&peers->actions, span_of(action->name, action->name_size)) == action);
    free(action->sessions);
    free(action);
}

enum saga_error actions_offer(struct action *action, struct session *session)
{
    if (action->session_count == action->session_capacity) {
        uint32_t capacity = action->session_capacity == 0 ? 4 : action->session_capacity * 2;
        struct session **sessions = realloc(action->sessions, capacity * sizeof(*sessions));
        if (!sessions) {
            return SAGA_NO_MEMORY;
        }
        action->sessions = sessions;
        action->session_capacity = capacity;
    }
    action->sessions[action->session_count++] = session;
    return SAGA_OK;
}

void actions_withdraw(struct action *action, const struct session *session)
{
    for (uint32_t i = 0; i < action->session_count; i++) {
        if (action->sessions[i] == session) {
            action->sessions[i] = action->sessions[--action->session_count];
            return;
        }
    }
}

struct session *actions_choose(const struct peers *peers, struct action *action, int64_t now_ms)
{
    uint32_t count = action->session_count;
    uint32_t best = count;
    uint32_t at = action->turn < count ? action->turn : 0;
    for (uint32_t i = 0; i < count; i++, at = at + 1 < count ? at + 1 : 0) {
        const struct session *session = action->sessions[at];
        if (!sessions_has_room(peers, session, now_ms)) {
            continue;
        }
        if (best == count || session->in_flight < action->sessions[best]->in_flight) {
            best = at;
        }
        if (session->in_flight == 0) {
            break;
        }
    }
    if (best == count) {
        return NULL;
    }
    action->turn = best + 1;
    return action->sessions[best];
}

/* "flights.book" -> "flights." */
static struct span service_of(struct span name)
{
    const uint8_t *dot = name.size == 0 ? NULL : memrchr(name.data, '.', name.size);
    return dot ? span_of(name.data, (size_t)(dot - name.data) + 1) : name;
}

struct session *actions_any(const struct peers *peers, struct span name)
{
    const struct action *action = actions_find(peers, name);
    if (action && action->session_count > 0) {
        return action->sessions[0];
    }
    struct span service = service_of(name);
    size_t at = 0;
    while ((action = map_next(&peers->actions, &at)) != NULL) {
        if (action->session_count > 0 && action->name_size >= service.size &&
            memcmp(action->name, service.data, service.size) == 0) {
            return action->sessions[0];
        }
    }
    return NULL;
}
