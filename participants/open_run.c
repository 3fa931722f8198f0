/* open_run.c - a step of an open saga in one call: registered, done unless it is remembered, and
 * completed. */
#include <string.h>

#include "base/mp.h"
#include "participants/answer.h"
#include "participants/request.h"

enum { PAIRS_ROOM = VALUE_SIZE_MAX + 4096 }; /* of the answer, in a message of 1 MiB */

static bool is_state(const struct saga_reply *reply, const char *state)
{
    return strcmp(reply->state, state) == 0;
}

/* The output behind the answer's status; nothing else of the pairs. */
static struct saga_value output_of(const struct saga_answer *answer)
{
    struct mp mp = mp_open(value_span(answer_output(answer)));
    return answer->status == ANSWER_OK ? value_of(mp_skip(&mp)) : (struct saga_value){0};
}

/* Says what the work answered: the pairs of a result are those of a `complete`. */
static enum saga_error complete(struct saga_client *client, const struct saga_step *step,
                                const char *key, struct saga_reply *reply)
{
    struct answer_pairs pairs = answer_pairs(&client->answer);
    struct request *request = request_take_call(client, reply);
    if (!request) {
        return SAGA_CONFLICT;
    }
    request_begin(request, "complete", pairs.count + 3);
    request_text(request, "saga", step->saga);
    request_text(request, "step", step->step);
    request_text(request, "key", key);
    buf_write(&request->packed, pairs.bytes.data, pairs.bytes.size);
    return request_call(client, request, 0, reply);
}

/* The error among the pairs; none when the work did not fail. */
static struct saga_value error_of(const struct saga_answer *answer)
{
    struct answer_pairs pairs = answer_pairs(answer);
    struct mp mp = mp_open(pairs.bytes);
    for (uint32_t i = 0; i < pairs.count; i++) {
        struct span key = mp_str(&mp);
        struct span value = mp_skip(&mp);
        if (span_is(key, "error")) {
            return value_of(value);
        }
    }
    return (struct saga_value){0};
}

/* The failure's message, or its code when it has none, for the caller: as much as there is room
 * for. */
static void tell_failure(const struct saga_answer *answer, struct saga_reply *reply)
{
    struct saga_value error = error_of(answer);
    size_t size;
    const char *text = saga_value_str(error, "message", &size);
    if (size == 0) {
        text = saga_value_str(error, "code", &size);
    }
    size = size < sizeof(reply->message) ? size : sizeof(reply->message) - 1;
    if (text) {
        memcpy(reply->message, text, size);
    }
    reply->message[size] = '\0';
}

enum saga_error saga_open_run(struct saga_client *client, const struct saga_step *step,
                              saga_work_fn *work, void *arg, struct saga_reply *reply)
{
    char key[SAGA_ID_SIZE];
    enum saga_error rc = saga_open_step(client, step, reply);
    if (rc != SAGA_OK || is_state(reply, "done")) {
        return rc;
    }
    memcpy(key, reply->key, sizeof(key));
    answer_clear(&client->answer);
    work(key, &client->answer, arg);
    answer_seal(&client->answer, PAIRS_ROOM);
    if (client->answer.status == ANSWER_LATER) {
        return SAGA_OK;
    }
    rc = complete(client, step, key, reply);
    if (rc != SAGA_OK) {
        return rc;
    }
    if (is_state(reply, "done")) {
        reply->output = output_of(&client->answer);
        return SAGA_OK;
    }
    tell_failure(&client->answer, reply);
    reply->error = SAGA_PRECONDITION_FAILED;
    return reply->error;
}
