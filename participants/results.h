/* results.h - the results of attempts: packed, sent, and sent again until `done` names them. */
#ifndef PARTICIPANTS_RESULTS_H
#define PARTICIPANTS_RESULTS_H

#include "participants/participant.h"

enum {
    RESULTS_TOKEN_MAX = 256,  /* bytes of a token; the coordinator's have 32 */
    RESULTS_RESEND_MS = 5000, /* a result that `done` has not named leaves again after so long */
};

/* Bytes that the pairs of an answer may have, so that the result fits a message. Any thread. */
size_t results_room(struct saga_participant *participant);
/* Answers an attempt that has no answer yet; `answer` is sealed. The result is kept and sent. */
void results_answer(struct saga_participant *participant, struct attempt *attempt,
                    const struct saga_answer *answer);
/* Answers an attempt for which nothing was done: "cancelled" or "expired". */
void results_answer_void(struct saga_participant *participant, struct attempt *attempt,
                         const char *code);
/* Answers a task that the ledger does not hold. Its message has key, attempt and token. */
void results_refuse(struct saga_participant *participant, const struct message *message,
                    const struct saga_failure *failure);
/* Sends a kept result again. */
void results_resend(struct saga_participant *participant, struct attempt *attempt);
/* Sends again all that is due, a bounded number of results a call. */
void results_resend_due(struct saga_participant *participant);
/* Everything that is kept is due: the session is new. */
void results_resend_all(struct saga_participant *participant);
/* Milliseconds until a kept result is due; INT64_MAX: none is kept. Not positive: one is due. */
int64_t results_wait_ms(const struct saga_participant *participant);

#endif
