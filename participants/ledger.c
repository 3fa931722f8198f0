/* ledger.c - runs and attempts, from slabs that are never given back before the end.
 *
 * Slabs keep the hot path free of malloc; the buffers inside keep their memory too, unless they
 * grew large. Invariants: every run in the map has attempts, or is in memory; an attempt is kept
 * exactly while it is answered. */
#include "participants/ledger.h"

#include <stdlib.h>

#include "base/check.h"

void run_list_append(struct run_list *list, struct run *run)
{
    run->before = list->last;
    run->after = NULL;
    if (list->last == NULL)
        list->first = run;
    else
        list->last->after = run;
    list->last = run;
    list->count++;
}

void run_list_drop(struct run_list *list, struct run *run)
{
    PRE(list->count > 0);
    if (run->before == NULL)
        list->first = run->after;
    else
        run->before->after = run->after;
    if (run->after == NULL)
        list->last = run->before;
    else
        run->after->before = run->before;
    run->before = run->after = NULL;
    list->count--;
}

enum saga_error ledger_open(struct ledger *ledger, size_t attempt_max)
{
    *ledger = (struct ledger){.attempt_max = attempt_max};
    map_open(&ledger->runs);
    ledger->slabs = calloc(LEDGER_SLAB_MAX, sizeof(*ledger->slabs));
    return ledger->slabs == NULL ? SAGA_NO_MEMORY : SAGA_OK;
}

static void close_attempt(struct attempt *attempt)
{
    int rc = zmq_msg_close(&attempt->message);
    CHECK(rc == 0);
    buf_close(&attempt->result);
}

void ledger_close(struct ledger *ledger)
{
    size_t at = 0;
    for (struct run *run; (run = map_next(&ledger->runs, &at)) != NULL;) {
        for (struct attempt *attempt = run->attempts; attempt != NULL; attempt = attempt->next)
            close_attempt(attempt);
        answer_close(&run->answer);
        buf_close(&run->beat);
    }
    for (struct run *run = ledger->free_runs; run != NULL; run = run->after) {
        answer_close(&run->answer);
        buf_close(&run->beat);
    }
    for (struct attempt *attempt = ledger->free_attempts; attempt; attempt = attempt->next)
        close_attempt(attempt);
    for (size_t i = 0; i < ledger->slab_count; i++)
        free(ledger->slabs[i]);
    free(ledger->slabs);
    map_close(&ledger->runs);
    *ledger = (struct ledger){0};
}

static void *take_slab(struct ledger *ledger, size_t size)
{
    if (ledger->slab_count == LEDGER_SLAB_MAX)
        return NULL;
    void *slab = calloc(LEDGER_SLAB, size);
    if (slab != NULL)
        ledger->slabs[ledger->slab_count++] = slab;
    return slab;
}

static struct run *take_run(struct ledger *ledger)
{
    if (ledger->free_runs == NULL) {
        struct run *runs = take_slab(ledger, sizeof(*runs));
        for (size_t i = 0; runs != NULL && i < LEDGER_SLAB; i++) {
            answer_open(&runs[i].answer);
            buf_open(&runs[i].beat, VALUE_SIZE_MAX);
            runs[i].after = ledger->free_runs;
            ledger->free_runs = &runs[i];
        }
    }
    struct run *run = ledger->free_runs;
    if (run != NULL)
        ledger->free_runs = run->after;
    return run;
}

static void give_run(struct ledger *ledger, struct run *run)
{
    answer_clear(&run->answer);
    run->after = ledger->free_runs;
    ledger->free_runs = run;
}

static struct attempt *take_attempt(struct ledger *ledger)
{
    if (ledger->free_attempts == NULL) {
        struct attempt *attempts = take_slab(ledger, sizeof(*attempts));
        for (size_t i = 0; attempts != NULL && i < LEDGER_SLAB; i++) {
            zmq_msg_init(&attempts[i].message);
            buf_open(&attempts[i].result, LEDGER_RESULT_SIZE_MAX);
            attempts[i].next = ledger->free_attempts;
            ledger->free_attempts = &attempts[i];
        }
    }
    struct attempt *attempt = ledger->free_attempts;
    if (attempt != NULL)
        ledger->free_attempts = attempt->next;
    return attempt;
}

static void give_attempt(struct ledger *ledger, struct attempt *attempt)
{
    if (attempt->result.capacity > LEDGER_BUF_KEEP)
        buf_close(&attempt->result);
    attempt->next = ledger->free_attempts;
    ledger->free_attempts = attempt;
}

struct run *ledger_find(const struct ledger *ledger, struct span key)
{
    return map_get(&ledger->runs, key);
}

struct attempt *ledger_attempt(const struct run *run, int64_t number)
{
    struct attempt *attempt = run->attempts;
    while (attempt != NULL && attempt->number != number)
        attempt = attempt->next;
    return attempt;
}

static struct run *new_run(struct ledger *ledger, struct span key)
{
    PRE(key.size <= LEDGER_KEY_MAX);
    struct run *run = take_run(ledger);
    if (run == NULL)
        return NULL;
    memcpy(run->key, key.data, key.size);
    run->key[key.size] = '\0';
    run->key_size = key.size;
    run->attempts = run->current = NULL;
    run->state = RUN_IDLE;
    run->before = run->after = NULL;
    run->answered_number = 0;
    run->is_remembered = false;
    atomic_store_explicit(&run->is_cancelled, false, memory_order_relaxed);
    if (map_put(&ledger->runs, span_of(run->key, run->key_size), run) == SAGA_OK)
        return run;
    give_run(ledger, run);
    return NULL;
}

static void recollect(struct ledger *ledger, struct run *run)
{
    run_list_drop(&ledger->memory, run);
    ledger->memory_bytes -= run->answer.pack.buf.capacity;
    run->is_remembered = false;
}

static void forget(struct ledger *ledger, struct run *run)
{
    void *dropped = map_drop(&ledger->runs, span_of(run->key, run->key_size));
    CHECK(dropped == run);
    give_run(ledger, run);
}

/* The run has no attempts left: it stays as memory, and the oldest memories make room. */
static void remember(struct ledger *ledger, struct run *run)
{
    if (run->kind == SAGA_KIND_CHECK || run->answered_number == 0) {
        forget(ledger, run);
        return;
    }
    run_list_append(&ledger->memory, run);
    run->is_remembered = true;
    ledger->memory_bytes += run->answer.pack.buf.capacity;
    while (ledger->memory.count > LEDGER_MEMORY_MAX ||
           ledger->memory_bytes > LEDGER_MEMORY_BYTES_MAX) {
        struct run *oldest = ledger->memory.first;
        recollect(ledger, oldest);
        forget(ledger, oldest);
    }
}

struct attempt *ledger_add(struct ledger *ledger, struct run *run, struct span key, uint32_t number)
{
    if (ledger->attempt_count >= ledger->attempt_max)
        return NULL;
    struct attempt *attempt = take_attempt(ledger);
    if (attempt == NULL)
        return NULL;
    if (run == NULL)
        run = new_run(ledger, key);
    if (run == NULL) {
        give_attempt(ledger, attempt);
        return NULL;
    }
    if (run->is_remembered)
        recollect(ledger, run);
    attempt->run = run;
    attempt->number = number;
    attempt->is_answered = attempt->is_cancelled = false;
    attempt->before = attempt->after = NULL;
    struct attempt **place = &run->attempts;
    while (*place != NULL && (*place)->number > number)
        place = &(*place)->next;
    attempt->next = *place;
    *place = attempt;
    ledger->attempt_count++;
    return attempt;
}

static void append_kept(struct ledger *ledger, struct attempt *attempt)
{
    attempt->before = ledger->kept_last;
    attempt->after = NULL;
    if (ledger->kept_last == NULL)
        ledger->kept_first = attempt;
    else
        ledger->kept_last->after = attempt;
    ledger->kept_last = attempt;
}

static void drop_kept(struct ledger *ledger, struct attempt *attempt)
{
    if (attempt->before == NULL)
        ledger->kept_first = attempt->after;
    else
        attempt->before->after = attempt->after;
    if (attempt->after == NULL)
        ledger->kept_last = attempt->before;
    else
        attempt->after->before = attempt->before;
}

void ledger_keep(struct ledger *ledger, struct attempt *attempt)
{
    PRE(!attempt->is_answered);
    attempt->is_answered = true;
    ledger->kept_count++;
    ledger->kept_bytes += attempt->result.size;
    append_kept(ledger, attempt);
}

void ledger_sent(struct ledger *ledger, struct attempt *attempt, int64_t now_ms)
{
    PRE(attempt->is_answered);
    attempt->sent_ms = now_ms;
    if (ledger->kept_last == attempt)
        return;
    drop_kept(ledger, attempt);
    append_kept(ledger, attempt);
}

void ledger_done(struct ledger *ledger, struct attempt *attempt)
{
    PRE(attempt->is_answered);
    struct run *run = attempt->run;
    drop_kept(ledger, attempt);
    ledger->kept_count--;
    ledger->kept_bytes -= attempt->result.size;
    struct attempt **place = &run->attempts;
    while (*place != attempt)
        place = &(*place)->next;
    *place = attempt->next;
    give_attempt(ledger, attempt);
    ledger->attempt_count--;
    if (run->attempts == NULL)
        remember(ledger, run);
}
