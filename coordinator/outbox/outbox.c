/* outbox.c - one round: what is new becomes lanes, what is due becomes attempts, and what has come
 * of them becomes requests to the loop. */
#include "outbox/outbox.h"

#include <stdlib.h>

#include "base/log.h"
#include "outbox/outcomes.h"
#include "outbox/scan.h"

enum {
    FLIGHTS_MAX = 8,  /* attempts of one hook at a time */
    FAILURES_MAX = 5, /* in a row: from then on one at a time, until one arrives */
};

/* ---- its life ---- */

static void post_done(void *arg, const struct post_outcome *outcome, void *outbox)
{
    struct attempt *attempt = arg;
    PRE(attempt->outbox == outbox);
    outcomes_take(attempt, outcome);
}

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

void outbox_destroy(struct outbox **outbox)
{
    struct outbox *gone = *outbox;
    if (!gone) {
        return;
    }
    gone->options.transport->ops->close(&gone->options.transport);
    while (gone->attempts) {
        attempts_drop(gone, gone->attempts);
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

/* ---- what is due ---- */

static enum saga_error post(struct attempt *attempt)
{
    struct transport *transport = attempt->outbox->options.transport;
    enum saga_error rc = attempts_write(attempt);
    return rc == SAGA_OK ? transport->ops->send(transport, &attempt->post) : rc;
}

/* What could not leave: an event that is no JSON never can, one that the store has no more is no
 * trouble, and all else is tried again in a moment. */
static void give_up(struct attempt *attempt, enum saga_error rc)
{
    static const struct post_outcome unfit = {.retry_after_ms = -1,
                                              .why = "it cannot be shown as JSON"};
    struct outbox *outbox = attempt->outbox;
    struct hook *hook = attempt->hook;
    struct lane *lane = attempt->lane;
    if (rc == SAGA_BAD_MESSAGE) {
        outcomes_take(attempt, &unfit);
        return;
    }
    attempts_drop(outbox, attempt);
    if (rc == SAGA_NOT_FOUND) {
        scan_go_on(outbox, hook, lane);
        return;
    }
    log_line(LOG_ERROR, "webhook_not_sent", "hook", hook->config->name, "error", error_code(rc),
             NULL);
    scan_forget(outbox, hook, lane);
}

static void launch(struct outbox *outbox, struct hook *hook, struct lane *lane)
{
    lanes_begin(&hook->lanes, lane);
    struct attempt *attempt = attempts_new(outbox, hook, lane);
    if (!attempt) {
        log_line(LOG_ERROR, "webhook_not_sent", "hook", hook->config->name, "error",
                 error_code(SAGA_NO_MEMORY), NULL);
        scan_forget(outbox, hook, lane);
        return;
    }
    enum saga_error rc = post(attempt);
    if (rc != SAGA_OK) {
        give_up(attempt, rc);
    }
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
    outcomes_land(outbox);
    outcomes_ask_again(outbox, now_ms);
    scan_look(outbox, now_ms);
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
