/* definition_retry.c - retry policies and time-outs: the defaults, and what is written over. */
#include "language/definition_retry.h"

#include "base/limits.h"
#include "base/mp.h"
#include "language/definition_draft.h"
#include "reading/reading_keys.h"
#include "reading/reading_values.h"

enum {
    CODES_MAX = 64, /* non_retryable codes of one policy */
};

struct retry_keys {
    struct span max_attempts, initial_interval, backoff, max_interval, jitter, non_retryable,
        max_elapsed;
};

static const struct key retry_keys[] = {
    READING_KEY(retry_keys, max_attempts), READING_KEY(retry_keys, initial_interval),
    READING_KEY(retry_keys, backoff),      READING_KEY(retry_keys, max_interval),
    READING_KEY(retry_keys, jitter),       READING_KEY(retry_keys, non_retryable),
    READING_KEY(retry_keys, max_elapsed),
};
static const struct key_table retry_table = {"retry", retry_keys, ARRAY_COUNT(retry_keys)};

struct timeout_keys {
    struct span schedule_to_start, start_to_close, schedule_to_close, heartbeat;
};

static const struct key timeout_keys[] = {
    READING_KEY(timeout_keys, schedule_to_start),
    READING_KEY(timeout_keys, start_to_close),
    READING_KEY(timeout_keys, schedule_to_close),
    READING_KEY(timeout_keys, heartbeat),
};
static const struct key_table timeout_table = {"timeout", timeout_keys, ARRAY_COUNT(timeout_keys)};

struct default_keys {
    struct span retry, timeout;
};

static const struct key default_keys[] = {
    {"retry", offsetof(struct default_keys, retry)},
    {"timeout", offsetof(struct default_keys, timeout)},
};
static const struct key_table default_table = {"defaults", default_keys, ARRAY_COUNT(default_keys)};

/* One code of the list; c->reading.place is at the list. */
static struct span read_code(struct compile *c, struct mp *mp, uint32_t index)
{
    struct span value = mp_skip(mp);
    struct span code = {NULL, 0};
    if (mp_type(value) == MP_STR) {
        struct mp text = mp_open(value);
        code = mp_str(&text);
    }
    if (code.size == 0 || code.size > LIMIT_CODE) {
        struct place place = reading_enter_index(&c->reading, index);
        reading_error(&c->reading, "must be an error code of 1 to %d bytes", LIMIT_CODE);
        reading_leave(&c->reading, place);
        return (struct span){NULL, 0};
    }
    return reading_copy(&c->reading, code);
}

static void read_codes(struct compile *c, struct span value, struct retry_policy *policy)
{
    if (value.size == 0) {
        return;
    }
    struct place place = reading_enter_key(&c->reading, "non_retryable");
    struct mp mp = mp_open(value);
    uint32_t count = mp_type(value) == MP_ARRAY ? mp_array(&mp) : UINT32_MAX;
    if (count > CODES_MAX) {
        reading_error(&c->reading, "must be a list of at most %d error codes", CODES_MAX);
    } else {
        struct span *codes = reading_take(&c->reading, count, sizeof(*codes));
        for (uint32_t i = 0; i < count && codes != NULL; i++) {
            codes[i] = read_code(c, &mp, i);
        }
        policy->non_retryable = codes;
        policy->non_retryable_count = codes ? count : 0;
    }
    reading_leave(&c->reading, place);
}

/* A cap below the first delay contradicts it when both are written side by side; an inherited cap
 * gives way. */
static void check_intervals(struct compile *c, const struct retry_keys *keys,
                            struct retry_policy *policy)
{
    if (policy->interval_max_ms >= policy->initial_ms) {
        return;
    }
    if (keys->max_interval.size > 0 && keys->initial_interval.size > 0) {
        struct place place = reading_enter_key(&c->reading, "max_interval");
        reading_error(&c->reading, "is shorter than initial_interval");
        reading_leave(&c->reading, place);
    }
    if (keys->max_interval.size > 0) {
        policy->initial_ms = policy->interval_max_ms;
    } else {
        policy->interval_max_ms = policy->initial_ms;
    }
}

void definition_retry_read(struct compile *c, struct span retry, struct retry_policy *policy)
{
    PRE(policy != NULL);
    struct retry_keys keys = {0};
    bool ok = true;
    if (retry.size == 0) {
        return;
    }
    struct place place = reading_enter_key(&c->reading, "retry");
    if (reading_keys(&c->reading, retry, &retry_table, &keys)) {
        ok &= reading_count(&c->reading, "max_attempts", keys.max_attempts, &policy->attempts_max);
        ok &= reading_duration(&c->reading, "initial_interval", keys.initial_interval,
                               &policy->initial_ms);
        ok &= reading_number(&c->reading, "backoff", keys.backoff, (struct range){1, 100},
                             &policy->backoff);
        ok &= reading_duration(&c->reading, "max_interval", keys.max_interval,
                               &policy->interval_max_ms);
        ok &= reading_number(&c->reading, "jitter", keys.jitter, (struct range){0, 1},
                             &policy->jitter);
        ok &= reading_duration_positive(&c->reading, "max_elapsed", keys.max_elapsed,
                                        &policy->elapsed_max_ms);
        read_codes(c, keys.non_retryable, policy);
        if (ok) {
            check_intervals(c, &keys, policy);
        }
    }
    reading_leave(&c->reading, place);
    POST(policy->backoff >= 1);
    POST(policy->jitter >= 0 && policy->jitter <= 1);
}

/* Warns where two time-outs are legal, and one of them can never be reached. */
static void warn_of_useless(struct compile *c, const struct timeout_keys *keys,
                            const struct timeouts *timeouts)
{
    int64_t whole_ms = timeouts->schedule_to_close_ms;
    if (keys->heartbeat.size > 0 && timeouts->heartbeat_ms >= timeouts->start_to_close_ms) {
        struct place place = reading_enter_key(&c->reading, "heartbeat");
        reading_warning(&c->reading, "is not shorter than start_to_close and so never matters");
        reading_leave(&c->reading, place);
    }
    if (keys->start_to_close.size > 0 && whole_ms > 0 && timeouts->start_to_close_ms > whole_ms) {
        struct place place = reading_enter_key(&c->reading, "start_to_close");
        reading_warning(&c->reading, "is longer than schedule_to_close and so never matters");
        reading_leave(&c->reading, place);
    }
}

void definition_retry_timeouts(struct compile *c, struct span timeout, struct timeouts *timeouts)
{
    PRE(timeouts->start_to_close_ms > 0);
    struct timeout_keys keys = {0};
    bool ok = true;
    if (timeout.size == 0) {
        return;
    }
    struct place place = reading_enter_key(&c->reading, "timeout");
    if (mp_type(timeout) == MP_STR) {
        reading_error(&c->reading, "must be a map, as in { start_to_close: 30s }");
    } else if (reading_keys(&c->reading, timeout, &timeout_table, &keys)) {
        ok &= reading_duration_positive(&c->reading, "schedule_to_start", keys.schedule_to_start,
                                        &timeouts->schedule_to_start_ms);
        ok &= reading_duration_positive(&c->reading, "start_to_close", keys.start_to_close,
                                        &timeouts->start_to_close_ms);
        ok &= reading_duration_positive(&c->reading, "schedule_to_close", keys.schedule_to_close,
                                        &timeouts->schedule_to_close_ms);
        ok &= reading_duration_positive(&c->reading, "heartbeat", keys.heartbeat,
                                        &timeouts->heartbeat_ms);
        if (ok) {
            warn_of_useless(c, &keys, timeouts);
        }
    }
    reading_leave(&c->reading, place);
    POST(timeouts->start_to_close_ms > 0);
}

void definition_retry_defaults(struct compile *c, struct span defaults)
{
    struct default_keys keys = {0};
    c->defaults = (struct call_defaults){
        .retry = {.attempts_max = 3,
                  .initial_ms = 1000,
                  .interval_max_ms = 60 * 1000,
                  .backoff = 2.0,
                  .jitter = 0.3},
        .timeouts = {.start_to_close_ms = 60 * 1000},
    };
    if (defaults.size == 0) {
        return;
    }
    struct place place = reading_enter_key(&c->reading, "defaults");
    if (reading_keys(&c->reading, defaults, &default_table, &keys)) {
        definition_retry_read(c, keys.retry, &c->defaults.retry);
        definition_retry_timeouts(c, keys.timeout, &c->defaults.timeouts);
    }
    reading_leave(&c->reading, place);
}
