/* participant.c - the door of a participant, and the loop of the thread that reads the socket.
 *
 * That thread reads what comes without delay. Handlers run on the crew's threads or, when the
 * options say inline, on that thread itself. */
#include "participants/participant.h"

#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/mp.h"
#include "participants/connection.h"
#include "participants/session.h"
#include "participants/work.h"

#define OUT_SIZE_MIN 4096u      /* bytes set aside: small messages need no memory */
#define OUT_SIZE_MAX (4u << 20) /* bytes: a `ready` may name every attempt in the ledger */

const char *saga_notice_phrase(enum saga_notice notice)
{
    static const char *const phrases[] = {
        [SAGA_NOTICE_WELCOME] = "the coordinator is there; session",
        [SAGA_NOTICE_LOST] = "the coordinator is gone; connecting again",
        [SAGA_NOTICE_WHO] = "the coordinator has restarted",
        [SAGA_NOTICE_DRAIN] = "the coordinator is about to stop",
        [SAGA_NOTICE_ERROR] = "the coordinator complains:",
        [SAGA_NOTICE_WAITING] = "waits for a coordinator at",
    };
    bool is_known = (size_t)notice < ARRAY_COUNT(phrases) && phrases[notice] != NULL;
    return is_known ? phrases[notice] : "";
}

void participant_notice(struct saga_participant *participant, enum saga_notice notice,
                        const char *text)
{
    if (participant->notice) {
        participant->notice(notice, text, participant->notice_arg);
    }
}

static enum saga_error read_options(struct saga_participant *participant,
                                    const struct saga_participant_options *options)
{
    participant->window = options->window ? options->window : PARTICIPANT_WINDOW_DEFAULT;
    participant->has_barrier = options->barrier;
    participant->workers = options->workers ? options->workers : 1;
    participant->stop_ms = options->stop_ms ? options->stop_ms : PARTICIPANT_STOP_MS;
    participant->notice = options->notice;
    participant->notice_arg = options->notice_arg;
    participant->later = options->later;
    participant->later_arg = options->later_arg;
    participant->heartbeat_ms = PARTICIPANT_HEARTBEAT_MS;
    atomic_store(&participant->dead_ms, PARTICIPANT_DEAD_MS);
    atomic_store(&participant->max_message, PARTICIPANT_MESSAGE_MAX);
    atomic_store(&participant->window_wanted, participant->window);
    if (participant->window > PARTICIPANT_WINDOW_MAX || participant->workers > SAGA_WORKERS_MAX ||
        participant->workers < SAGA_WORKERS_INLINE) {
        return SAGA_INVALID;
    }
    if (options->meta.data) {
        enum saga_error rc = value_check(options->meta);
        if (rc != SAGA_OK || mp_type(value_span(options->meta)) != MP_MAP) {
            return SAGA_INVALID;
        }
        buf_write(&participant->meta, options->meta.data, options->meta.size);
    }
    return link_address(options->endpoint, &options->keys, &participant->address);
}

static enum saga_error open_parts(struct saga_participant *participant)
{
    uint8_t random[(PARTICIPANT_INSTANCE_SIZE - 1) / 2];
    digest_random(random, sizeof(random));
    digest_hex(span_of(random, sizeof(random)), participant->instance);
    participant->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    bool has_room = buf_reserve(&participant->out, OUT_SIZE_MIN) != NULL;
    buf_clear(&participant->out);
    participant->context = zmq_ctx_new();
    if (participant->wake_fd < 0 || !participant->context || !has_room) {
        return SAGA_NO_MEMORY;
    }
    return ledger_open(&participant->ledger,
                       PARTICIPANT_HELD_MAX + (size_t)participant->window * 2);
}

enum saga_error saga_participant_open(const struct saga_participant_options *options,
                                      struct saga_participant **participant)
{
    static const struct saga_participant_options defaults;
    *participant = NULL;
    struct saga_participant *made = calloc(1, sizeof(*made));
    if (!made) {
        return SAGA_NO_MEMORY;
    }
    made->magic = PARTICIPANT_MAGIC;
    made->wake_fd = -1;
    buf_open(&made->meta, VALUE_SIZE_MAX);
    buf_open(&made->out, OUT_SIZE_MAX);
    buf_open(&made->details, VALUE_SIZE_MAX);
    map_open(&made->actions);
    enum saga_error rc = read_options(made, options != NULL ? options : &defaults);
    if (rc != SAGA_OK) {
        goto err_after_made;
    }
    rc = open_parts(made);
    if (rc != SAGA_OK) {
        goto err_after_made;
    }
    rc = crew_open(&made->crew, made->wake_fd, work_execute);
    if (rc != SAGA_OK) {
        made->crew.execute = NULL; /* saga_participant_close() must not close it */
        goto err_after_made;
    }
    *participant = made;
    return SAGA_OK;

err_after_made:
    saga_participant_close(&made);
    POST(rc != SAGA_OK);
    return rc;
}

void saga_participant_close(struct saga_participant **participant)
{
    if (!participant || !*participant) {
        return;
    }
    struct saga_participant *gone = *participant;
    PRE(gone->magic == PARTICIPANT_MAGIC);
    gone->magic = 0;
    link_close(&gone->socket, 0);
    link_close(&gone->watch, 0);
    if (gone->context) {
        zmq_ctx_term(gone->context);
    }
    *participant = NULL;
    if (gone->crew.worker_count > 0) {
        return; /* a handler still runs and may use the rest */
    }
    if (gone->crew.execute) {
        crew_close(&gone->crew);
    }
    ledger_close(&gone->ledger);
    if (gone->wake_fd >= 0) {
        close(gone->wake_fd);
    }
    size_t at = 0;
    for (struct action *action; (action = map_next(&gone->actions, &at)) != NULL;) {
        free(action);
    }
    map_close(&gone->actions);
    buf_close(&gone->meta);
    buf_close(&gone->out);
    buf_close(&gone->details);
    free(gone);
}

static bool is_action(const char *name)
{
    const char *dot = strchr(name, '.');
    size_t size = strlen(name);
    return size < PARTICIPANT_ACTION_NAME_MAX && dot && dot != name && dot[1] != '\0' &&
           !strchr(dot + 1, '.');
}

enum saga_error saga_participant_serve(struct saga_participant *participant, const char *action,
                                       saga_handler_fn *handler, void *arg)
{
    if (!is_action(action) || !handler) {
        return SAGA_INVALID;
    }
    if (participant->is_running || map_get(&participant->actions, span_text(action))) {
        return SAGA_CONFLICT;
    }
    if (participant->actions.count >= PARTICIPANT_ACTION_MAX) {
        return SAGA_OVERLOADED;
    }
    struct action *made = calloc(1, sizeof(*made));
    if (!made) {
        return SAGA_NO_MEMORY;
    }
    memcpy(made->name, action, strlen(action) + 1);
    made->handler = handler;
    made->arg = arg;
    enum saga_error rc = map_put(&participant->actions, span_text(made->name), made);
    if (rc != SAGA_OK) {
        free(made);
    }
    return rc;
}

/* Takes what workers have put down: progress to report, and answers to send. */
static void collect(struct saga_participant *participant)
{
    uint64_t rung;
    if (read(participant->wake_fd, &rung, sizeof(rung)) != (ssize_t)sizeof(rung)) {
        return;
    }
    struct run *beats = NULL;
    struct run *finished = NULL;
    crew_collect(&participant->crew, &beats, &finished);
    for (struct run *run = beats, *next; run != NULL; run = next) {
        next = run->next_beat;
        session_beat(participant, run);
    }
    for (struct run *run = finished, *after; run != NULL; run = after) {
        after = run->after;
        run->before = run->after = NULL;
        work_finish(participant, run);
    }
}

/* The part of stop_ms that is left for queued messages to get out, and for workers to end. */
static uint32_t linger_ms(const struct saga_participant *participant)
{
    uint32_t quarter_ms = participant->stop_ms / 4;
    return quarter_ms < LINK_LINGER_MS ? quarter_ms : LINK_LINGER_MS;
}

/* Asked to stop: says bye, and goes when all that was taken is answered and durable. */
static bool is_over(struct saga_participant *participant)
{
    uint32_t stops = atomic_load(&participant->stops);
    if (stops == 0) {
        return false;
    }
    if (!participant->is_leaving) {
        participant->is_leaving = true;
        participant->stop_at_ms =
            participant->now_ms + participant->stop_ms - linger_ms(participant);
        session_bye(participant);
    }
    const struct ledger *ledger = &participant->ledger;
    bool all_answered = ledger->attempt_count == ledger->kept_count;
    return ledger->attempt_count == 0 || (stops > 1 && all_answered) ||
           participant->now_ms >= participant->stop_at_ms;
}

/* What has something to read. */
struct news {
    bool is_rung;    /* the eventfd */
    bool is_watched; /* the connection */
};

static struct news wait_for_news(struct saga_participant *participant)
{
    int64_t wait_ms = session_wait_ms(participant);
    if (participant->is_leaving && participant->stop_at_ms - participant->now_ms < wait_ms) {
        wait_ms = participant->stop_at_ms - participant->now_ms;
    }
    zmq_pollitem_t items[] = {
        {.fd = participant->wake_fd, .events = ZMQ_POLLIN},
        {.socket = participant->socket, .events = ZMQ_POLLIN},
        {.socket = participant->watch, .events = ZMQ_POLLIN},
    };
    int count = participant->socket != NULL ? 3 : 1;
    int rc = zmq_poll(items, count, (long)(wait_ms > 0 ? wait_ms : 0));
    return (struct news){rc < 0 || items[0].revents != 0, rc < 0 || items[2].revents != 0};
}

/* The loop: reads, acts, says what is due, waits. Ends when the participant may leave. */
static void serve(struct saga_participant *participant)
{
    struct news news = {true, true};
    for (;;) {
        participant->now_ms = link_now_ms();
        if (news.is_watched) {
            connection_watch(participant);
        }
        bool has_more = session_read(participant);
        if (news.is_rung) {
            collect(participant);
        }
        session_turn(participant, !has_more);
        if (is_over(participant)) {
            return;
        }
        news = has_more ? (struct news){.is_rung = true} : wait_for_news(participant);
    }
}

/* What saga_participant_run() returns: `rc`, or that a handler does not end. */
static enum saga_error leave(struct saga_participant *participant, enum saga_error rc)
{
    struct run *left = crew_recall(&participant->crew);
    MAYBE(left != NULL); /* the session ends, and the coordinator sends these tasks elsewhere */
    int64_t left_ms = participant->is_leaving ? participant->stop_at_ms - link_now_ms() : 0;
    left_ms = (left_ms > 0 ? left_ms : 0) + linger_ms(participant);
    bool all_ended = crew_end(&participant->crew, left_ms);
    connection_close(participant, linger_ms(participant));
    return rc == SAGA_OK && !all_ended ? SAGA_UNAVAILABLE : rc;
}

enum saga_error saga_participant_run(struct saga_participant *participant)
{
    if (participant->actions.count == 0 || participant->is_running) {
        return SAGA_INVALID;
    }
    participant->is_running = true;
    participant->now_ms = link_now_ms();
    enum saga_error rc = SAGA_OK;
    if (participant->workers != SAGA_WORKERS_INLINE) {
        rc = crew_start(&participant->crew, (uint32_t)participant->workers);
    }
    if (rc == SAGA_OK) {
        rc = connection_open(participant);
    }
    if (rc == SAGA_OK) {
        serve(participant);
    }
    return leave(participant, rc);
}

void saga_participant_stop(struct saga_participant *participant)
{
    atomic_fetch_add(&participant->stops, 1);
    crew_wake(participant->wake_fd);
}

void saga_participant_window(struct saga_participant *participant, uint32_t size)
{
    uint32_t window = size < participant->window ? size : participant->window;
    atomic_store(&participant->window_wanted, window);
    crew_wake(participant->wake_fd);
}

void saga_participant_counts(const struct saga_participant *participant,
                             struct saga_participant_counts *counts)
{
    const struct counts *now = &participant->counts;
    *counts = (struct saga_participant_counts){
        .sessions = now->sessions,
        .tasks = now->tasks,
        .ok = now->ok,
        .failed = now->failed,
        .later = now->later,
        .duplicates = now->duplicates,
        .remembered = now->remembered,
        .resent = now->resent,
        .done = now->done,
        .garbage = now->garbage,
    };
}
