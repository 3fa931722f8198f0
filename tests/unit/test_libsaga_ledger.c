/* test_libsaga_ledger.c - what a participant remembers of keys: which, how many, and until when.
 *
 * Seen to fail with: forget_oldest() that takes the newest; recollect() without memories_drop()
 * (the key is forgotten in its old turn); marks alone compared in find() (keys of one mark are
 * mixed up); keys_drop() without moving entries back; make_room() that does not count (the bound of
 * bytes). */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/mp.h"
#include "participants/ledger.h"

enum { ATTEMPT_MAX = 64 };

static struct ledger ledger;

static void open_all(void)
{
    cr_assert_eq(ledger_open(&ledger, ATTEMPT_MAX), SAGA_OK);
}

static void close_all(void)
{
    ledger_close(&ledger);
}

TestSuite(saga_ledger, .init = open_all, .fini = close_all);

static struct span key_of(uint32_t number, char text[RUN_KEY_MAX + 1])
{
    int size = snprintf(text, RUN_KEY_MAX + 1, "trip-%u/flight/do", number);
    return span_of(text, (size_t)size);
}

/* An attempt of the key; 0: there is no room, else the number that the key was answered with, or -1
 * when nothing is remembered. */
static int64_t ask(struct span key, uint32_t number, struct attempt **attempt)
{
    bool is_new = false;
    *attempt = ledger_take(&ledger, ledger_expect(&ledger, key), number, &is_new);
    if (!*attempt) {
        return 0;
    }
    cr_assert(is_new);
    struct run *run = (*attempt)->run;
    cr_assert_eq(run->key_size, key.size);
    cr_assert_eq(memcmp(run->key, key.data, key.size), 0);
    cr_assert_eq(run->key[key.size], '\0');
    run->kind = SAGA_KIND_DO;
    if (run->answered_number == 0) {
        return -1;
    }
    cr_assert_eq(run->answer.pair_count, 2);
    /* The pairs lack only the head of their map. */
    struct buf map;
    buf_open(&map, VALUE_SIZE_MAX * 2);
    mp_put_map(&map, run->answer.pair_count);
    struct span pairs = answer_pairs(&run->answer).bytes;
    buf_write(&map, pairs.data, pairs.size);
    struct saga_value value = value_of(buf_span(&map));
    cr_assert_eq(value_check(value), SAGA_OK);
    int64_t output = saga_value_int(value, "output.number", -2);
    buf_close(&map);
    return output;
}

/* Answers and is done with it. */
static void finish(struct attempt *attempt, int64_t output, size_t filling)
{
    struct run *run = attempt->run;
    if (run->answered_number == 0) {
        struct saga_pack *pack = saga_answer_ok(&run->answer);
        saga_put_map(pack, filling > 0 ? 2 : 1);
        saga_put_str(pack, "number");
        saga_put_int(pack, output);
        if (filling > 0) {
            char *text = malloc(filling);
            memset(text, 'x', filling);
            saga_put_str(pack, "text");
            saga_put_bytes(pack, text, filling);
            free(text);
        }
        answer_seal(&run->answer, 1 << 20);
        run->answered_number = attempt->number;
    }
    ledger_keep(&ledger, attempt);
    ledger_done(&ledger, attempt);
}

static int64_t use(struct span key, int64_t output, size_t filling)
{
    struct attempt *attempt;
    int64_t found = ask(key, 1, &attempt);
    finish(attempt, output, filling);
    return found;
}

static int64_t use_number(uint32_t number)
{
    char text[RUN_KEY_MAX + 1];
    return use(key_of(number, text), number, 0);
}

/* ---- order ---- */

Test(saga_ledger, forgets_the_oldest_answer_first)
{
    for (uint32_t i = 0; i < MEMORIES_MAX; i++) {
        cr_assert_eq(use_number(i), -1);
    }
    cr_assert_eq(ledger.memories.count, MEMORIES_MAX);
    /* Answered from memory, 0 is the newest again: 1 has to go for the next, and then 2. */
    cr_assert_eq(use_number(0), 0);
    cr_assert_eq(use_number(MEMORIES_MAX), -1);
    cr_assert_eq(use_number(MEMORIES_MAX + 1), -1);
    cr_assert_eq(ledger.memories.count, MEMORIES_MAX);
    cr_assert_eq(use_number(0), 0);
    cr_assert_eq(use_number(3), 3);
    cr_assert_eq(use_number(MEMORIES_MAX - 1), MEMORIES_MAX - 1);
    cr_assert_eq(use_number(1), -1);
}

Test(saga_ledger, answers_from_memory_after_many_others)
{
    for (uint32_t i = 0; i < 10 * MEMORIES_MAX; i++) {
        cr_assert_eq(use_number(i), -1);
        /* An old one now and then, which is young again then. */
        if (i % 97 == 0 && i >= MEMORIES_MAX / 2) {
            cr_assert_eq(use_number(i - MEMORIES_MAX / 2), i - MEMORIES_MAX / 2);
        }
    }
    cr_assert_eq(ledger.memories.count, MEMORIES_MAX);
    cr_assert_eq(ledger.keys.count, MEMORIES_MAX);
    cr_assert_eq(ledger.memories.bytes, 0, "none of them was large");
}

/* ---- sizes ---- */

Test(saga_ledger, knows_keys_of_every_size_apart)
{
    char text[RUN_KEY_MAX];
    memset(text, 'k', sizeof(text));
    for (int round = 0; round < 2; round++) {
        for (uint32_t size = 1; size <= RUN_KEY_MAX; size++) {
            cr_assert_eq(use(span_of(text, size), size, size % 5 * 50),
                         round == 0 ? -1 : (int64_t)size);
        }
    }
    text[RUN_KEY_MAX - 1] = 'l';
    cr_assert_eq(use(span_of(text, RUN_KEY_MAX), 1000, 0), -1);
    text[RUN_KEY_MAX - 1] = 'k';
    cr_assert_eq(use(span_of(text, RUN_KEY_MAX), 1001, 0), RUN_KEY_MAX);
    cr_assert_gt(ledger.memories.bytes, 0, "long ones are allocated");
}

Test(saga_ledger, remembers_no_more_bytes_than_it_may)
{
    char text[RUN_KEY_MAX + 1];
    enum { LARGE = 900000, COUNT = 40, FITTING = MEMORIES_BYTES_MAX / (LARGE + 100) };
    for (uint32_t i = 0; i < COUNT; i++) {
        cr_assert_eq(use(key_of(i, text), i, LARGE), -1);
        cr_assert_leq(ledger.memories.bytes, MEMORIES_BYTES_MAX);
    }
    cr_assert_eq(ledger.memories.count, FITTING);
    cr_assert_eq(use(key_of(COUNT - FITTING - 1, text), 0, 0), -1);
    cr_assert_eq(use(key_of(COUNT - FITTING, text), 0, 0), COUNT - FITTING);
}

struct marked {
    uint32_t mark;
    uint32_t number;
};

static int by_mark(const void *a, const void *b)
{
    uint32_t left = ((const struct marked *)a)->mark;
    uint32_t right = ((const struct marked *)b)->mark;
    return left < right ? -1 : left > right;
}

Test(saga_ledger, knows_keys_of_one_mark_apart)
{
    /* Of so many keys, some must have the same mark. */
    enum { KEYS = 400000 };
    struct marked *all = calloc(KEYS, sizeof(*all));
    char text[RUN_KEY_MAX + 1];
    uint32_t pairs = 0;
    for (uint32_t i = 0; i < KEYS; i++) {
        all[i] = (struct marked){keys_mark(key_of(i, text)), i};
    }
    qsort(all, KEYS, sizeof(*all), by_mark);
    for (uint32_t i = 1; i < KEYS; i++) {
        if (all[i].mark != all[i - 1].mark) {
            continue;
        }
        pairs++;
        cr_assert_eq(use_number(all[i].number), -1);
        cr_assert_eq(use_number(all[i - 1].number), -1);
        cr_assert_eq(use_number(all[i].number), all[i].number);
        cr_assert_eq(use_number(all[i - 1].number), all[i - 1].number);
    }
    cr_assert_gt(pairs, 0);
    free(all);
}

/* ---- attempts ---- */

Test(saga_ledger, takes_no_more_attempts_than_it_may_and_finds_those_it_has)
{
    char text[RUN_KEY_MAX + 1];
    struct attempt *attempts[ATTEMPT_MAX];
    struct attempt *more;
    bool is_new;
    cr_assert_eq(use_number(1000), -1);
    for (uint32_t i = 0; i < ATTEMPT_MAX; i++) {
        cr_assert_eq(ask(key_of(i / 2, text), i % 2 + 1, &attempts[i]), -1);
    }
    cr_assert_eq(ask(key_of(7, text), 3, &more), 0);
    cr_assert_eq(ask(key_of(1000, text), 2, &more), 0);
    cr_assert_eq(ask(key_of(1001, text), 1, &more), 0);
    for (uint32_t i = 0; i < ATTEMPT_MAX; i++) {
        struct ledger_key key = ledger_expect(&ledger, key_of(i / 2, text));
        const struct attempt *again = ledger_take(&ledger, key, i % 2 + 1, &is_new);
        cr_assert_eq(again, attempts[i]);
        cr_assert_not(is_new);
    }
    size_t at = 0;
    size_t runs = 0;
    for (const struct run *run; (run = ledger_next(&ledger, &at)) != NULL; runs++) {
        cr_assert_eq(run->attempts->number, 2, "the newest is first");
    }
    cr_assert_eq(runs, ATTEMPT_MAX / 2);
    for (uint32_t i = 0; i < ATTEMPT_MAX; i++) {
        finish(attempts[i], i / 2, 0);
    }
    cr_assert_eq(ledger.attempt_count, 0);
    cr_assert_eq(use_number(1000), 1000);
    for (uint32_t i = 0; i < ATTEMPT_MAX / 2; i++) {
        cr_assert_eq(use_number(i), i);
    }
}

Test(saga_ledger, does_not_remember_what_a_check_said)
{
    char text[RUN_KEY_MAX + 1];
    struct attempt *attempt;
    cr_assert_eq(ask(key_of(1, text), 1, &attempt), -1);
    attempt->run->kind = SAGA_KIND_CHECK;
    finish(attempt, 5, 0);
    cr_assert_eq(ledger.keys.count, 0);
    cr_assert_eq(use_number(1), -1);
}

/* ---- the table of keys ---- */

static bool holds(const struct keys *keys, uint32_t mark, uint32_t ref)
{
    struct keys_search search = keys_search(keys, mark);
    for (uint32_t found; (found = keys_next(keys, &search)) != 0;) {
        if (found == ref) {
            return true;
        }
    }
    return false;
}

/* Few marks, so that many meet, at the end of the table too. */
static uint32_t mark_of(uint32_t ref)
{
    return ref % 3 == 0 ? UINT32_MAX - ref % 7 : ref * UINT32_C(2654435761) >> (ref % 2 ? 20 : 28);
}

Test(saga_ledger, finds_every_key_whatever_has_gone_before)
{
    enum { REFS = 500, STEPS = 20000 };
    static bool is_in[REFS + 1];
    struct keys keys;
    uint32_t seed = 1;
    uint32_t count = 0;
    keys_open(&keys);
    cr_assert_not(holds(&keys, 1, 1));
    for (uint32_t step = 0; step < STEPS; step++) {
        seed = seed * UINT32_C(1103515245) + 12345;
        uint32_t ref = 1 + (seed >> 8) % REFS;
        if (is_in[ref]) {
            keys_drop(&keys, mark_of(ref), ref);
        } else {
            cr_assert_eq(keys_put(&keys, mark_of(ref), ref), SAGA_OK);
        }
        count = is_in[ref] ? count - 1 : count + 1;
        is_in[ref] = !is_in[ref];
        cr_assert_eq(keys.count, count);
        for (uint32_t other = 1; step % 50 == 0 && other <= REFS; other++) {
            cr_assert_eq(holds(&keys, mark_of(other), other), is_in[other]);
        }
    }
    keys_close(&keys);
}
