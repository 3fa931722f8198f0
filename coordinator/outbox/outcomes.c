/* outcomes.c - from a receiver's answer to a change of the delivery's row. */
#include "outbox/outcomes.h"

#include <stdio.h>

#include "base/log.h"
#include "outbox/backoff.h"
#include "outbox/scan.h"

enum { HELD_MAX_MS = 3600000 }; /* a receiver that is too busy stops its hook at most so long */

static uint32_t draw(struct outbox *outbox)
{
    outbox->random = outbox->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(outbox->random >> 33);
}

/* On the loop's thread. */
static void answered(struct request *request, const struct answer *answer)
{
    struct attempt *attempt = request->arg;
    struct outbox *outbox = attempt->outbox;
    attempt->answer = answer->error;
    pthread_mutex_lock(&outbox->lock);
    attempt->next_waiting = outbox->answered;
    outbox->answered = attempt;
    pthread_mutex_unlock(&outbox->lock);
    outbox->options.transport->ops->wake(outbox->options.transport);
}

static void ask(struct attempt *attempt)
{
    struct outbox *outbox = attempt->outbox;
    const struct desk *desk = outbox->options.desk;
    enum saga_error rc = desk->post(&attempt->request, desk->arg);
    if (rc != SAGA_OK) {
        attempt->next_waiting = outbox->unasked;
        outbox->unasked = attempt;
    }
}

static void say_outcome(const struct attempt *attempt)
{
    static const char *const events[] = {
        [DELIVERY_LATER] = "webhook_failed", [DELIVERY_DEAD] = "webhook_dead"};
    const struct delivery *change = &attempt->request.outbox.change;
    char attempts[16];
    if (change->change == DELIVERY_DONE) {
        return;
    }
    snprintf(attempts, sizeof(attempts), "%u", change->attempts);
    log_line(change->change == DELIVERY_DEAD ? LOG_ERROR : LOG_WARN, events[change->change], "hook",
             attempt->hook->config->name, "event", attempt->event, "#attempts", attempts, "why",
             attempt->why, NULL);
}

static bool has_arrived(const struct post_outcome *outcome)
{
    return outcome->status >= 200 && outcome->status <= 299;
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
    hook->failures = has_arrived(outcome) ? 0 : hook->failures + 1;
}

/* An event that met 410 is no failure of its own: it waits with the others of its hook. One that
 * cannot be written is never tried again. */
static void judge_delivery(struct attempt *attempt, const struct post_outcome *outcome,
                           int64_t now_ms)
{
    struct outbox *outbox = attempt->outbox;
    struct delivery *change = &attempt->request.outbox.change;
    bool is_unfit = buf_failed(&attempt->body) || attempt->body.size == 0;
    bool is_gone = outcome->status == 410;
    uint32_t attempts = attempt->lane->attempts + 1;
    int64_t delay_ms = -1;
    if (!is_unfit) {
        delay_ms = backoff_delay_ms(attempts, outcome->retry_after_ms, draw(outbox));
    }
    *change = (struct delivery){.change = DELIVERY_DEAD,
                                .id = attempt->lane->head,
                                .hook = span_text(attempt->hook->config->name),
                                .attempts = is_gone ? attempts - 1 : attempts,
                                .status = outcome->status,
                                .due_ms = now_ms,
                                .at_ms = outbox->options.wall_ms(outbox->options.arg),
                                .why = span_text(attempt->why)};
    if (has_arrived(outcome)) {
        change->change = DELIVERY_DONE;
    } else if (is_gone || delay_ms >= 0) {
        change->change = DELIVERY_LATER;
    }
    if (!is_gone && delay_ms > 0) {
        change->due_ms = now_ms + delay_ms;
    }
    attempt->request.outbox.disables = is_gone;
}

void outcomes_take(struct attempt *attempt, const struct post_outcome *outcome)
{
    struct outbox *outbox = attempt->outbox;
    int64_t now_ms = outbox->options.now_ms(outbox->options.arg);
    snprintf(attempt->why, sizeof(attempt->why), "%s", outcome->why);
    attempt->request = (struct request){.kind = REQUEST_OUTBOX, .answer = answered, .arg = attempt};
    judge_delivery(attempt, outcome, now_ms);
    judge_hook(attempt->hook, outcome, now_ms);
    enum delivery_change change = attempt->request.outbox.change.change;
    outbox->stats.delivered += change == DELIVERY_DONE;
    outbox->stats.failed += change == DELIVERY_LATER;
    outbox->stats.died += change == DELIVERY_DEAD;
    say_outcome(attempt);
    ask(attempt);
}

/* The outcome is durable: the lane goes on. */
static void land(struct outbox *outbox, struct attempt *attempt)
{
    struct hook *hook = attempt->hook;
    struct lane *lane = attempt->lane;
    attempts_drop(outbox, attempt);
    scan_go_on(outbox, hook, lane);
}

static struct attempt *take_answered(struct outbox *outbox)
{
    pthread_mutex_lock(&outbox->lock);
    struct attempt *first = outbox->answered;
    outbox->answered = NULL;
    pthread_mutex_unlock(&outbox->lock);
    return first;
}

void outcomes_land(struct outbox *outbox)
{
    struct attempt *next = NULL;
    for (struct attempt *attempt = take_answered(outbox); attempt; attempt = next) {
        next = attempt->next_waiting;
        if (attempt->answer == SAGA_OK) {
            land(outbox, attempt);
        } else {
            /* The loop stops, or is short of something: a restart, or a moment, brings it on. */
            attempt->next_waiting = outbox->unasked;
            outbox->unasked = attempt;
            outbox->retry_ms = outbox->options.now_ms(outbox->options.arg) + RETRY_MS;
        }
    }
}

void outcomes_ask_again(struct outbox *outbox, int64_t now_ms)
{
    if (outbox->retry_ms > now_ms) {
        return;
    }
    struct attempt *attempt = outbox->unasked;
    outbox->unasked = NULL;
    while (attempt) {
        struct attempt *next = attempt->next_waiting;
        ask(attempt);
        attempt = next;
    }
    if (outbox->unasked) {
        outbox->retry_ms = now_ms + RETRY_MS;
    }
}
