/* done.c - the rows of `done`, read some ahead of what is done with them.
 *
 * A row leads to a key that was last touched thousands of keys ago. While the first rows of a batch
 * are acted on, the processor fetches what the others need. */
#include "participants/done.h"

#include "base/mp.h"
#include "participants/results.h"

enum { DONE_AHEAD = 16 /* rows read before the first is acted on */ };

/* Tells the program whether the coordinator took the answer `later`. */
static void tell_later(const struct saga_participant *participant, const struct attempt *attempt,
                       struct span verdict)
{
    static const char *const names[] = {[SAGA_LATER_TAKEN] = "ok",
                                        [SAGA_LATER_LATE] = "late",
                                        [SAGA_LATER_STALE] = "stale",
                                        [SAGA_LATER_UNKNOWN] = "unknown"};
    char token[RESULTS_TOKEN_MAX];
    struct saga_value result = value_of(buf_span(&attempt->result));
    struct saga_later later = {.key = attempt->run->key,
                               .attempt = attempt->number,
                               .token = token,
                               .verdict = SAGA_LATER_UNKNOWN};
    if (!saga_value_copy(result, "token", token, sizeof(token))) {
        return;
    }
    for (unsigned i = SAGA_LATER_TAKEN; i < ARRAY_COUNT(names); i++) {
        if (span_is(verdict, names[i])) {
            later.verdict = (enum saga_later_verdict)i;
        }
    }
    participant->later(&later, participant->later_arg);
}

static bool is_later(const struct attempt *attempt)
{
    char status[8];
    struct saga_value result = value_of(buf_span(&attempt->result));
    return saga_value_copy(result, "status", status, sizeof(status)) &&
           strcmp(status, "later") == 0;
}

/* One attempt that `done` names. */
struct done_row {
    struct ledger_key key;
    int64_t number;
    struct span verdict;
};

/* Reads the next rows, at most DONE_AHEAD of the `left` ones. What is not [key, attempt, verdict]
 * is passed over. */
static uint32_t read_done(const struct saga_participant *participant, struct mp *mp, uint32_t *left,
                          struct done_row *rows)
{
    uint32_t count = 0;
    for (; *left > 0 && count < DONE_AHEAD && !mp->bad; --*left) {
        struct mp row = mp_open(mp_skip(mp));
        uint32_t parts = mp_array(&row);
        struct span key = mp_str(&row);
        int64_t number = mp_int(&row);
        if (parts < 2 || row.bad) {
            continue;
        }
        rows[count].key = ledger_expect(&participant->ledger, key);
        rows[count].number = number;
        rows[count++].verdict = mp_str(&row);
    }
    return count;
}

static void take_row(struct saga_participant *participant, const struct done_row *row)
{
    struct run *run = ledger_find(&participant->ledger, row->key);
    struct attempt *attempt = run != NULL ? ledger_attempt(run, row->number) : NULL;
    if (!attempt || !attempt->is_answered) {
        return;
    }
    count_one(&participant->counts.done);
    if (participant->later && is_later(attempt)) {
        tell_later(participant, attempt, row->verdict);
    }
    ledger_done(&participant->ledger, attempt);
}

void done_take(struct saga_participant *participant, struct inbound *inbound)
{
    struct done_row rows[DONE_AHEAD];
    struct mp mp = mp_open(inbound->message.results);
    uint32_t left = mp_array(&mp);
    bool is_empty = left == 0;
    while (left > 0 && !mp.bad) {
        uint32_t count = read_done(participant, &mp, &left, rows);
        for (uint32_t i = 0; i < count; i++) {
            take_row(participant, &rows[i]);
        }
    }
    if (mp.bad || is_empty) {
        count_one(&participant->counts.garbage);
    }
}
