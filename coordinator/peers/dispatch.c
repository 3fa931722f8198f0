/* dispatch.c - the way of one task: to the best session, to the next best, or into its queue. */
#include "peers/dispatch.h"

#include <stdio.h>

#include "base/log.h"
#include "engine/event.h"
#include "peers/emit.h"
#include "peers/outbound.h"
#include "peers/placing.h"
#include "saga/task.h"

/* How many milliseconds the participant may use for the task from its arrival on: the ttl of the
 * task, cut to what is left until the step closes. */
static int64_t ttl_of(const struct task *task, int64_t now_ms)
{
    int64_t left_ms = task->close_at_ms - now_ms;
    return task->close_at_ms != 0 && left_ms < task->ttl_ms ? left_ms : task->ttl_ms;
}

enum sending {
    SENDING_DONE,
    SENDING_EXPIRED, /* the time of the task is over, so it was not sent */
    SENDING_REFUSED, /* the task can never be sent, and the engine has heard so */
    SENDING_FAILED,  /* the task was not sent, and may be sent later */
};

/* No participant can ever take a task of this size: the attempt fails at once, for it would wait
 * for ever. */
static void refuse_size(struct peers *peers, const struct task *task, int64_t now_ms)
{
    struct event event = {.kind = EVENT_RESULT, .now_ms = now_ms};
    event.result = (struct result){.key = task->key,
                                   .attempt = task->attempt,
                                   .status = RESULT_FAILED,
                                   .code = span_text("too_large"),
                                   .message = span_text("the task is larger than may be sent"),
                                   .retry_after_ms = -1};
    memcpy(event.result.token, task->token, TOKEN_SIZE);
    emit_event(peers, &event);
}

static enum sending send_flight(struct peers *peers, struct flight *flight, struct session *session,
                                int64_t now_ms)
{
    int64_t ttl_ms = ttl_of(flight->task, now_ms);
    if (ttl_ms <= 0) {
        return SENDING_EXPIRED;
    }
    enum saga_error rc = outbound_task(peers, session, flight->task, ttl_ms, now_ms);
    if (rc == SAGA_TOO_LARGE) {
        refuse_size(peers, flight->task, now_ms);
        return SENDING_REFUSED;
    }
    if (rc != SAGA_OK) {
        return SENDING_FAILED;
    }
    flights_unlink(&peers->flights, flight);
    flights_open(&peers->flights, flight, session);
    emit_flight(peers, EVENT_SENT, flight, session, now_ms);
    return SENDING_DONE;
}

/* Tries to send the flight to the sessions that offer its action, the least loaded first, until one
 * can be sent to. */
static enum sending offer(struct peers *peers, struct flight *flight, struct action *action,
                          int64_t now_ms)
{
    for (uint32_t i = 0; i <= action->session_count; i++) {
        struct session *session = actions_choose(action, now_ms);
        if (!session) {
            return SENDING_FAILED;
        }
        enum sending sending = send_flight(peers, flight, session, now_ms);
        if (sending != SENDING_FAILED) {
            return sending;
        }
    }
    return SENDING_FAILED;
}

/* A name that is taken already can only be one that some peer claimed to be running, or one that
 * is past: the attempt that leaves now is the true one. */
static struct flight *make_flight(struct peers *peers, const struct task *task)
{
    struct flight *flight = flights_find(&peers->flights, task->key, task->attempt);
    if (flight) {
        flights_forget(&peers->flights, flight);
    }
    flight = flights_new(&peers->flights, task->key, task->attempt);
    if (!flight) {
        return NULL;
    }
    flight->task = task;
    flight->is_urgent = task->kind != TASK_DO;
    flight->has_token = true;
    memcpy(flight->token, task->token, TOKEN_SIZE);
    return flight;
}

/* Logs once that nobody offers the action, when its first task begins to wait. */
static void say_nobody(const struct action *action)
{
    char name[LIMIT_ACTION + 1];
    (void)snprintf(name, sizeof(name), "%.*s", (int)action->name_size, (const char *)action->name);
    log_line(LOG_WARN, "nobody_serves", "action", name, "what", "its tasks wait", NULL);
}

/* Sends a task to the session for which a slot was kept, or to none: the task's record names that
 * session already, so another one must not get the task. */
static void dispatch_placed(struct peers *peers, const struct task *task, int64_t now_ms)
{
    struct session *session = placing_arrive(peers, task);
    bool has_room = session && session_has_room(session, now_ms);
    struct flight *flight = has_room ? make_flight(peers, task) : NULL;
    enum sending sending = flight ? send_flight(peers, flight, session, now_ms) : SENDING_FAILED;
    if (flight && (sending == SENDING_FAILED || sending == SENDING_REFUSED)) {
        flights_forget(&peers->flights, flight);
    }
    if (sending == SENDING_FAILED) {
        emit_untaken(peers, task, now_ms);
    }
    if (session && sending != SENDING_DONE) {
        dispatch_session(peers, session, now_ms);
    }
}

void dispatch_task(struct peers *peers, const struct task *task, int64_t now_ms)
{
    if (task->session == PLACING_ANYWHERE) {
        placing_come(peers, actions_find(&peers->actions, task->action), task->kind);
    } else if (task->session != 0) {
        dispatch_placed(peers, task, now_ms);
        return;
    }
    if (peers->flights.waiting_count == WAITING_MAX) {
        emit_untaken(peers, task, now_ms);
        return;
    }
    struct flight *flight = make_flight(peers, task);
    struct action *action = flight ? actions_take(&peers->actions, task->action) : NULL;
    if (!action) {
        if (flight) {
            flights_forget(&peers->flights, flight);
        }
        emit_untaken(peers, task, now_ms);
        return;
    }
    /* A new task does not overtake one that waits already. */
    bool is_first = !action->urgent.first && (flight->is_urgent || !action->plain.first);
    enum sending sending = is_first ? offer(peers, flight, action, now_ms) : SENDING_FAILED;
    if (sending == SENDING_FAILED && action->session_count == 0 && action->uses == 1) {
        say_nobody(action);
    }
    if (sending == SENDING_FAILED) {
        /* The waiting flight keeps the use of the action that was counted for it. */
        flights_wait(&peers->flights, flight, action);
    } else {
        actions_release(&peers->actions, action);
    }
    if (sending == SENDING_REFUSED) {
        flights_forget(&peers->flights, flight);
    }
}

/* The flight that the session gets next: of all that wait for actions of the session, the oldest
 * urgent one, or else the oldest. */
static struct flight *next_of(const struct session *session)
{
    struct flight *urgent = NULL;
    struct flight *plain = NULL;
    for (uint32_t i = 0; i < session->action_count; i++) {
        const struct action *action = session->actions[i];
        struct flight *first = action->urgent.first;
        if (first && (!urgent || first->order < urgent->order)) {
            urgent = first;
        }
        first = action->plain.first;
        if (first && (!plain || first->order < plain->order)) {
            plain = first;
        }
    }
    return urgent ? urgent : plain;
}

void dispatch_session(struct peers *peers, struct session *session, int64_t now_ms)
{
    while (peers->flights.waiting_count > 0 && session_has_room(session, now_ms)) {
        struct flight *flight = next_of(session);
        if (!flight) {
            return;
        }
        enum sending sending = send_flight(peers, flight, session, now_ms);
        if (sending == SENDING_FAILED) {
            return;
        }
        if (sending == SENDING_EXPIRED) {
            flights_unlink(&peers->flights, flight);
        } else if (sending == SENDING_REFUSED) {
            flights_forget(&peers->flights, flight);
        }
    }
}
