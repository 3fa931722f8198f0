/* session.c - what is said and heard in a session: welcome, silence, and what is due.
 *
 *      no session --welcome--> session --who, a lost connection, silence--> no session
 *
 * Results are kept until `done` names them, and sent again after every welcome and every 5 s.
 * Therefore no answer is lost when the coordinator or the connection goes away. */
#include "participants/session.h"

#include "base/mp.h"
#include "participants/connection.h"
#include "participants/done.h"
#include "participants/inbound.h"
#include "participants/ready.h"
#include "participants/results.h"
#include "participants/tasks.h"
#include "participants/window.h"
#include "participants/work.h"

enum {
    READY_AGAIN_MS = 200, /* a `who` is answered no more often than this */
    /* Messages read before the first of them is acted on: meanwhile the processor fetches what
       their keys need. */
    SESSION_AHEAD = 8,
};

void session_begin(struct saga_participant *participant, uint32_t pairs, const char *type)
{
    buf_clear(&participant->out);
    mp_put_map(&participant->out, pairs + 2);
    mp_put_text(&participant->out, "v");
    mp_put_uint(&participant->out, 1);
    mp_put_text(&participant->out, "type");
    mp_put_text(&participant->out, type);
}

bool session_send(struct saga_participant *participant, struct span message)
{
    if (!participant->socket || message.size == 0) {
        return false;
    }
    if (!link_send(participant->socket, message)) {
        return false;
    }
    participant->spoke_ms = participant->now_ms;
    return true;
}

bool session_send_out(struct saga_participant *participant)
{
    return !buf_failed(&participant->out) && session_send(participant, buf_span(&participant->out));
}

/* ---- what comes ---- */

static void take_welcome(struct saga_participant *participant, struct inbound *inbound)
{
    const struct message *message = &inbound->message;
    char session[128] = "";
    if (message->session.size < sizeof(session)) {
        memcpy(session, message->session.data, message->session.size);
    }
    if (message->heartbeat_ms > 0) {
        participant->heartbeat_ms = message->heartbeat_ms;
    }
    if (message->dead_ms > 0) {
        atomic_store(&participant->dead_ms, message->dead_ms);
    }
    if (message->max_message > 0) {
        atomic_store(&participant->max_message, message->max_message);
    }
    participant->is_welcome = true;
    participant->said_waiting = participant->said_refused = false;
    count_one(&participant->counts.sessions);
    participant_notice(participant, SAGA_NOTICE_WELCOME, session);
    results_resend_all(participant);
    if (participant->is_leaving) {
        session_bye(participant);
    }
}

static void take_who(struct saga_participant *participant, struct inbound *inbound)
{
    PRE(inbound->is_good);
    if (participant->now_ms - participant->ready_ms < READY_AGAIN_MS && !participant->is_welcome) {
        return;
    }
    participant_notice(participant, SAGA_NOTICE_WHO, "");
    ready_say(participant);
}

static void take_error(struct saga_participant *participant, struct inbound *inbound)
{
    const struct message *message = &inbound->message;
    char text[256];
    struct buf out = {
        .data = (uint8_t *)text, .capacity = sizeof(text) - 1, .size_max = sizeof(text) - 1};
    buf_write(&out, message->code.data, message->code.size);
    buf_write(&out, ": ", 2);
    buf_write(&out, message->message.data, message->message.size);
    text[out.size] = '\0';
    participant_notice(participant, SAGA_NOTICE_ERROR, text);
}

static void take_drain(struct saga_participant *participant, struct inbound *inbound)
{
    MAYBE(message_has(&inbound->message, FIELD_BIT(FIELD_AFTER_MS)));
    participant_notice(participant, SAGA_NOTICE_DRAIN, "");
}

/* That something was heard is all that a heartbeat says. */
static void take_heartbeat(struct saga_participant *participant, struct inbound *inbound)
{
    PRE(inbound->is_good);
    MAYBE(participant->is_welcome);
}

/* What comes most often stands first. */
static const struct {
    const char *type;
    void (*take)(struct saga_participant *participant, struct inbound *inbound);
} takers[] = {
    {"task", tasks_take},      {"done", done_take},   {"cancel", tasks_cancel},
    {"welcome", take_welcome}, {"who", take_who},     {"heartbeat", take_heartbeat},
    {"drain", take_drain},     {"error", take_error},
};

static void take(struct saga_participant *participant, struct inbound *inbound)
{
    for (size_t i = 0; inbound->is_good && i < ARRAY_COUNT(takers); i++) {
        if (span_is(inbound->message.type, takers[i].type)) {
            takers[i].take(participant, inbound);
            return;
        }
    }
    count_one(&participant->counts.garbage);
}

/* Called before anything is read: a process that slept (stopped, swapped out, busy with an inline
 * handler) finds messages that were sent meanwhile, which must not hide that it did not listen. */
static void look_for_silence(struct saga_participant *participant)
{
    int64_t heard_ms = atomic_load_explicit(&participant->heard_ms, memory_order_relaxed);
    int64_t dead_ms = atomic_load_explicit(&participant->dead_ms, memory_order_relaxed);
    if (participant->now_ms - heard_ms <= dead_ms) {
        return;
    }
    atomic_store(&participant->silent_ms, participant->now_ms);
    work_expire_all(participant);
    connection_renew(participant);
}

bool session_read(struct saga_participant *participant)
{
    struct inbound inbound[SESSION_AHEAD];
    look_for_silence(participant);
    bool has_more = participant->socket != NULL;
    for (int i = 0; has_more && i < LINK_BATCH_MAX; i += SESSION_AHEAD) {
        int count = 0;
        while (count < SESSION_AHEAD && has_more) {
            has_more = inbound_receive(participant, &inbound[count]);
            count += has_more ? 1 : 0;
        }
        if (count > 0) {
            atomic_store_explicit(&participant->heard_ms, participant->now_ms,
                                  memory_order_relaxed);
        }
        for (int j = 0; j < count; j++) {
            take(participant, &inbound[j]);
            zmq_msg_close(&inbound[j].frame);
        }
    }
    return has_more;
}

/* ---- what is due ---- */

void session_turn(struct saga_participant *participant, bool has_read_all)
{
    window_look(participant);
    MAYBE(window_tell(
        participant)); /* a failure is tried again next turn, and no result leaves before */
    if (has_read_all && ready_is_due(participant)) {
        ready_say(participant);
    }
    if (participant->is_welcome) {
        results_resend_due(participant);
    }
    if (participant->is_welcome &&
        participant->now_ms - participant->spoke_ms >= participant->heartbeat_ms) {
        session_begin(participant, 0, "heartbeat");
        MAYBE(session_send_out(participant));
    }
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int64_t session_wait_ms(const struct saga_participant *participant)
{
    int64_t now_ms = participant->now_ms;
    int64_t heard_ms = atomic_load_explicit(&participant->heard_ms, memory_order_relaxed);
    int64_t dead_ms = atomic_load_explicit(&participant->dead_ms, memory_order_relaxed);
    int64_t spoke_ms = participant->is_welcome ? participant->spoke_ms : participant->ready_ms;
    int64_t wait_ms = heard_ms + dead_ms + 1 - now_ms;
    if (participant->is_connected) {
        wait_ms = earlier(wait_ms, spoke_ms + participant->heartbeat_ms - now_ms);
    }
    if (participant->is_welcome) {
        wait_ms = earlier(wait_ms, results_wait_ms(participant));
    }
    return wait_ms < 0 ? 0 : wait_ms;
}

void session_bye(struct saga_participant *participant)
{
    session_begin(participant, 0, "bye");
    MAYBE(session_send_out(participant));
}

void session_beat(struct saga_participant *participant, struct run *run)
{
    crew_take_beat(&participant->crew, run, &participant->details);
    bool has_details = participant->details.size > 0 && !buf_failed(&participant->details);
    session_begin(participant, 1, "heartbeat");
    mp_put_text(&participant->out, "running");
    mp_put_array(&participant->out, 1);
    mp_put_map(&participant->out, has_details ? 3 : 2);
    mp_put_text(&participant->out, "key");
    mp_put_str(&participant->out, span_of(run->key, run->key_size));
    mp_put_text(&participant->out, "attempt");
    mp_put_uint(&participant->out, run->current->number);
    if (has_details) {
        mp_put_text(&participant->out, "details");
        mp_put_value(&participant->out, buf_span(&participant->details));
    }
    MAYBE(session_send_out(participant));
}
