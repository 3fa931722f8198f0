/* trace.c - makes the W3C trace context from the saga's own ids, so that it is the same after every
 * restart. */
#include "engine/trace.h"

#include "base/digest.h"
#include "saga/attempt.h"
#include "saga/saga.h"

static const char hex[] = "0123456789abcdef";

/* Where the trace id and the span id are in a traceparent, "00-<32 hex>-<16 hex>-<2 hex>", and how
 * long. */
enum { TRACE_AT = 3, TRACE_SIZE = 32, SPAN_AT = 36, SPAN_SIZE = 16 };

static uint64_t mix(uint64_t a, uint64_t b)
{
    uint64_t z = (a ^ (b + UINT64_C(0x9E3779B97F4A7C15))) * UINT64_C(0xBF58476D1CE4E5B9);
    return z ^ (z >> 29);
}

/* Sets the trace id to one made of the saga's name. */
static void name_trace(struct saga *saga)
{
    PRE(saga->name.size > 0);
    uint8_t digest[DIGEST_SIZE];
    digest_pair(span_text("t"), saga->name, digest);
    for (size_t i = 0; i < TRACE_SIZE / 2; i++) {
        saga->trace_id[2 * i] = (uint8_t)hex[digest[i] >> 4];
        saga->trace_id[2 * i + 1] = (uint8_t)hex[digest[i] & 15];
    }
}

void trace_begin(struct saga *saga)
{
    PRE(saga->magic == SAGA_MAGIC);
    if (saga->traceparent.size >= TRACE_PARENT_SIZE) {
        memcpy(saga->trace_id, saga->traceparent.data + TRACE_AT, TRACE_SIZE);
    } else {
        name_trace(saga);
    }
    saga->trace_mix = 0;
    for (size_t i = 0; i < TRACE_SIZE; i++) {
        saga->trace_mix = mix(saga->trace_mix, saga->trace_id[i]);
    }
    POST(saga->trace_id[0] != 0);
}

/* The numbers that together name one attempt in its saga, of which its span id is made. */
struct place {
    uint32_t step;
    uint32_t kind;
    uint32_t run;
    uint32_t number;
};

/* The span id of an attempt, made of the saga's trace id and the attempt's place; never 0, which
 * W3C forbids. */
static uint64_t span_id(const struct saga *saga, const struct place *place)
{
    PRE(saga->trace_id[0] != 0);
    uint64_t id = mix(saga->trace_mix, place->step);
    id = mix(id, (uint64_t)place->kind << 32 | place->run);
    id = mix(id, place->number);
    return id ? id : 1;
}

static void put(const struct saga *saga, const struct place *place, uint8_t *text)
{
    memcpy(text, "00-", 3);
    memcpy(text + TRACE_AT, saga->trace_id, TRACE_SIZE);
    text[SPAN_AT - 1] = '-';
    uint64_t id = span_id(saga, place);
    CHECK(id != 0);
    for (size_t i = 0; i < SPAN_SIZE; i++) {
        text[SPAN_AT + i] = (uint8_t)hex[id >> (60 - 4 * i) & 15];
    }
    const char *flags = "-01";
    bool given = saga->traceparent.size >= TRACE_PARENT_SIZE;
    CHECK(text[SPAN_AT - 1] == '-');
    memcpy(text + SPAN_AT + SPAN_SIZE, given ? (const char *)saga->traceparent.data + 52 : flags,
           3);
}

void trace_parent(const struct saga *saga, const struct attempt *attempt, uint8_t *text)
{
    PRE(attempt->call->step->saga == saga);
    struct place place = {.step = attempt->call->step->index,
                          .kind = attempt->call->kind,
                          .run = attempt->run,
                          .number = attempt->number};
    put(saga, &place, text);
}

void trace_child(const struct saga *saga, const struct step *step, uint8_t *text)
{
    PRE(step->saga == saga);
    struct place place = {.step = step->index, .kind = TASK_DO, .run = step->calls[0].run};
    put(saga, &place, text);
}
