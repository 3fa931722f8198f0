/* fetch.c - brings the memory that sending a task reads into the processor's cache, some tasks
 * ahead. */
#include "engine/fetch.h"

#include "saga/attempt.h"
#include "saga/saga.h"

static void fetch(const void *from, size_t size)
{
    PRE(from != NULL);
    enum { LINE = 64 };
    for (size_t at = 0; at < size; at += LINE) {
        __builtin_prefetch((const uint8_t *)from + at);
    }
}

void engine_fetch(const struct task *task, enum engine_fetch what)
{
    PRE(what <= FETCH_SAGA);
    const struct attempt *attempt =
        (const void *)((const uint8_t *)task - offsetof(struct attempt, task));
    switch (what) {
    case FETCH_ATTEMPT:
        fetch(attempt, sizeof(*attempt));
        return;
    case FETCH_STEP:
        fetch((const uint8_t *)attempt->call - offsetof(struct step, calls),
              offsetof(struct step, calls) + sizeof(struct call));
        return;
    case FETCH_SAGA:
        fetch(attempt->call->step->saga, offsetof(struct saga, input));
        fetch(&attempt->call->step->saga->awake,
              sizeof(struct saga) - offsetof(struct saga, awake));
        return;
    }
}
