/* session.c - what one session knows of itself: its room, and its bad messages. */
#include "peers/session.h"

#include "base/check.h"
#include "peers/instances.h"

bool session_has_room(const struct session *session, int64_t now_ms)
{
    return session->in_flight < session->window && !session->is_closed &&
           session->stalled_until_ms <= now_ms;
}

bool session_count_bad(struct session *session, int64_t now_ms)
{
    bool is_last = now_ms - session->bad_ms[0] < BAD_MS;
    for (uint32_t i = 1; i < BAD_MAX - 1; i++) {
        session->bad_ms[i - 1] = session->bad_ms[i];
    }
    session->bad_ms[BAD_MAX - 2] = now_ms;
    POST(session->bad_ms[0] <= now_ms);
    return is_last;
}

void session_log(enum log_level level, const char *event, const struct session *session,
                 const char *why)
{
    char name[INSTANCE_MAX + 1];
    PRE(session->instance->name_size <= INSTANCE_MAX);
    memcpy(name, session->instance->name, session->instance->name_size);
    name[session->instance->name_size] = '\0';
    log_line(level, event, "instance", name, "why", why, NULL);
}
