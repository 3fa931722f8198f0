/* definition_retry.c - retry policies and time-outs: the defaults, and what is written over. */
#include "engine/definition_parts.h"

enum {
    CODES_MAX = 64, /* non_retryable codes of one policy */
};

struct retry_keys {
    struct span max_attempts, initial_interval, backoff, max_interval, jitter, non_retryable,
        max_elapsed;
};

#define KEY(key)                                                                                   \
    {                                                                                              \
#key, KEY_NOW, offsetof(struct retry_keys, key)                                            \
    }
static const struct key retry_keys[] = {
    KEY(max_attempts), KEY(initial_interval), KEY(backoff),     KEY(max_interval),
    KEY(jitter),       KEY(non_retryable),    KEY(max_elapsed),
};
#undef KEY
static const struct key_table retry_table = {"retry", retry_keys, ARRAY_COUNT(retry_keys)};

struct timeout_keys {
    struct span schedule_to_start, start_to_close, schedule_to_close, heartbeat;
};

#define KEY(key)                                                                                   \
    {                                                                                              \
#key, KEY_NOW, offsetof(struct timeout_keys, key)                                          \
    }
static const struct key timeout_keys[] = {
    KEY(schedule_to_start),
    KEY(start_to_close),
    KEY(schedule_to_close),
    KEY(heartbeat),
};
#undef KEY
static const struct key_table timeout_table = {"timeout", timeout_keys, ARRAY_COUNT(timeout_keys)};

struct default_keys {
    struct span retry, timeout;
};

static const struct key default_keys[] = {
    {"retry", KEY_NOW, offsetof(struct default_keys, retry)},
    {"timeout", KEY_NOW, offsetof(struct default_keys, timeout)},
};
static const struct key_table default_table = {"defaults", default_keys, ARRAY_COUNT(default_keys)};

/* One code of the list; c->place is at the list. */
static struct span read_code(struct compile *c, struct mp *mp, uint32_t index)
{
    struct span value = mp_skip(mp);
    struct span code = {NULL, 0};
    if (mp_type(value) == MP_STR) {
        struct mp text = mp_open(value);
        code = mp_str(&text);
    }
    if (code.size == 0 || code.size > LIMIT_CODE) {
        struct place place = compile_enter_index(c, index);
        compile_error(c, "must be an error code of 1 to %d bytes", LIMIT_CODE);
        compile_leave(c, place);
        return (struct span){NULL, 0};
    }
    return compile_copy(c, code);
}

static void read_codes(struct compile *c, struct span value, struct retry_policy *policy)
{
    if (value.size == 0) {
        return;
    }
    struct place place = compile_enter_key(c, "non_retryable");
    struct mp mp = mp_open(value);
    uint32_t count = mp_type(value) == MP_ARRAY ? mp_array(&mp) : UINT32_MAX;
    if (count > CODES_MAX) {
        compile_error(c, "must be a list of at most %d error codes", CODES_MAX);
    } else {
        struct span *codes = compile_take(c, count, sizeof(*codes));
        for (uint32_t i = 0; i < count && codes != NULL; i++) {
            codes[i] = read_code(c, &mp, i);
        }
        policy->non_retryable = codes;
        policy->non_retryable_count = codes ? count : 0;
    }
    compile_leave(c, place);
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
        struct place place = compile_enter_key(c, "max_interval");
        compile_error(c, "is shorter than initial_interval");
        compile_leave(c, place);
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
    struct place place = compile_enter_key(c, "retry");
    if (compile_keys(c, retry, &retry_table, &keys)) {
        ok &= compile_count(c, "max_attempts", keys.max_attempts, &policy->attempts_max);
        ok &= compile_duration(c, "initial_interval", keys.initial_interval, &policy->initial_ms);
        ok &= compile_number(c, "backoff", keys.backoff, (struct range){1, 100}, &policy->backoff);
        ok &= compile_duration(c, "max_interval", keys.max_interval, &policy->interval_max_ms);
        ok &= compile_number(c, "jitter", keys.jitter, (struct range){0, 1}, &policy->jitter);
        ok &=
            compile_duration_positive(c, "max_elapsed", keys.max_elapsed, &policy->elapsed_max_ms);
        read_codes(c, keys.non_retryable, policy);
        if (ok) {
            check_intervals(c, &keys, policy);
        }
    }
    compile_leave(c, place);
    POST(policy->backoff >= 1);
    POST(policy->jitter >= 0 && policy->jitter <= 1);
}

/* Legal, but one of the two never matters. */
static void warn_of_useless(struct compile *c, const struct timeout_keys *keys,
                            const struct timeouts *timeouts)
{
    int64_t whole_ms = timeouts->schedule_to_close_ms;
    if (keys->heartbeat.size > 0 && timeouts->heartbeat_ms >= timeouts->start_to_close_ms) {
        struct place place = compile_enter_key(c, "heartbeat");
        compile_warning(c, "is not shorter than start_to_close and so never matters");
        compile_leave(c, place);
    }
    if (keys->start_to_close.size > 0 && whole_ms > 0 && timeouts->start_to_close_ms > whole_ms) {
        struct place place = compile_enter_key(c, "start_to_close");
        compile_warning(c, "is longer than schedule_to_close and so never matters");
        compile_leave(c, place);
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
    struct place place = compile_enter_key(c, "timeout");
    if (mp_type(timeout) == MP_STR) {
        compile_error(c, "must be a map, as in { start_to_close: 30s }");
    } else if (compile_keys(c, timeout, &timeout_table, &keys)) {
        ok &= compile_duration_positive(c, "schedule_to_start", keys.schedule_to_start,
                                        &timeouts->schedule_to_start_ms);
        ok &= compile_duration_positive(c, "start_to_close", keys.start_to_close,
                                        &timeouts->start_to_close_ms);
        ok &= compile_duration_positive(c, "schedule_to_close", keys.schedule_to_close,
                                        &timeouts->schedule_to_close_ms);
        ok &= compile_duration_positive(c, "heartbeat", keys.heartbeat, &timeouts->heartbeat_ms);
        if (ok) {
            warn_of_useless(c, &keys, timeouts);
        }
    }
    compile_leave(c, place);
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
    struct place place = compile_enter_key(c, "defaults");
    if (compile_keys(c, defaults, &default_table, &keys)) {
        definition_retry_read(c, keys.retry, &c->defaults.retry);
        definition_retry_timeouts(c, keys.timeout, &c->defaults.timeouts);
    }
    compile_leave(c, place);
}
