/* outbox.c - one round: what is new becomes lanes, what is due becomes flights, what has landed
 * becomes requests to the loop.
 *
 *   lane waits --due--> flight: posted --done--> asked --answered (durable)--> lane goes on
 *
 * All of it belongs to the pumping thread, but the list of flights that the loop has answered. */
#include "outbox/outbox.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/log.h"
#include "outbox/cloudevent.h"
#include "outbox/lanes.h"
#include "outbox/backoff.h"
#include "outbox/sign.h"

enum {
    SCAN_MAX = 1000,      /* deliveries read at once */
    FLIGHTS_MAX = 8,      /* of one hook at a time */
    FAILURES_MAX = 5,     /* in a row: from then on one at a time, until one arrives */
    RETRY_MS = 1000,      /* after trouble of our own */
    HELD_MAX_MS = 3600000 /* a receiver that is too busy stops all of its hook at most so long */
};

struct hook {
    const struct webhook *config;
    struct lanes lanes;
    uint32_t flights;
    uint32_t failures; /* in a row */
    int64_t held_ms;   /* nothing leaves before */
    bool is_disabled;
};

struct flight {
    struct outbox *outbox;
    struct flight *next; /* of all */
    struct flight *prev;
    struct flight *next_waiting; /* of those answered, or to be asked again */
    struct hook *hook;
    struct lane *lane;
    struct post post;
    struct buf body;
    struct buf signature;
    char id[CLOUDEVENT_KEY_SIZE];
    char timestamp[24];
    char event[LIMIT_SAGA_ID * 3]; /* for the log; may be cut */
    char why[128];
    struct request request;
    enum saga_error answer;
};

struct outbox {
    struct outbox_options options;
    struct hook hooks[WEBHOOK_COUNT_MAX];
    struct flight *flights; /* all of them */
    struct flight *unasked; /* their outcome waits for room on the desk */
    uint64_t last_id;       /* deliveries up to it have been seen */
    int64_t retry_ms;       /* no look at the store before */
    uint64_t random;
    struct outbox_stats stats;
    atomic_bool is_new;   /* deliveries were added */
    atomic_bool is_anew;  /* others were changed: forget what was seen */
    pthread_mutex_t lock; /* guards the list of the answered */
    struct flight *answered;
};

static void post_done(void *arg, const struct post_outcome *outcome, void *outbox);

enum saga_error outbox_new(const struct outbox_options *options, struct outbox **outbox)
{
    struct outbox *made = calloc(1, sizeof(*made));
    if (!made) {
        return SAGA_NO_MEMORY;
    }
    if (pthread_mutex_init(&made->lock, NULL) != 0) {
        free(made);
        return SAGA_NO_MEMORY;
    }
    made->options = *options;
    made->random = options->seed | 1;
    for (uint32_t i = 0; i < options->hooks->count; i++) {
        made->hooks[i].config = &options->hooks->items[i];
        lanes_open(&made->hooks[i].lanes);
    }
    atomic_store(&made->is_anew, true);
    options->transport->done = post_done;
    options->transport->arg = made;
    *outbox = made;
    return SAGA_OK;
}

static void drop_flight(struct outbox *outbox, struct flight *flight)
{
    if (flight->prev) {
        flight->prev->next = flight->next;
    } else {
        outbox->flights = flight->next;
    }
    if (flight->next) {
        flight->next->prev = flight->prev;
    }
    flight->hook->flights--;
    buf_close(&flight->body);
    buf_close(&flight->signature);
    free(flight);
}

void outbox_destroy(struct outbox **outbox)
{
    struct outbox *gone = *outbox;
    if (!gone) {
        return;
    }
    gone->options.transport->ops->close(&gone->options.transport);
    while (gone->flights) {
        drop_flight(gone, gone->flights);
    }
    for (uint32_t i = 0; i < gone->options.hooks->count; i++) {
        lanes_close(&gone->hooks[i].lanes);
    }
    gone->options.reader->ops->close(&gone->options.reader);
    pthread_mutex_destroy(&gone->lock);
    free(gone);
    *outbox = NULL;
}

void outbox_wake(struct outbox *outbox, bool anew)
{
    atomic_store(anew ? &outbox->is_anew : &outbox->is_new, true);
    outbox->options.transport->ops->wake(outbox->options.transport);
}

static uint32_t draw(struct outbox *outbox)
{
    outbox->random = outbox->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(outbox->random >> 33);
}

/* ---- what the store holds ---- */

static struct hook *find_hook(struct outbox *outbox, struct span name)
{
    for (uint32_t i = 0; i < outbox->options.hooks->count; i++) {
        if (span_is(name, outbox->hooks[i].config->name)) {
            return &outbox->hooks[i];
        }
    }
    return NULL; /* of a hook that is not configured any more: it stays where it is */
}

struct scan {
    struct outbox *outbox;
    uint32_t count;
};

static struct lane head_of(const struct delivery *delivery)
{
    return (struct lane){
        .node.due = delivery->due_ms, .head = delivery->id, .attempts = delivery->attempts};
}

static enum saga_error see(const struct store_delivery *found, void *arg)
{
    struct scan *scan = arg;
    struct hook *hook = find_hook(scan->outbox, found->delivery.hook);
    struct lane head = head_of(&found->delivery);
    enum saga_error rc = hook ? lanes_add(&hook->lanes, found->notice.saga, &head) : SAGA_OK;
    if (rc == SAGA_OK) {
        scan->count++;
        scan->outbox->last_id = found->delivery.id;
    }
    return rc;
}

static enum saga_error see_hook(const struct store_hook *found, void *arg)
{
    struct hook *hook = find_hook(arg, found->row.name);
    if (hook) {
        hook->is_disabled = found->row.disabled_ms > 0;
        hook->failures = 0;
        hook->held_ms = 0;
    }
    return SAGA_OK;
}

static enum saga_error scan(struct outbox *outbox)
{
    struct store_reader *reader = outbox->options.reader;
    struct scan scan = {.outbox = outbox, .count = SCAN_MAX};
    enum saga_error rc = SAGA_OK;
    while (rc == SAGA_OK && scan.count == SCAN_MAX) {
        struct delivery_filter filter = {.after = outbox->last_id, .limit = SCAN_MAX};
        scan.count = 0;
        rc = reader->ops->list_deliveries(reader, &filter, see, &scan);
    }
    return rc;
}

static void look(struct outbox *outbox, int64_t now_ms)
{
    if (outbox->retry_ms > now_ms) {
        return;
    }
    bool anew = atomic_exchange(&outbox->is_anew, false);
    bool is_new = atomic_exchange(&outbox->is_new, false);
    struct store_reader *reader = outbox->options.reader;
    enum saga_error rc = SAGA_OK;
    if (anew) {
        outbox->last_id = 0;
        for (uint32_t i = 0; i < outbox->options.hooks->count; i++) {
            lanes_clear(&outbox->hooks[i].lanes);
        }
        rc = reader->ops->list_hooks(reader, see_hook, outbox);
    }
    if (rc == SAGA_OK && (anew || is_new)) {
        rc = scan(outbox);
    }
    if (rc != SAGA_OK) {
        log_line(LOG_ERROR, "outbox_cannot_read", "error", error_code(rc), NULL);
        atomic_store(&outbox->is_anew, true);
        outbox->retry_ms = now_ms + RETRY_MS;
    }
}

/* ---- flights: out ---- */

static enum saga_error write_post(const struct store_delivery *found, void *arg)
{
    struct flight *flight = arg;
    const struct outbox *outbox = flight->outbox;
    const struct notice *notice = &found->notice;
    snprintf(flight->event, sizeof(flight->event), "%.*s", (int)notice->event.size,
             (const char *)notice->event.data);
    snprintf(flight->timestamp, sizeof(flight->timestamp), "%lld",
             (long long)(outbox->options.wall_ms(outbox->options.arg) / 1000));
    cloudevent_key(notice, outbox->options.source, flight->id);
    enum saga_error rc = cloudevent_print(notice, outbox->options.source, &flight->body);
    if (rc != SAGA_OK) {
        return rc;
    }
    struct signed_message message = {
        .id = flight->id, .timestamp = flight->timestamp, .body = buf_span(&flight->body)};
    sign_message(flight->hook->config, &message, &flight->signature);
    buf_write(&flight->signature, "", 1);
    return buf_failed(&flight->signature) ? SAGA_NO_MEMORY : SAGA_OK;
}

static struct flight *new_flight(struct outbox *outbox, struct hook *hook, struct lane *lane)
{
    struct flight *flight = calloc(1, sizeof(*flight));
    if (!flight) {
        return NULL;
    }
    flight->outbox = outbox;
    flight->hook = hook;
    flight->lane = lane;
    buf_open(&flight->body, (size_t)4 * LIMIT_MESSAGE_OUT);
    buf_open(&flight->signature, 1024);
    flight->next = outbox->flights;
    if (flight->next) {
        flight->next->prev = flight;
    }
    outbox->flights = flight;
    hook->flights++;
    return flight;
}

/* The lane's head as it is in the store now; the lane goes when there is none. */
static enum saga_error take_head(const struct store_delivery *found, void *arg)
{
    struct lane *head = arg;
    *head = head_of(&found->delivery);
    return SAGA_OK;
}

/* The lane is lost from memory only: all of them are read again, in a moment. */
static void forget_lane(struct outbox *outbox, struct hook *hook, struct lane *lane)
{
    lanes_drop(&hook->lanes, lane);
    atomic_store(&outbox->is_anew, true);
    outbox->retry_ms = outbox->options.now_ms(outbox->options.arg) + RETRY_MS;
}

static void go_on(struct outbox *outbox, struct hook *hook, struct lane *lane)
{
    struct store_reader *reader = outbox->options.reader;
    struct lane head = {0};
    struct delivery_filter filter = {.which = DELIVERIES_OF_SAGA,
                                     .hook = span_text(hook->config->name),
                                     .saga = lane->saga,
                                     .limit = 1};
    enum saga_error rc = reader->ops->list_deliveries(reader, &filter, take_head, &head);
    if (rc == SAGA_OK) {
        if (head.head == 0) {
            lanes_drop(&hook->lanes, lane);
            return;
        }
        rc = lanes_end(&hook->lanes, lane, &head);
    }
    if (rc != SAGA_OK) {
        log_line(LOG_ERROR, "outbox_cannot_read", "error", error_code(rc), NULL);
        forget_lane(outbox, hook, lane);
    }
}

static void conclude(struct flight *flight, const struct post_outcome *outcome);

static void launch(struct outbox *outbox, struct hook *hook, struct lane *lane)
{
    struct store_reader *reader = outbox->options.reader;
    lanes_begin(&hook->lanes, lane);
    struct flight *flight = new_flight(outbox, hook, lane);
    enum saga_error rc = flight ? SAGA_OK : SAGA_NO_MEMORY;
    if (rc == SAGA_OK) {
        rc = reader->ops->load_delivery(reader, lane->head, write_post, flight);
    }
    if (rc == SAGA_OK) {
        flight->post = (struct post){.hook = hook->config,
                                     .id = flight->id,
                                     .timestamp = flight->timestamp,
                                     .signature = (const char *)flight->signature.data,
                                     .body = buf_span(&flight->body),
                                     .flight = flight};
        rc = outbox->options.transport->ops->send(outbox->options.transport, &flight->post);
    }
    if (rc == SAGA_OK) {
        return;
    }
    if (rc == SAGA_BAD_MESSAGE) {
        struct post_outcome outcome = {.retry_after_ms = -1, .why = "it cannot be shown as JSON"};
        conclude(flight, &outcome);
        return;
    }
    if (flight) {
        drop_flight(outbox, flight);
    }
    if (rc == SAGA_NOT_FOUND) {
        go_on(outbox, hook, lane);
        return;
    }
    log_line(LOG_ERROR, "webhook_not_sent", "hook", hook->config->name, "error", error_code(rc),
             NULL);
    forget_lane(outbox, hook, lane);
}

static bool has_room(const struct hook *hook, int64_t now_ms)
{
    uint32_t most = hook->failures >= FAILURES_MAX ? 1 : FLIGHTS_MAX;
    return !hook->is_disabled && hook->flights < most && hook->held_ms <= now_ms;
}

static void launch_due(struct outbox *outbox, struct hook *hook, int64_t now_ms)
{
    struct lane *lane = NULL;
    while (has_room(hook, now_ms) && (lane = lanes_due(&hook->lanes, now_ms)) != NULL) {
        launch(outbox, hook, lane);
    }
}

/* ---- flights: back ---- */

/* On the loop's thread. */
static void answered(struct request *request, const struct answer *answer)
{
    struct flight *flight = request->arg;
    struct outbox *outbox = flight->outbox;
    flight->answer = answer->error;
    pthread_mutex_lock(&outbox->lock);
    flight->next_waiting = outbox->answered;
    outbox->answered = flight;
    pthread_mutex_unlock(&outbox->lock);
    outbox->options.transport->ops->wake(outbox->options.transport);
}

static void ask(struct flight *flight)
{
    struct outbox *outbox = flight->outbox;
    const struct desk *desk = outbox->options.desk;
    enum saga_error rc = desk->post(&flight->request, desk->arg);
    if (rc != SAGA_OK) {
        flight->next_waiting = outbox->unasked;
        outbox->unasked = flight;
    }
}

static void say_outcome(const struct flight *flight)
{
    static const char *const events[] = {
        [DELIVERY_LATER] = "webhook_failed", [DELIVERY_DEAD] = "webhook_dead"};
    const struct delivery *change = &flight->request.outbox.change;
    char attempts[16];
    if (change->change == DELIVERY_DONE) {
        return;
    }
    snprintf(attempts, sizeof(attempts), "%u", change->attempts);
    log_line(change->change == DELIVERY_DEAD ? LOG_ERROR : LOG_WARN, events[change->change], "hook",
             flight->hook->config->name, "event", flight->event, "#attempts", attempts, "why",
             flight->why, NULL);
}

/* What the outcome means for the whole hook. */
static void judge_hook(struct hook *hook, const struct post_outcome *outcome, int64_t now_ms)
{
    bool is_busy = outcome->status == 429 || outcome->status == 503;
    if (outcome->status == 410) {
        hook->is_disabled = true;
        log_line(LOG_ERROR, "webhook_disabled", "hook", hook->config->name, "why",
                 "its receiver answered 410 Gone; its events wait until it is enabled", NULL);
    }
    if (is_busy && outcome->retry_after_ms > 0) {
        int64_t held_ms = outcome->retry_after_ms;
        hook->held_ms = now_ms + (held_ms > HELD_MAX_MS ? HELD_MAX_MS : held_ms);
    }
    bool arrived = outcome->status >= 200 && outcome->status <= 299;
    hook->failures = arrived ? 0 : hook->failures + 1;
}

static void conclude(struct flight *flight, const struct post_outcome *outcome)
{
    struct outbox *outbox = flight->outbox;
    int64_t now_ms = outbox->options.now_ms(outbox->options.arg);
    bool arrived = outcome->status >= 200 && outcome->status <= 299;
    bool unfit = buf_failed(&flight->body) || flight->body.size == 0;
    uint32_t attempts = flight->lane->attempts + 1;
    int64_t delay_ms =
        unfit ? -1 : backoff_delay_ms(attempts, outcome->retry_after_ms, draw(outbox));
    bool gone = outcome->status == 410;
    judge_hook(flight->hook, outcome, now_ms);
    memcpy(flight->why, outcome->why, sizeof(flight->why));
    flight->request = (struct request){.kind = REQUEST_OUTBOX, .answer = answered, .arg = flight};
    struct delivery *change = &flight->request.outbox.change;
    /* An event that met 410 is no failure of its own: it waits with the others. */
    *change = (struct delivery){.change = arrived         ? DELIVERY_DONE
                                          : gone          ? DELIVERY_LATER
                                          : delay_ms >= 0 ? DELIVERY_LATER
                                                          : DELIVERY_DEAD,
                                .id = flight->lane->head,
                                .hook = span_text(flight->hook->config->name),
                                .attempts = gone ? attempts - 1 : attempts,
                                .status = outcome->status,
                                .due_ms = now_ms + (gone || delay_ms < 0 ? 0 : delay_ms),
                                .at_ms = now_ms,
                                .why = span_text(flight->why)};
    flight->request.outbox.disables = gone;
    outbox->stats.delivered += arrived;
    outbox->stats.failed += change->change == DELIVERY_LATER;
    outbox->stats.died += change->change == DELIVERY_DEAD;
    say_outcome(flight);
    ask(flight);
}

static void post_done(void *arg, const struct post_outcome *outcome, void *outbox)
{
    struct flight *flight = arg;
    PRE(flight->outbox == outbox);
    conclude(flight, outcome);
}

/* The outcome is durable: the lane goes on. */
static void land(struct outbox *outbox, struct flight *flight)
{
    struct hook *hook = flight->hook;
    struct lane *lane = flight->lane;
    drop_flight(outbox, flight);
    go_on(outbox, hook, lane);
}

static struct flight *take_answered(struct outbox *outbox)
{
    pthread_mutex_lock(&outbox->lock);
    struct flight *first = outbox->answered;
    outbox->answered = NULL;
    pthread_mutex_unlock(&outbox->lock);
    return first;
}

static void land_answered(struct outbox *outbox)
{
    struct flight *next = NULL;
    for (struct flight *flight = take_answered(outbox); flight; flight = next) {
        next = flight->next_waiting;
        if (flight->answer == SAGA_OK) {
            land(outbox, flight);
        } else {
            /* The loop stops, or is short of something: a restart, or a moment, brings it on. */
            flight->next_waiting = outbox->unasked;
            outbox->unasked = flight;
            outbox->retry_ms = outbox->options.now_ms(outbox->options.arg) + RETRY_MS;
        }
    }
}

static void ask_again(struct outbox *outbox, int64_t now_ms)
{
    if (outbox->retry_ms > now_ms) {
        return;
    }
    struct flight *flight = outbox->unasked;
    outbox->unasked = NULL;
    while (flight) {
        struct flight *next = flight->next_waiting;
        ask(flight);
        flight = next;
    }
    if (outbox->unasked) {
        outbox->retry_ms = now_ms + RETRY_MS;
    }
}

/* ---- the round ---- */

static int64_t next_due(const struct outbox *outbox, int64_t now_ms)
{
    int64_t due_ms = INT64_MAX;
    for (uint32_t i = 0; i < outbox->options.hooks->count; i++) {
        const struct hook *hook = &outbox->hooks[i];
        int64_t lane_ms = lanes_next_due(&hook->lanes);
        lane_ms = hook->held_ms > lane_ms ? hook->held_ms : lane_ms;
        if (has_room(hook, lane_ms > now_ms ? lane_ms : now_ms) && lane_ms < due_ms) {
            due_ms = lane_ms;
        }
    }
    return due_ms;
}

void outbox_pump(struct outbox *outbox, int64_t timeout_ms)
{
    int64_t now_ms = outbox->options.now_ms(outbox->options.arg);
    land_answered(outbox);
    ask_again(outbox, now_ms);
    look(outbox, now_ms);
    for (uint32_t i = 0; i < outbox->options.hooks->count; i++) {
        launch_due(outbox, &outbox->hooks[i], now_ms);
    }
    int64_t due_ms = next_due(outbox, now_ms);
    int64_t wait_ms = due_ms <= now_ms ? 0 : due_ms - now_ms;
    wait_ms = wait_ms < timeout_ms ? wait_ms : timeout_ms;
    outbox->options.transport->ops->run(outbox->options.transport, wait_ms);
}

void outbox_stats(const struct outbox *outbox, struct outbox_stats *stats)
{
    *stats = outbox->stats;
    for (uint32_t i = 0; i < outbox->options.hooks->count; i++) {
        stats->lanes += (uint32_t)outbox->hooks[i].lanes.map.count;
        stats->flights += outbox->hooks[i].flights;
    }
}
