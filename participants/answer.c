/* answer.c - the handler's words, checked once when it has returned.
 *
 * Whatever the handler puts, the result that leaves is of the protocol's form: texts that are not
 * UTF-8 are left out, and an output that is malformed or too large becomes a failure in doubt,
 * because the effect has happened and only its description is lost. */
#include "participants/answer.h"

#include "base/check.h"
#include "base/mp.h"
#include "base/utf8.h"
#include "base/plain.h"

enum {
    CODE_SIZE_MAX = 64,      /* of an error code; what is longer is cut */
    MESSAGE_SIZE_MAX = 2048, /* of an error message */
    PAIRS_EXTRA = 4096,      /* room beside one user value: code, message, keys */
    KEEP_SIZE_MAX = 4096,    /* an answer that grew larger gives its memory back */
};

void answer_open(struct saga_answer *answer)
{
    *answer = (struct saga_answer){.cost = -1};
    buf_open(&answer->pack.buf, VALUE_SIZE_MAX + PAIRS_EXTRA);
}

void answer_close(struct saga_answer *answer)
{
    buf_close(&answer->pack.buf);
}

static void forget(struct saga_answer *answer)
{
    buf_clear(&answer->pack.buf);
    answer->status = ANSWER_NONE;
    answer->output_at = 0;
    answer->pair_count = 0;
    answer->is_void = false;
}

void answer_clear(struct saga_answer *answer)
{
    if (answer->pack.buf.capacity > KEEP_SIZE_MAX) {
        buf_close(&answer->pack.buf);
    }
    forget(answer);
    answer->cost = -1;
}

/* The longest beginning that is within size_max and ends between two characters. */
static struct span cut(const char *text, size_t size_max)
{
    struct span span = span_of(text, strnlen(text, size_max));
    while (span.size > 0 && !utf8_is_valid(span) && size_max - span.size < 4) {
        span.size--;
    }
    return utf8_is_valid(span) ? span : span_text("?");
}

void answer_put_error(struct buf *buf, const struct saga_failure *failure)
{
    static const struct saga_failure plain = {.code = "failed"};
    if (!failure) {
        failure = &plain;
    }
    bool has_details =
        failure->details.data != NULL && value_check_inside(failure->details, 2) == SAGA_OK;
    bool has_wait = failure->retry_after_ms > 0;
    mp_put_map(buf, 4u + (has_wait ? 1u : 0u) + (has_details ? 1u : 0u));
    mp_put_text(buf, "code");
    mp_put_str(buf, cut(!failure->code ? plain.code : failure->code, CODE_SIZE_MAX));
    mp_put_text(buf, "message");
    mp_put_str(buf, cut(failure->message ? failure->message : "", MESSAGE_SIZE_MAX));
    mp_put_text(buf, "retryable");
    mp_put_bool(buf, !failure->refused);
    mp_put_text(buf, "in_doubt");
    mp_put_bool(buf, failure->in_doubt);
    if (has_wait) {
        mp_put_text(buf, "retry_after_ms");
        mp_put_int(buf,
                   failure->retry_after_ms < MP_INT_MAX ? failure->retry_after_ms : MP_INT_MAX);
    }
    if (has_details) {
        mp_put_text(buf, "details");
        mp_put_value(buf, value_span(failure->details));
    }
}

struct saga_pack *saga_answer_ok(struct saga_answer *answer)
{
    static const char head[] = "\xa6status\xa2ok\xa6output";
    forget(answer);
    answer->status = ANSWER_OK;
    buf_write(&answer->pack.buf, head, sizeof(head) - 1);
    answer->output_at = answer->pack.buf.size;
    return &answer->pack;
}

void saga_answer_failed(struct saga_answer *answer, const struct saga_failure *failure)
{
    forget(answer);
    answer->status = ANSWER_FAILED;
    mp_put_text(&answer->pack.buf, "status");
    mp_put_text(&answer->pack.buf, "failed");
    mp_put_text(&answer->pack.buf, "error");
    answer_put_error(&answer->pack.buf, failure);
    if (failure && failure->code && !failure->in_doubt) {
        struct span code = span_text(failure->code);
        answer->is_void = span_is(code, "cancelled") || span_is(code, "expired");
    }
}

void saga_answer_later(struct saga_answer *answer)
{
    forget(answer);
    answer->status = ANSWER_LATER;
    mp_put_text(&answer->pack.buf, "status");
    mp_put_text(&answer->pack.buf, "later");
}

void saga_answer_cost(struct saga_answer *answer, int64_t micro_usd)
{
    answer->cost = micro_usd < MP_INT_MAX ? micro_usd : MP_INT_MAX;
}

void answer_void(struct saga_answer *answer, const char *code)
{
    bool is_cancelled = strcmp(code, "cancelled") == 0;
    saga_answer_failed(
        answer,
        &(struct saga_failure){.code = code, .message = "not started", .refused = is_cancelled});
}

/* What an output that cannot be sent is replaced by. */
static void replace(struct saga_answer *answer, const char *code, const char *message)
{
    saga_answer_failed(answer,
                       &(struct saga_failure){.code = code, .message = message, .in_doubt = true});
}

/* Is the output one value that can be sent? Else the answer is replaced. */
static void check_output(struct saga_answer *answer, size_t value_max)
{
    struct buf *buf = &answer->pack.buf;
    if (!buf_failed(buf) && buf->size == answer->output_at) {
        mp_put_nil(buf);
    }
    size_t size = buf->size - answer->output_at;
    const char *why = NULL;
    if (buf_failed(buf) || size > value_max) {
        replace(answer, "result_too_large", "the output is larger than may be sent");
        return;
    }
    struct span output = span_of(buf->data + answer->output_at, size);
    if (plain_is(output)) {
        return;
    }
    if (mp_check(output, &why) != SAGA_OK) {
        replace(answer, "bad_output", why);
    } else if (mp_extent(output).depth > MP_VALUE_DEPTH_MAX) {
        replace(answer, "bad_output", "depth");
    }
}

void answer_seal(struct saga_answer *answer, size_t value_max)
{
    struct buf *buf = &answer->pack.buf;
    if (answer->status == ANSWER_NONE) {
        replace(answer, "no_answer", "the handler returned without an answer");
    }
    if (answer->status == ANSWER_OK) {
        check_output(answer, value_max);
    }
    if (buf_failed(buf) || buf->size > value_max + PAIRS_EXTRA) {
        replace(answer, "result_too_large", "the answer is larger than may be sent");
    }

    answer->pair_count = answer->status == ANSWER_LATER ? 1 : 2;
    if (answer->cost >= 0) {
        mp_put_text(buf, "cost_usd_micros");
        mp_put_int(buf, answer->cost);
        answer->pair_count++;
    }
}

struct span answer_pairs(const struct saga_answer *answer)
{
    return buf_span(&answer->pack.buf);
}

struct saga_value answer_output(const struct saga_answer *answer)
{
    if (answer->status != ANSWER_OK || buf_failed(&answer->pack.buf)) {
        return (struct saga_value){0};
    }
    struct span all = buf_span(&answer->pack.buf);
    return value_of(span_of(all.data + answer->output_at, all.size - answer->output_at));
}
