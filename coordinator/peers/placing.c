/* placing.c - slots kept free, and tasks that are expected. */
#include "peers/placing.h"

#include "saga/task.h"

/* Does anything wait for the action that a task of this urgency must not overtake, or will it? */
static bool is_awaited(const struct action *action, bool is_urgent)
{
    return action->urgent.first || action->expected_urgent > 0 ||
           (!is_urgent && (action->plain.first || action->expected_plain > 0));
}

/* Does a task wait, or will one, for any action that the session offers, which a task of this
 * urgency must not overtake? */
static bool is_wanted(const struct session *session, bool is_urgent)
{
    for (uint32_t i = 0; i < session->action_count; i++) {
        if (is_awaited(session->actions[i], is_urgent)) {
            return true;
        }
    }
    return false;
}

static struct session *choose(const struct peers *peers, struct action *action, bool is_urgent,
                              int64_t now_ms)
{
    bool is_first = !is_awaited(action, is_urgent);
    struct session *session = is_first ? actions_choose(action, now_ms) : NULL;
    bool is_quiet = peers->flights.waiting_count == 0 && peers->expected_count == 0;
    return session && (is_quiet || !is_wanted(session, is_urgent)) ? session : NULL;
}

static uint32_t *expected(struct action *action, enum task_kind kind)
{
    return kind == TASK_DO ? &action->expected_plain : &action->expected_urgent;
}

struct placed placing_choose(struct peers *peers, struct span name, enum task_kind kind,
                             int64_t now_ms)
{
    struct action *action = actions_find(&peers->actions, name);
    if (!action) {
        return (struct placed){0}; /* nobody serves the action */
    }
    struct session *session = choose(peers, action, kind != TASK_DO, now_ms);
    if (!session) {
        action->uses++;
        *expected(action, kind) += 1;
        peers->expected_count++;
        return (struct placed){.session = PLACING_ANYWHERE};
    }
    session->reserved++;
    return (struct placed){session->contact->ref, instance_name(session->instance)};
}

void placing_come(struct peers *peers, struct action *action, enum task_kind kind)
{
    CHECK(*expected(action, kind) > 0);
    CHECK(peers->expected_count > 0);
    *expected(action, kind) -= 1;
    peers->expected_count--;
    actions_release(&peers->actions, action);
}

static struct session *free_slot(const struct peers *peers, uint64_t ref)
{
    const struct contact *contact = contacts_of_ref(&peers->contacts, ref);
    struct session *session = contact ? contact->session : NULL;
    if (session) {
        CHECK(session->reserved > 0);
        session->reserved--;
    }
    return session;
}

struct session *placing_arrive(const struct peers *peers, const struct task *task)
{
    PRE(task->session != 0 && task->session != PLACING_ANYWHERE);
    return free_slot(peers, task->session);
}

void placing_give_back(struct peers *peers, struct span name, enum task_kind kind, uint64_t session)
{
    if (session == PLACING_ANYWHERE) {
        struct action *action = actions_find(&peers->actions, name);
        CHECK(action != NULL);
        placing_come(peers, action, kind);
    } else if (session != 0 && free_slot(peers, session)) {
        /* The next tick looks at all sessions, and gives the free slot to a task that waits. */
        peers->due_ms = 0;
    }
}
