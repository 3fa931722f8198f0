/* session.c - what one session knows of itself: its room, and its bad messages. */
#include "peers/session.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/check.h"
#include "base/json.h"
#include "peers/instances.h"

bool session_has_room(const struct session *session, int64_t now_ms)
{
    return session_load(session) < session->window && !session->is_closed &&
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

/* Bytes of a text that are shown in the log; what is longer is cut off. */
enum { SHOWN_MAX = 1000 };

/* The actions as one text, with a blank between two: "flights.book flights.cancel". */
static void list_actions(const struct session *session, char text[SHOWN_MAX])
{
    size_t size = 0;
    text[0] = '\0';
    for (uint32_t i = 0; i < session->action_count && size < SHOWN_MAX - 1; i++) {
        const struct span *name = &session->action_names[i];
        int added = snprintf(text + size, SHOWN_MAX - size, "%s%.*s", i > 0 ? " " : "",
                             (int)name->size, (const char *)name->data);
        size += added > 0 ? (size_t)added : 0;
    }
}

void session_log_opened(const struct session *session, struct span meta)
{
    char instance[INSTANCE_MAX + 1];
    char actions[SHOWN_MAX];
    char window[16];
    struct buf shown;
    snprintf(instance, sizeof(instance), "%.*s", (int)session->instance->name_size,
             (const char *)session->instance->name);
    snprintf(window, sizeof(window), "%u", session->window);
    list_actions(session, actions);
    buf_open(&shown, SHOWN_MAX);
    if (meta.size > 0 && json_from_mp(meta, &shown, JSON_COMPACT_STYLE) != SAGA_OK) {
        buf_clear(&shown);
        buf_text(&shown, "(more than is shown)");
    }
    buf_write(&shown, "", 1);
    bool has_meta = meta.size > 0 && !buf_failed(&shown);
    log_line(LOG_INFO, "session_opened", "instance", instance, "actions", actions, "window", window,
             has_meta ? "meta" : NULL, (const char *)shown.data, NULL);
    buf_close(&shown);
}

void session_log(enum log_level level, const char *event, const struct session *session,
                 const char *why)
{
    char name[INSTANCE_MAX + 1];
    PRE(session->instance->name_size <= INSTANCE_MAX);
    snprintf(name, sizeof(name), "%.*s", (int)session->instance->name_size,
             (const char *)session->instance->name);
    log_line(level, event, "instance", name, "why", why, NULL);
}
