/* actions.c - a map from names to actions, each with an array of the sessions that offer it. */
#include "peers/actions.h"

#include <stdlib.h>

#include "base/mp.h"

struct action *actions_find(const struct actions *actions, struct span name)
{
    return map_get(&actions->map, name);
}

struct action *actions_take(struct actions *actions, struct span name)
{
    struct action *action = actions_find(actions, name);
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
        if (map_put(&actions->map, action_name(action), action) != SAGA_OK) {
            free(action);
            return NULL;
        }
    }
    action->uses++;
    return action;
}

void actions_release(struct actions *actions, struct action *action)
{
    PRE(action->uses > 0);
    if (--action->uses > 0) {
        return;
    }
    CHECK(action->session_count == 0);
    CHECK(map_drop(&actions->map, action_name(action)) == action);
    free(action->sessions);
    free(action);
}

/* ---- what a session offers ---- */

static enum saga_error add_session(struct action *action, struct session *session)
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

static void drop_session(struct action *action, const struct session *session)
{
    for (uint32_t i = 0; i < action->session_count; i++) {
        if (action->sessions[i] == session) {
            action->sessions[i] = action->sessions[--action->session_count];
            return;
        }
    }
}

static bool offers(const struct session *session, const struct action *action)
{
    for (uint32_t i = 0; i < session->action_count; i++) {
        if (session->actions[i] == action) {
            return true;
        }
    }
    return false;
}

/* Adds an action to those that the session offers; an action that the session names twice is added
 * once. */
static enum saga_error offer(struct actions *actions, struct session *session, struct span name)
{
    struct action *action = actions_take(actions, name);
    if (!action) {
        return SAGA_NO_MEMORY;
    }
    if (offers(session, action)) {
        actions_release(actions, action);
        return SAGA_OK;
    }
    if (add_session(action, session) != SAGA_OK) {
        actions_release(actions, action);
        return SAGA_NO_MEMORY;
    }
    session->action_names[session->action_count] = action_name(action);
    session->actions[session->action_count++] = action;
    return SAGA_OK;
}

enum saga_error actions_set(struct actions *actions, struct session *session, struct span names)
{
    struct mp mp = mp_open(names);
    uint32_t count = mp_array(&mp);
    actions_drop(actions, session);
    session->actions = calloc(count + 1u, sizeof(struct action *));
    session->action_names = calloc(count + 1u, sizeof(*session->action_names));
    if (!session->actions || !session->action_names) {
        return SAGA_NO_MEMORY;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (offer(actions, session, mp_str(&mp)) != SAGA_OK) {
            return SAGA_NO_MEMORY;
        }
    }
    POST(session->action_count <= count);
    return SAGA_OK;
}

void actions_drop(struct actions *actions, struct session *session)
{
    for (uint32_t i = 0; i < session->action_count; i++) {
        drop_session(session->actions[i], session);
        actions_release(actions, session->actions[i]);
    }
    free(session->actions);
    free(session->action_names);
    session->actions = NULL;
    session->action_names = NULL;
    session->action_count = 0;
}

/* ---- who gets a task ---- */

/* The search ends at the first session without any task, which no other can beat. */
struct session *actions_choose(struct action *action, int64_t now_ms)
{
    uint32_t count = action->session_count;
    uint32_t best = count;
    uint32_t at = action->turn < count ? action->turn : 0;
    for (uint32_t i = 0; i < count; i++, at = at + 1 < count ? at + 1 : 0) {
        const struct session *session = action->sessions[at];
        if (!session_has_room(session, now_ms)) {
            continue;
        }
        if (best == count || session_load(session) < session_load(action->sessions[best])) {
            best = at;
        }
        if (session_load(session) == 0) {
            break;
        }
    }
    if (best == count) {
        return NULL;
    }
    action->turn = best + 1;
    POST(session_has_room(action->sessions[best], now_ms));
    return action->sessions[best];
}

/* "flights.book" -> "flights." */
static struct span service_of(struct span name)
{
    const uint8_t *dot = name.size == 0 ? NULL : memrchr(name.data, '.', name.size);
    return dot ? span_of(name.data, (size_t)(dot - name.data) + 1) : name;
}

struct session *actions_any(const struct actions *actions, struct span name)
{
    const struct action *action = actions_find(actions, name);
    if (action && action->session_count > 0) {
        return action->sessions[0];
    }
    struct span service = service_of(name);
    size_t at = 0;
    while ((action = map_next(&actions->map, &at)) != NULL) {
        if (action->session_count > 0 && action->name_size >= service.size &&
            memcmp(action->name, service.data, service.size) == 0) {
            return action->sessions[0];
        }
    }
    return NULL;
}

void actions_close(struct actions *actions)
{
    size_t at = 0;
    for (struct action *action; (action = map_next(&actions->map, &at)) != NULL;) {
        free(action->sessions);
        free(action);
    }
    map_close(&actions->map);
}
