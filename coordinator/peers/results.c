/* results.c - status, output or error, cost: the words of the wire become those of the engine. */
#include "peers/results.h"

#include "base/limits.h"
#include "engine/result.h"

/* The beginning of the text, at most size_max bytes, cut between two UTF-8 characters. */
static struct span cut_text(struct span text, size_t size_max)
{
    if (text.size <= size_max) {
        return text;
    }
    size_t size = size_max;
    while (size > 0 && (text.data[size] & 0xc0) == 0x80) {
        size--;
    }
    return span_of(text.data, size);
}

static const char *read_failure(const struct fields *fields, const struct message *message,
                                struct result *result)
{
    struct span map = message->value[WIRE_KEY_ERROR];
    struct message part;
    const char *why = NULL;
    if (map.size == 0) {
        return NULL;
    }
    if (fields_part(fields, map, WIRE_PART_ERROR, &part, &why) != SAGA_OK) {
        return why;
    }
    if (result->status != RESULT_FAILED) {
        return NULL;
    }
    result->code = cut_text(fields_text(&part, WIRE_KEY_CODE), LIMIT_CODE);
    result->message = cut_text(fields_text(&part, WIRE_KEY_MESSAGE), LIMIT_MESSAGE);
    result->details = part.value[WIRE_KEY_DETAILS];
    result->retryable = fields_bool(&part, WIRE_KEY_RETRYABLE, true);
    result->in_doubt = fields_bool(&part, WIRE_KEY_IN_DOUBT, false);
    int64_t retry_after_ms = fields_int(&part, WIRE_KEY_RETRY_AFTER_MS, -1);
    result->retry_after_ms =
        retry_after_ms > RESULTS_RETRY_AFTER_MAX_MS ? RESULTS_RETRY_AFTER_MAX_MS : retry_after_ms;
    return NULL;
}

static bool read_status(struct span text, enum result_status *status)
{
    static const char *const names[] = {
        [RESULT_OK] = "ok",
        [RESULT_FAILED] = "failed",
        [RESULT_LATER] = "later",
    };
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        if (span_is(text, names[i])) {
            *status = (enum result_status)i;
            return true;
        }
    }
    return false;
}

enum saga_error results_read(const struct fields *fields, const struct message *message,
                             struct result *result, const char **why)
{
    *result = (struct result){.retry_after_ms = -1, .retryable = true};
    if (!read_status(fields_text(message, WIRE_KEY_STATUS), &result->status)) {
        *why = "status is not ok, failed or later";
        return SAGA_BAD_MESSAGE;
    }
    if (result->status == RESULT_FAILED) {
        /* The code of a failure whose message has no `error` with a code. */
        result->code = span_text("failed");
    }
    *why = read_failure(fields, message, result);
    if (*why) {
        return SAGA_BAD_MESSAGE;
    }
    if (result->status == RESULT_OK) {
        result->output = message->value[WIRE_KEY_OUTPUT];
    }
    result->cost_micros = fields_int(message, WIRE_KEY_COST_USD_MICROS, 0);
    if (result->output.size > LIMIT_VALUE || result->details.size > LIMIT_VALUE) {
        *why = "a value may have 960 KiB";
        return SAGA_TOO_LARGE;
    }
    return SAGA_OK;
}

const char *results_read_name(const struct message *message, struct result *result)
{
    int64_t attempt = fields_int(message, WIRE_KEY_ATTEMPT, 0);
    result->key = fields_text(message, WIRE_KEY_KEY);
    if (result->key.size == 0) {
        return "the key is empty";
    }
    if (attempt < 1 || attempt > UINT32_MAX) {
        return "attempts count from 1";
    }
    result->attempt = (uint32_t)attempt;
    return NULL;
}

void results_spoil(const struct message *message, struct span flaw, struct result *result)
{
    *result = (struct result){.status = RESULT_FAILED,
                              .code = span_text("bad_output"),
                              .message = cut_text(flaw, LIMIT_MESSAGE),
                              .retryable = true,
                              .in_doubt = true,
                              .retry_after_ms = -1,
                              .cost_micros = fields_int(message, WIRE_KEY_COST_USD_MICROS, 0)};
    POST(result->code.size <= LIMIT_CODE);
}
