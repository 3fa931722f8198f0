/* open.c - the requests of open sagas.
 *
 * A message is a list of pairs, most of them optional: each function lists them all, and those that
 * were given are packed. All of these requests have their effect once, for what they name is their
 * identity: the saga, or saga and step; so a begin without an id is given one before it leaves. */
#include <string.h>

#include "base/mp.h"
#include "participants/answer.h"
#include "participants/request.h"

enum {
    TIMEOUT_MS = 600000, /* of an open saga that does not say */
    PAIRS_MAX = 12,
};

enum pair_kind { TEXT, NUMBER, VALUE };

struct pair {
    const char *key;
    enum pair_kind kind;
    const char *text;
    int64_t number;
    struct saga_value value;
};

/* The pairs of a message in the making. */
struct pairs {
    struct pair list[PAIRS_MAX];
    uint32_t count;
    enum saga_error error;
};

static struct pair *add(struct pairs *pairs, const char *key, enum pair_kind kind)
{
    CHECK(pairs->count < PAIRS_MAX);
    struct pair *pair = &pairs->list[pairs->count++];
    *pair = (struct pair){.key = key, .kind = kind};
    return pair;
}

static void add_text(struct pairs *pairs, const char *key, const char *text)
{
    if (text) {
        add(pairs, key, TEXT)->text = text;
    }
}

/* What the caller must say. */
static void add_name(struct pairs *pairs, const char *key, const char *text)
{
    if (!text) {
        pairs->error = SAGA_INVALID;
    }
    add_text(pairs, key, text);
}

static void add_number(struct pairs *pairs, const char *key, int64_t number)
{
    if (number != 0) {
        add(pairs, key, NUMBER)->number = number;
    }
}

static void add_value(struct pairs *pairs, const char *key, struct saga_value value)
{
    if (!value.data) {
        return;
    }
    if (value.size > VALUE_SIZE_MAX) {
        pairs->error = SAGA_TOO_LARGE;
    }
    add(pairs, key, VALUE)->value = value;
}

static void pack(struct request *request, const char *type, const struct pairs *pairs)
{
    request_begin(request, type, pairs->count);
    for (uint32_t i = 0; i < pairs->count; i++) {
        const struct pair *pair = &pairs->list[i];
        if (pair->kind == TEXT) {
            request_text(request, pair->key, pair->text);
        } else if (pair->kind == NUMBER) {
            request_number(request, pair->key, pair->number);
        } else {
            request_value(request, pair->key, pair->value);
        }
    }
}

static enum saga_error call(struct saga_client *client, const char *type, const struct pairs *pairs,
                            int64_t wait_ms, struct saga_reply *reply)
{
    if (pairs->error != SAGA_OK) {
        *reply = (struct saga_reply){.error = pairs->error};
        return pairs->error;
    }
    struct request *request = request_take_call(client, reply);
    if (!request) {
        return SAGA_CONFLICT;
    }
    pack(request, type, pairs);
    return request_call(client, request, wait_ms, reply);
}

enum saga_error saga_open_begin(struct saga_client *client, const struct saga_begin *begin,
                                struct saga_reply *reply)
{
    char id[IDS_TEXT_SIZE];
    struct pairs pairs = {0};
    if (!begin->saga) {
        ids_next(&client->ids, id);
    }
    add_text(&pairs, "saga", begin->saga ? begin->saga : id);
    add_name(&pairs, "name", begin->name);
    add_value(&pairs, "input", begin->input);
    add_value(&pairs, "labels", begin->labels);
    add_value(&pairs, "sensitive", begin->sensitive);
    add_number(&pairs, "timeout_ms", begin->timeout_ms != 0 ? begin->timeout_ms : TIMEOUT_MS);
    add_number(&pairs, "reversal_window_ms", begin->reversal_window_ms);
    add_number(&pairs, "budget_usd_micros", begin->budget_micro_usd);
    return call(client, "begin", &pairs, 0, reply);
}

/* A compensation or confirmation as the protocol has it: a map of action, input and the options;
 * or "none". False: the options are no map. */
static bool put_call(struct saga_pack *pack, const struct saga_call *given)
{
    struct span options = value_span(given->options);
    bool has_input = given->input.data != NULL;
    if (strcmp(given->action, "none") == 0) {
        saga_put_str(pack, given->action);
        return true;
    }
    if (options.size > 0 &&
        (value_check(given->options) != SAGA_OK || mp_type(options) != MP_MAP)) {
        return false;
    }
    struct mp mp = mp_open(options);
    uint32_t more = options.size > 0 ? mp_map(&mp) : 0;
    saga_put_map(pack, 1u + (has_input ? 1u : 0u) + more);
    saga_put_str(pack, "action");
    saga_put_str(pack, given->action);
    if (has_input) {
        saga_put_str(pack, "input");
        saga_put_value(pack, given->input);
    }
    if (more > 0) {
        buf_write(&pack->buf, mp.at, (size_t)(mp.end - mp.at));
    }
    return true;
}

static void add_call(struct pairs *pairs, const char *key, const struct saga_call *given,
                     struct saga_pack *pack)
{
    if (!given->action) {
        return;
    }
    if (!pack) {
        pairs->error = SAGA_NO_MEMORY;
    } else if (!put_call(pack, given)) {
        pairs->error = SAGA_INVALID;
    } else {
        struct saga_value value = saga_pack_value(pack);
        enum saga_error rc = value.data ? SAGA_OK : value_check(given->input);
        pairs->error = value.data ? pairs->error : rc != SAGA_OK ? rc : SAGA_TOO_LARGE;
        add_value(pairs, key, value);
    }
}

enum saga_error saga_open_step(struct saga_client *client, const struct saga_step *step,
                               struct saga_reply *reply)
{
    struct pairs pairs = {0};
    struct saga_pack *compensate = step->compensate.action ? saga_pack_new() : NULL;
    struct saga_pack *confirm = step->confirm.action ? saga_pack_new() : NULL;
    add_name(&pairs, "saga", step->saga);
    add_name(&pairs, "step", step->step);
    add_value(&pairs, "input", step->input);
    add_value(&pairs, "needs", step->needs);
    add_call(&pairs, "compensate", &step->compensate, compensate);
    add_call(&pairs, "confirm", &step->confirm, confirm);
    enum saga_error rc = call(client, "register", &pairs, 0, reply);
    saga_pack_destroy(&compensate);
    saga_pack_destroy(&confirm);
    return rc;
}

static struct saga_value error_of(struct saga_pack *pack, const struct saga_failure *failure)
{
    MAYBE(answer_put_error(&pack->buf, failure) > 0);
    return saga_pack_value(pack);
}

enum saga_error saga_open_complete(struct saga_client *client, const struct saga_complete *complete,
                                   struct saga_reply *reply)
{
    struct pairs pairs = {0};
    struct saga_pack *error = complete->failure ? saga_pack_new() : NULL;
    add_name(&pairs, "saga", complete->saga);
    add_name(&pairs, "step", complete->step);
    add_name(&pairs, "key", complete->key);
    add_text(&pairs, "status", complete->failure ? "failed" : "ok");
    if (complete->failure && error) {
        add_value(&pairs, "error", error_of(error, complete->failure));
    } else if (complete->failure) {
        pairs.error = SAGA_NO_MEMORY;
    } else {
        add_value(&pairs, "output", complete->output);
    }
    add_number(&pairs, "cost_usd_micros", complete->cost_micro_usd);
    enum saga_error rc = call(client, "complete", &pairs, 0, reply);
    saga_pack_destroy(&error);
    return rc;
}

static enum saga_error end_saga(struct saga_client *client, const char *type,
                                const struct saga_end *end, struct pairs *pairs,
                                struct saga_reply *reply)
{
    int64_t wait_ms = request_wait_ms(client, end->wait, end->wait_ms);
    if (end->wait == SAGA_WAIT_SETTLED) {
        add_text(pairs, "wait", "settled");
        add_number(pairs, "wait_ms", wait_ms);
    }
    return call(client, type, pairs, wait_ms, reply);
}

enum saga_error saga_open_commit(struct saga_client *client, const struct saga_end *end,
                                 struct saga_reply *reply)
{
    struct pairs pairs = {0};
    add_name(&pairs, "saga", end->saga);
    add_value(&pairs, "output", end->output);
    return end_saga(client, "commit", end, &pairs, reply);
}

enum saga_error saga_open_abort(struct saga_client *client, const struct saga_end *end,
                                struct saga_reply *reply)
{
    struct pairs pairs = {0};
    struct saga_pack *reason = saga_pack_new();
    if (!reason) {
        *reply = (struct saga_reply){.error = SAGA_NO_MEMORY};
        return SAGA_NO_MEMORY;
    }
    add_name(&pairs, "saga", end->saga);
    if (end->code || end->message) {
        saga_put_map(reason, 2);
        saga_put_str(reason, "code");
        saga_put_str(reason, end->code ? end->code : "aborted");
        saga_put_str(reason, "message");
        saga_put_str(reason, end->message ? end->message : "");
        add_value(&pairs, "reason", saga_pack_value(reason));
    }
    enum saga_error rc = end_saga(client, "abort", end, &pairs, reply);
    saga_pack_destroy(&reason);
    return rc;
}
