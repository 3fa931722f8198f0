/* answer.h - what a handler says, packed as it goes: the pairs of a result that follow its token.
 *
 * An answer belongs to a run (run.h) and keeps its memory from use to use. The handler writes the
 * answer, answer_seal() checks it, and the packed pairs then go into the result of each attempt. */
#ifndef PARTICIPANTS_ANSWER_H
#define PARTICIPANTS_ANSWER_H

#include "participants/value.h"

enum answer_status { ANSWER_NONE, ANSWER_OK, ANSWER_FAILED, ANSWER_LATER };

struct saga_answer {
    struct saga_pack pack;     /* the pairs: status, then output or error, then cost */
    size_t output_at;          /* where the output begins in pack */
    size_t error_at;           /* where the map of an error begins in pack */
    size_t details_at;         /* where its details begin, its last pair; 0: it has none */
    enum answer_status status; /* what was said last */
    uint32_t pair_count;       /* set by answer_seal */
    bool is_void; /* "cancelled", "expired": nothing was done, and a newer attempt may do it */
    int64_t cost; /* micro-USD; negative: not said */
};

/* Packed pairs of a result. */
struct answer_pairs {
    struct span bytes;
    uint32_t count;
};

/* failed, "no_memory", in doubt: what is said when there is no memory to say more. */
extern const struct answer_pairs answer_no_memory;
enum { ANSWER_NO_MEMORY_MAX = 96 };

void answer_open(struct saga_answer *answer);
void answer_close(struct saga_answer *answer);
/* Forgets what was said. Keeps the memory for the next answer, unless that is much. */
void answer_clear(struct saga_answer *answer);
/* Makes the answer whole: says what a handler left out, and replaces what cannot be sent, all of
 * the pairs being at most `room` bytes. Without memory it becomes "no_memory", in doubt. */
void answer_seal(struct saga_answer *answer, size_t room);
/* Can the output be sent? False: the answer has become "bad_output", in doubt or not. */
MUST_CHECK bool answer_check_output(struct saga_answer *answer, bool in_doubt);
/* Answers "cancelled" or "expired": nothing was done for this attempt, which tells nothing of
 * another attempt at the key. Never a refusal: what a time-out calls off is wanted again, and a
 * refused undo would wait for a person. */
void answer_void(struct saga_answer *answer, const char *code);
/* Error as a map, for clients that finish a task too; NULL is code "failed". Gives the place where
 * the pair of its details begins, which is the last one; 0: it has none. */
size_t answer_put_error(struct buf *buf, const struct saga_failure *failure);
/* The packed pairs of a sealed answer. */
struct answer_pairs answer_pairs(const struct saga_answer *answer);
/* The output of an answer that is ok: empty for none. */
struct saga_value answer_output(const struct saga_answer *answer);

#endif
