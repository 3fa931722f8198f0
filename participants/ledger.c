/* ledger.c - runs and attempts, from slabs that are never given back before the end, and memories.
 *
 * Slabs keep the hot path free of malloc; the buffers inside keep their memory too, unless they
 * grew large; what was freed last is taken first, because it is still in the processor's caches.
 * Memories are many and touched twice each, so they are small: a run turns into one when its last
 * attempt is done, and back when its key comes again. Invariants: a key has one run, one memory or
 * neither; every run in the table has attempts; an attempt is kept exactly while it is answered. */
#include "participants/ledger.h"

#include <stdlib.h>

#include "base/check.h"

void run_list_append(struct run_list *list, struct run *run)
{
    run->before = list->last;
    run->after = NULL;
    if (!list->last) {
        list->first = run;
    } else {
        list->last->after = run;
    }
    list->last = run;
    list->count++;
}

void run_list_drop(struct run_list *list, struct run *run)
{
    PRE(list->count > 0);
    if (!run->before) {
        list->first = run->after;
    } else {
        run->before->after = run->after;
    }
    if (!run->after) {
        list->last = run->before;
    } else {
        run->after->before = run->before;
    }
    run->before = run->after = NULL;
    list->count--;
}

/* A reference in the table of keys: the place of a run or of a memory. */
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

enum saga_error ledger_open(struct ledger *ledger, size_t attempt_max)
{
    *ledger = (struct ledger){
        .attempt_max = attempt_max,
        .memory_free = LEDGER_NOWHERE,
        .memory_first = LEDGER_NOWHERE,
        .memory_last = LEDGER_NOWHERE,
    };
    keys_open(&ledger->keys);
    ledger->memories = aligned_alloc(64, LEDGER_MEMORY_MAX * sizeof(*ledger->memories));
    ledger->run_slabs.items = calloc(LEDGER_SLAB_MAX, sizeof(void *));
    ledger->attempt_slabs.items = calloc(LEDGER_SLAB_MAX, sizeof(void *));
    bool has_all =
        ledger->memories != NULL && ledger->run_slabs.items && ledger->attempt_slabs.items != NULL;
    return has_all ? SAGA_OK : SAGA_NO_MEMORY;
}

/* ---- Memories ---- */

static uint8_t *bytes_of(struct memory *memory)
{
    uint8_t *large;
    if (!memory->is_large) {
        return memory->bytes;
    }
    memcpy(&large, memory->bytes, sizeof(large));
    return large;
}

static struct span key_of(struct memory *memory)
{
    return span_of(bytes_of(memory), memory->key_size);
}

/* Room for size bytes; NULL without memory. */
static uint8_t *make_room(struct ledger *ledger, struct memory *memory, size_t size)
{
    memory->is_large = size > LEDGER_MEMORY_SIZE;
    if (!memory->is_large) {
        return memory->bytes;
    }
    uint8_t *large = malloc(size);
    memcpy(memory->bytes, &large, sizeof(large));
    ledger->memory_bytes += large ? size : 0;
    return large;
}

static uint32_t take_memory(struct ledger *ledger)
{
    uint32_t at = ledger->memory_free;
    if (at != LEDGER_NOWHERE) {
        ledger->memory_free = ledger->memories[at].after;
    } else {
        at = ledger->memory_fresh++;
    }
    CHECK(at < LEDGER_MEMORY_MAX);
    return at;
}

static void give_memory(struct ledger *ledger, uint32_t at)
{
    ledger->memories[at].after = ledger->memory_free;
    ledger->memory_free = at;
}

static void append_memory(struct ledger *ledger, uint32_t at)
{
    struct memory *memory = &ledger->memories[at];
    memory->before = ledger->memory_last;
    memory->after = LEDGER_NOWHERE;
    if (ledger->memory_last == LEDGER_NOWHERE) {
        ledger->memory_first = at;
    } else {
        ledger->memories[ledger->memory_last].after = at;
    }
    ledger->memory_last = at;
    ledger->memory_count++;
}

/* Takes it out of the order and gives its bytes back. The table is the caller's. */
static void drop_memory(struct ledger *ledger, uint32_t at)
{
    struct memory *memory = &ledger->memories[at];
    if (memory->before == LEDGER_NOWHERE) {
        ledger->memory_first = memory->after;
    } else {
        ledger->memories[memory->before].after = memory->after;
    }
    if (memory->after == LEDGER_NOWHERE) {
        ledger->memory_last = memory->before;
    } else {
        ledger->memories[memory->after].before = memory->before;
    }
    if (memory->is_large) {
        ledger->memory_bytes -= memory->key_size + memory->pairs_size;
        free(bytes_of(memory));
    }
    ledger->memory_count--;
    give_memory(ledger, at);
}

static void forget_oldest(struct ledger *ledger)
{
    uint32_t oldest = ledger->memory_first;
    keys_drop(&ledger->keys, ledger->memories[oldest].mark, ref_of(oldest, true));
    drop_memory(ledger, oldest);
}

/* ---- Runs and attempts ---- */

static void *take_slab(struct slabs *slabs, size_t size)
{
    if (slabs->count == LEDGER_SLAB_MAX) {
        return NULL;
    }
    void *slab = calloc(LEDGER_SLAB, size);
    if (slab) {
        slabs->items[slabs->count++] = slab;
    }
    return slab;
}

static struct run *run_at(const struct ledger *ledger, uint32_t index)
{
    struct run *runs = ledger->run_slabs.items[index / LEDGER_SLAB];
    return &runs[index % LEDGER_SLAB];
}

static struct run *take_run(struct ledger *ledger)
{
    if (!ledger->free_runs) {
        uint32_t first = (uint32_t)ledger->run_slabs.count * LEDGER_SLAB;
        struct run *runs = take_slab(&ledger->run_slabs, sizeof(*runs));
        for (uint32_t i = LEDGER_SLAB; runs != NULL && i-- > 0;) {
            answer_open(&runs[i].answer);
            buf_open(&runs[i].beat, VALUE_SIZE_MAX);
            runs[i].index = first + i;
            runs[i].after = ledger->free_runs;
            ledger->free_runs = &runs[i];
        }
    }
    struct run *run = ledger->free_runs;
    if (run) {
        ledger->free_runs = run->after;
    }
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

static struct attempt *take_attempt(struct ledger *ledger)
{
    if (!ledger->free_attempts) {
        struct attempt *attempts = take_slab(&ledger->attempt_slabs, sizeof(*attempts));
        for (size_t i = LEDGER_SLAB; attempts != NULL && i-- > 0;) {
            zmq_msg_init(&attempts[i].message);
            buf_open(&attempts[i].result, LEDGER_RESULT_SIZE_MAX);
            attempts[i].next = ledger->free_attempts;
            ledger->free_attempts = &attempts[i];
        }
    }
    struct attempt *attempt = ledger->free_attempts;
    if (!attempt || !has_room(&attempt->result)) {
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

static void close_slabs(struct slabs *slabs)
{
    for (size_t i = 0; i < slabs->count; i++) {
        free(slabs->items[i]);
    }
    free(slabs->items);
}

void ledger_close(struct ledger *ledger)
{
    while (ledger->memory_count > 0) {
        forget_oldest(ledger);
    }
    /* In use or free, each has its buffers. */
    for (size_t i = 0; i < ledger->run_slabs.count * LEDGER_SLAB; i++) {
        struct run *run = run_at(ledger, (uint32_t)i);
        answer_close(&run->answer);
        buf_close(&run->beat);
    }
    for (size_t i = 0; i < ledger->attempt_slabs.count * LEDGER_SLAB; i++) {
        struct attempt *attempts = ledger->attempt_slabs.items[i / LEDGER_SLAB];
        struct attempt *attempt = &attempts[i % LEDGER_SLAB];
        int rc = zmq_msg_close(&attempt->message);
        CHECK(rc == 0);
        buf_close(&attempt->result);
    }
    close_slabs(&ledger->run_slabs);
    close_slabs(&ledger->attempt_slabs);
    free(ledger->memories);
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
        struct span known =
            is_memory(ref) ? key_of(&ledger->memories[index]) : run_key(run_at(ledger, index));
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
    PRE(key.text.size <= LEDGER_KEY_MAX);
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

/* The memory becomes a run again, which knows the answer. */
static struct run *recollect(struct ledger *ledger, struct ledger_key key, uint32_t at)
{
    struct memory *memory = &ledger->memories[at];
    struct run *run = new_run(ledger, key);
    if (!run) {
        return NULL;
    }
    struct span pairs = span_of(bytes_of(memory) + memory->key_size, memory->pairs_size);
    buf_write(&run->answer.pack.buf, pairs.data, pairs.size);
    if (buf_failed(&run->answer.pack.buf)) {
        give_run(ledger, run);
        return NULL;
    }
    run->answer.status = (enum answer_status)memory->status;
    run->answer.pair_count = memory->pair_count;
    run->answered_number = memory->number;
    keys_change(&ledger->keys, memory->mark, ref_of(at, true), ref_of(run->index, false));
    drop_memory(ledger, at);
    return run;
}

/* The run has no attempts left: its answer stays as a memory, and the oldest memories make room.
 * Without memory for it, it is forgotten, as it would be later. */
static void remember(struct ledger *ledger, struct run *run)
{
    uint32_t ref = ref_of(run->index, false);
    struct span pairs = answer_pairs(&run->answer).bytes;
    uint8_t *room = NULL;
    uint32_t at = LEDGER_NOWHERE;
    if (run->kind != SAGA_KIND_CHECK && run->answered_number != 0) {
        if (ledger->memory_count == LEDGER_MEMORY_MAX) {
            forget_oldest(ledger);
        }
        at = take_memory(ledger);
        room = make_room(ledger, &ledger->memories[at], run->key_size + pairs.size);
    }
    if (!room) {
        if (at != LEDGER_NOWHERE) {
            give_memory(ledger, at);
        }
        keys_drop(&ledger->keys, run->mark, ref);
        return;
    }
    struct memory *memory = &ledger->memories[at];
    memory->mark = run->mark;
    memory->number = run->answered_number;
    memory->pairs_size = (uint32_t)pairs.size;
    memory->key_size = (uint8_t)run->key_size;
    memory->status = (uint8_t)run->answer.status;
    memory->pair_count = (uint8_t)run->answer.pair_count;
    memcpy(room, run->key, run->key_size);
    memcpy(room + run->key_size, pairs.data, pairs.size);
    keys_change(&ledger->keys, run->mark, ref, ref_of(at, true));
    append_memory(ledger, at);
    while (ledger->memory_bytes > LEDGER_MEMORY_BYTES_MAX) {
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
