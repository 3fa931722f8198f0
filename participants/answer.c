/* answer.c - the handler's words, checked once when it has returned.
 *
 * Whatever the handler puts, the result that leaves is of the protocol's form and fits a message:
 * texts that are not UTF-8 become "?", details that cannot be sent are left out. An output that is
 * malformed or too large becomes the failure "bad_output" in doubt, because the effect has happened
 * and only its description is lost. */
#include "participants/answer.h"

#include "base/check.h"
#include "base/mp.h"
#include "base/plain.h"
#include "base/utf8.h"
#include "participants/place.h"

enum {
    CODE_SIZE_MAX = 64,      /* of an error code; what is longer is cut */
    MESSAGE_SIZE_MAX = 2048, /* of an error message */
    PAIRS_EXTRA = 4096,      /* room beside one user value: code, message, keys */
    KEEP_SIZE_MAX = 4096,    /* an answer that grew larger gives its memory back */
    PAIRS_DEPTH = 2,         /* maps around the details: the result, the error */
    PAIRS_NODES = 64,        /* values and keys of a result beside the user value, at most */
    COST_SIZE = 32,          /* bytes of the pair that says the cost, at most */
    PLACE_SIZE_MAX = 1024,   /* of the sentence that says what is wrong with an output */
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
    answer->output_at = answer->error_at = answer->details_at = 0;
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

/* May the value stand in a result, with so many maps around it? */
static bool can_stand(struct saga_value value, uint32_t around)
{
    return value_check_inside(value, around) == SAGA_OK &&
           mp_extent(value_span(value)).nodes <= MP_NODE_MAX - PAIRS_NODES;
}

size_t answer_put_error(struct buf *buf, const struct saga_failure *failure)
{
    static const struct saga_failure plain = {.code = "failed"};
    if (!failure) {
        failure = &plain;
    }
    bool has_details = failure->details.data != NULL && can_stand(failure->details, PAIRS_DEPTH);
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
    size_t details_at = has_details ? buf->size : 0;
    if (has_details) {
        mp_put_text(buf, "details");
        mp_put_value(buf, value_span(failure->details));
    }
    return details_at;
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
    answer->error_at = answer->pack.buf.size;
    answer->details_at = answer_put_error(&answer->pack.buf, failure);
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
    saga_answer_failed(answer, &(struct saga_failure){.code = code, .message = "not started"});
}

/* ---- What cannot be sent ---- */

#define NO_MEMORY                                                                                  \
    "\xa6status\xa6"                                                                               \
    "failed\xa5"                                                                                   \
    "error\x84\xa4"                                                                                \
    "code\xa9no_memory\xa7message\xa0\xa9retryable\xc3\xa8in_doubt\xc3"

const struct answer_pairs answer_no_memory = {
    .bytes = {(const uint8_t *)NO_MEMORY, sizeof(NO_MEMORY) - 1}, .count = 2};

_Static_assert(sizeof(NO_MEMORY) <= ANSWER_NO_MEMORY_MAX, "the ledger sets aside room for it");

static void replace(struct saga_answer *answer, const char *message, bool in_doubt)
{
    saga_answer_failed(answer, &(struct saga_failure){
                                   .code = "bad_output", .message = message, .in_doubt = in_doubt});
}

bool answer_check_output(struct saga_answer *answer, bool in_doubt)
{
    PRE(answer->status == ANSWER_OK);
    struct buf *buf = &answer->pack.buf;
    if (!buf_failed(buf) && buf->size == answer->output_at) {
        mp_put_nil(buf);
    }
    struct span output = value_span(answer_output(answer));
    const char *why = NULL;
    if (buf_failed(buf) || output.size > VALUE_SIZE_MAX) {
        replace(answer, "the output is larger than may be sent, or than memory", in_doubt);
        return false;
    }
    if (plain_is(output)) {
        return true;
    }
    if (mp_check(output, &why) == SAGA_OK) {
        struct mp_extent extent = mp_extent(output);
        why = extent.depth > MP_VALUE_DEPTH_MAX          ? "too deep"
              : extent.nodes > MP_NODE_MAX - PAIRS_NODES ? "too many values"
                                                         : NULL;
    }
    if (!why) {
        return true;
    }
    struct buf text;
    buf_open(&text, PLACE_SIZE_MAX);
    place_tell(output, why, &text);
    buf_write(&text, "", 1);
    replace(answer, buf_failed(&text) ? why : (const char *)text.data, in_doubt);
    buf_close(&text);
    return false;
}

/* Leaves out the details of an error, where they are more than there is room for. */
static void fit_details(struct saga_answer *answer, size_t room)
{
    struct buf *buf = &answer->pack.buf;
    if (answer->details_at == 0 || buf->size <= room || buf_failed(buf)) {
        return;
    }
    CHECK(answer->details_at < buf->size);
    buf_truncate(buf, answer->details_at);
    buf->data[answer->error_at]--; /* a map of less than 16 pairs has their count in its head */
    answer->details_at = 0;
}

void answer_seal(struct saga_answer *answer, size_t room)
{
    struct buf *buf = &answer->pack.buf;
    bool has_cost = answer->cost >= 0;
    size_t pairs_room = has_cost && room > COST_SIZE ? room - COST_SIZE : room;
    if (answer->status == ANSWER_NONE) {
        saga_answer_failed(
            answer, &(struct saga_failure){.code = "no_answer",
                                           .message = "the handler returned without an answer",
                                           .in_doubt = true});
    }
    bool is_ok = answer->status == ANSWER_OK && answer_check_output(answer, true);
    fit_details(answer, pairs_room);
    if (is_ok && buf->size > pairs_room) {
        replace(answer, "the output is larger than may be sent", true);
    }

    answer->pair_count = answer->status == ANSWER_LATER ? 1 : 2;
    if (has_cost) {
        mp_put_text(buf, "cost_usd_micros");
        mp_put_int(buf, answer->cost);
        answer->pair_count++;
    }
    if (buf_failed(buf)) {
        answer->status = ANSWER_FAILED;
        answer->is_void = false;
    }
}

struct answer_pairs answer_pairs(const struct saga_answer *answer)
{
    if (buf_failed(&answer->pack.buf)) {
        return answer_no_memory;
    }
    return (struct answer_pairs){buf_span(&answer->pack.buf), answer->pair_count};
}

struct saga_value answer_output(const struct saga_answer *answer)
{
    if (answer->status != ANSWER_OK || buf_failed(&answer->pack.buf)) {
        return (struct saga_value){0};
    }
    struct span all = buf_span(&answer->pack.buf);
    return value_of(span_of(all.data + answer->output_at, all.size - answer->output_at));
}
