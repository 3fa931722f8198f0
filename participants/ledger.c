/* ledger.c - one table of keys, which leads to runs and to memories.
 *
 * Slabs keep the hot path free of malloc; the buffers inside keep their memory too, unless they
 * grew large; what was freed last is taken first, because it is still in the processor's caches.
 * A run turns into a memory when its last attempt is done, and back when its key comes again.
 * Invariants: a key has one run, one memory or neither; every run in the table has attempts; an
 * attempt is kept exactly while it is answered. */
#include "participants/ledger.h"

/* ---- References: the place of a run or of a memory ---- */

static uint32_t ref_of(uint32_t index, bool is_memory)
{
    return (index + 1) << 1 | (is_memory ? 1 : 0);
}

static bool is_memory(uint32_t ref)
{
    return (ref & 1) != 0;
}

static uint32_t index_of(uint32_t ref)
{
    return (ref >> 1) - 1;
}

static struct run *run_at(const struct ledger *ledger, uint32_t index)
{
    return slabs_item(&ledger->runs, index);
}

/* ---- Runs and attempts, used and free ---- */

static bool more_runs(struct ledger *ledger)
{
    uint32_t first = 0;
    if (slabs_grow(&ledger->runs, &first) != SAGA_OK) {
        return false;
    }
    for (uint32_t i = SLABS_EACH; i-- > 0;) {
        struct run *run = run_at(ledger, first + i);
        answer_open(&run->answer);
        buf_open(&run->beat, VALUE_SIZE_MAX);
        run->index = first + i;
        run->after = ledger->free_runs;
        ledger->free_runs = run;
    }
    return true;
}

static struct run *take_run(struct ledger *ledger)
{
    if (!ledger->free_runs && !more_runs(ledger)) {
        return NULL;
    }
    struct run *run = ledger->free_runs;
    ledger->free_runs = run->after;
    return run;
}

static void give_run(struct ledger *ledger, struct run *run)
{
    answer_clear(&run->answer);
    run->after = ledger->free_runs;
    ledger->free_runs = run;
}

/* Sets memory aside for a small result, so that each task that was taken can be answered. */
static bool has_room(struct buf *result)
{
    buf_clear(result);
    bool has_memory = buf_reserve(result, LEDGER_RESULT_MIN) != NULL;
    buf_clear(result);
    return has_memory;
}

static bool more_attempts(struct ledger *ledger)
{
    uint32_t first = 0;
    if (slabs_grow(&ledger->attempts, &first) != SAGA_OK) {
        return false;
    }
    for (uint32_t i = SLABS_EACH; i-- > 0;) {
        struct attempt *attempt = slabs_item(&ledger->attempts, first + i);
        zmq_msg_init(&attempt->message);
        buf_open(&attempt->result, LEDGER_RESULT_MAX);
        attempt->next = ledger->free_attempts;
        ledger->free_attempts = attempt;
    }
    return true;
}

static struct attempt *take_attempt(struct ledger *ledger)
{
    if (!ledger->free_attempts && !more_attempts(ledger)) {
        return NULL;
    }
    struct attempt *attempt = ledger->free_attempts;
    if (!has_room(&attempt->result)) {
        return NULL;
    }
    ledger->free_attempts = attempt->next;
    return attempt;
}

static void give_attempt(struct ledger *ledger, struct attempt *attempt)
{
    if (attempt->result.capacity > LEDGER_BUF_KEEP) {
        buf_close(&attempt->result);
    }
    attempt->next = ledger->free_attempts;
    ledger->free_attempts = attempt;
}

/* ---- The whole ---- */

enum saga_error ledger_open(struct ledger *ledger, size_t attempt_max)
{
    *ledger = (struct ledger){.attempt_max = attempt_max};
    keys_open(&ledger->keys);
    enum saga_error rc = memories_open(&ledger->memories);
    if (rc != SAGA_OK) {
        return rc;
    }
    rc = slabs_open(&ledger->runs, sizeof(struct run));
    if (rc != SAGA_OK) {
        goto err_after_memories;
    }
    rc = slabs_open(&ledger->attempts, sizeof(struct attempt));
    if (rc != SAGA_OK) {
        goto err_after_runs;
    }
    return SAGA_OK;

err_after_runs:
    slabs_close(&ledger->runs);
err_after_memories:
    memories_close(&ledger->memories);
    POST(rc != SAGA_OK);
    return rc;
}

void ledger_close(struct ledger *ledger)
{
    /* Free ones have buffers too. */
    for (uint32_t i = 0; i < slabs_item_count(&ledger->runs); i++) {
        struct run *run = run_at(ledger, i);
        answer_close(&run->answer);
        buf_close(&run->beat);
    }
    for (uint32_t i = 0; i < slabs_item_count(&ledger->attempts); i++) {
        struct attempt *attempt = slabs_item(&ledger->attempts, i);
        int rc = zmq_msg_close(&attempt->message);
        CHECK(rc == 0);
        buf_close(&attempt->result);
    }
    slabs_close(&ledger->runs);
    slabs_close(&ledger->attempts);
    memories_close(&ledger->memories);
    keys_close(&ledger->keys);
    *ledger = (struct ledger){0};
}

/* ---- Keys ---- */

static struct span run_key(const struct run *run)
{
    return span_of(run->key, run->key_size);
}

/* The reference of a key, or 0. */
static uint32_t find(const struct ledger *ledger, struct ledger_key key)
{
    struct keys_search search = keys_search(&ledger->keys, key.mark);
    for (uint32_t ref; (ref = keys_next(&ledger->keys, &search)) != 0;) {
        uint32_t index = index_of(ref);
        struct span known = is_memory(ref) ? memories_key(&ledger->memories, index)
                                           : run_key(run_at(ledger, index));
        if (span_equal(known, key.text)) {
            return ref;
        }
    }
    return 0;
}

struct ledger_key ledger_expect(const struct ledger *ledger, struct span text)
{
    struct ledger_key key = {text, keys_mark(text)};
    keys_expect(&ledger->keys, key.mark);
    return key;
}

struct run *ledger_find(const struct ledger *ledger, struct ledger_key key)
{
    uint32_t ref = find(ledger, key);
    return ref == 0 || is_memory(ref) ? NULL : run_at(ledger, index_of(ref));
}

struct run *ledger_next(const struct ledger *ledger, size_t *at)
{
    while (*at < ledger->keys.capacity) {
        uint32_t ref = ledger->keys.entries[(*at)++].ref;
        if (ref != 0 && !is_memory(ref)) {
            return run_at(ledger, index_of(ref));
        }
    }
    return NULL;
}

struct attempt *ledger_attempt(const struct run *run, int64_t number)
{
    struct attempt *attempt = run->attempts;
    while (attempt && attempt->number != number) {
        attempt = attempt->next;
    }
    return attempt;
}

/* A run of the key that nobody works on and the table does not know yet. */
static struct run *new_run(struct ledger *ledger, struct ledger_key key)
{
    PRE(key.text.size <= RUN_KEY_MAX);
    struct run *run = take_run(ledger);
    if (!run) {
        return NULL;
    }
    memcpy(run->key, key.text.data, key.text.size);
    run->key[key.text.size] = '\0';
    run->key_size = (uint32_t)key.text.size;
    run->mark = key.mark;
    run->attempts = run->current = NULL;
    run->state = RUN_IDLE;
    run->before = run->after = NULL;
    run->answered_number = 0;
    atomic_store_explicit(&run->is_cancelled, false, memory_order_relaxed);
    return run;
}

static struct run *add_run(struct ledger *ledger, struct ledger_key key)
{
    struct run *run = new_run(ledger, key);
    if (!run || keys_put(&ledger->keys, key.mark, ref_of(run->index, false)) == SAGA_OK) {
        return run;
    }
    give_run(ledger, run);
    return NULL;
}

/* ---- Memories ---- */

static void forget_oldest(struct ledger *ledger)
{
    uint32_t oldest = ledger->memories.first;
    keys_drop(&ledger->keys, ledger->memories.items[oldest].mark, ref_of(oldest, true));
    memories_drop(&ledger->memories, oldest);
}

/* The memory becomes a run again, which knows the answer. */
static struct run *recollect(struct ledger *ledger, struct ledger_key key, uint32_t at)
{
    struct run *run = new_run(ledger, key);
    if (!run) {
        return NULL;
    }
    if (!memories_recall(&ledger->memories, at, run)) {
        give_run(ledger, run);
        return NULL;
    }
    keys_change(&ledger->keys, key.mark, ref_of(at, true), ref_of(run->index, false));
    memories_drop(&ledger->memories, at);
    return run;
}

/* The run has no attempts left: its answer stays as a memory, and the oldest memories make room. If
 * there is no memory, the answer is forgotten now, as it would be later. */
static void remember(struct ledger *ledger, const struct run *run)
{
    PRE(!run->attempts);
    uint32_t ref = ref_of(run->index, false);
    uint32_t at = MEMORIES_NOWHERE;
    if (run->kind != SAGA_KIND_CHECK && run->answered_number != 0) {
        while (memories_are_full(&ledger->memories)) {
            forget_oldest(ledger);
        }
        at = memories_put(&ledger->memories, run);
    }
    if (at == MEMORIES_NOWHERE) {
        keys_drop(&ledger->keys, run->mark, ref);
        return;
    }
    keys_change(&ledger->keys, run->mark, ref, ref_of(at, true));
    while (ledger->memories.bytes > MEMORIES_BYTES_MAX) {
        forget_oldest(ledger);
    }
}

/* ---- Attempts ---- */

static void add_attempt(struct ledger *ledger, struct run *run, struct attempt *attempt)
{
    struct attempt **place = &run->attempts;
    while (*place && (*place)->number > attempt->number) {
        place = &(*place)->next;
    }
    attempt->next = *place;
    *place = attempt;
    attempt->run = run;
    attempt->is_answered = attempt->is_cancelled = false;
    attempt->before = attempt->after = NULL;
    ledger->attempt_count++;
}

struct attempt *ledger_take(struct ledger *ledger, struct ledger_key key, uint32_t number,
                            bool *is_new)
{
    PRE(number >= 1);
    uint32_t ref = find(ledger, key);
    struct run *run = ref == 0 || is_memory(ref) ? NULL : run_at(ledger, index_of(ref));
    struct attempt *attempt = run ? ledger_attempt(run, number) : NULL;
    *is_new = !attempt;
    if (attempt) {
        return attempt;
    }
    if (ledger->attempt_count >= ledger->attempt_max) {
        return NULL;
    }
    attempt = take_attempt(ledger);
    if (!attempt) {
        return NULL;
    }
    if (!run && ref != 0) {
        run = recollect(ledger, key, index_of(ref));
    } else if (!run) {
        run = add_run(ledger, key);
    }
    if (!run) {
        give_attempt(ledger, attempt);
        return NULL;
    }
    attempt->number = number;
    add_attempt(ledger, run, attempt);
    return attempt;
}

static void append_kept(struct ledger *ledger, struct attempt *attempt)
{
    attempt->before = ledger->kept_last;
    attempt->after = NULL;
    if (!ledger->kept_last) {
        ledger->kept_first = attempt;
    } else {
        ledger->kept_last->after = attempt;
    }
    ledger->kept_last = attempt;
}

static void drop_kept(struct ledger *ledger, struct attempt *attempt)
{
    if (!attempt->before) {
        ledger->kept_first = attempt->after;
    } else {
        attempt->before->after = attempt->after;
    }
    if (!attempt->after) {
        ledger->kept_last = attempt->before;
    } else {
        attempt->after->before = attempt->before;
    }
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
    if (ledger->kept_last == attempt) {
        return;
    }
    drop_kept(ledger, attempt);
    append_kept(ledger, attempt);
}

void ledger_done(struct ledger *ledger, struct attempt *attempt)
{
    PRE(attempt->is_answered);
    struct run *run = attempt->run;
    drop_kept(ledger, attempt);
    PRE(ledger->kept_count > 0);
    ledger->kept_count--;
    ledger->kept_bytes -= attempt->result.size;
    struct attempt **place = &run->attempts;
    while (*place != attempt) {
        place = &(*place)->next;
    }
    *place = attempt->next;
    give_attempt(ledger, attempt);
    ledger->attempt_count--;
    if (!run->attempts) {
        remember(ledger, run);
        give_run(ledger, run);
    }
}
