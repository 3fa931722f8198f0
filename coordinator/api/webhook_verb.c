/* webhook_verb.c - a verb is read, its webhook and its event are looked for, and it is posted. */
#include "api/webhook_verb.h"

#include <string.h>

#include "api/body.h"
#include "api/headers.h"
#include "api/http_call.h"
#include "api/webhook_read.h"
#include "base/digest.h"
#include "base/log.h"

static const struct {
    const char *verb;
    enum delivery_change change; /* 0: of the hook itself */
} verbs[] = {
    {"redeliver", DELIVERY_AGAIN},
    {"discard", DELIVERY_DISCARD},
    {"enable", 0},
};

struct one {
    struct span hook;
    bool is_dead;
};

static enum saga_error see_one(const struct store_delivery *found, void *arg)
{
    struct one *one = arg;
    one->is_dead =
        found->delivery.change == DELIVERY_DEAD && span_equal(found->delivery.hook, one->hook);
    return SAGA_OK;
}

static bool is_dead(struct http_call *call, uint64_t id)
{
    struct store_reader *reader = call->reader;
    struct one one = {.hook = call->target.parts[0]};
    enum saga_error rc = reader->ops->load_delivery(reader, id, see_one, &one);
    return rc == SAGA_OK && one.is_dead;
}

static bool read_verb(struct http_call *call, bool takes_id, int64_t *id, struct span *reason)
{
    const struct body_key keys[] = {
        {"reason", BODY_TEXT, false, reason},
        {"id", BODY_INT, false, id},
    };
    *id = BODY_ABSENT;
    if (!body_read(call, keys, takes_id ? 2 : 1)) {
        return false;
    }
    body_check_reason(call, *reason);
    if (*id != BODY_ABSENT && *id < 1) {
        problem_note(call, "/id", "must be the id of a dead delivery");
    }
    *id = *id == BODY_ABSENT ? 0 : *id;
    return problem_pass(call);
}

/* Done once under a key: what is dead by now has died later. */
static void post(struct http_call *call)
{
    if (!call->is_known_key) {
        http_call_post(call);
    }
}

/* Did a request come before under this key? */
static bool is_known_key(const struct http_call *call, struct span key)
{
    struct store_reader *reader = call->reader;
    struct name known;
    return key.size > 0 && reader->ops->find_name(reader, key, &known) == SAGA_OK;
}

void webhook_verb(struct http_call *call)
{
    struct span key;
    uint8_t digest[DIGEST_SIZE];
    int64_t id = 0;
    struct span reason = {NULL, 0};
    const char *verb = strrchr(call->path, '/') + 1;
    struct delivery *change = &call->request.outbox.change;
    for (size_t i = 0; i < ARRAY_COUNT(verbs); i++) {
        if (strcmp(verb, verbs[i].verb) == 0) {
            change->change = verbs[i].change;
        }
    }
    /* What is of the hook itself is of no single delivery. */
    if (!read_verb(call, change->change != 0, &id, &reason)) {
        return;
    }
    if (!webhook_read_is_known(call)) {
        problem_answer(call, SAGA_NOT_FOUND, "there is no webhook of this name");
        return;
    }
    if (!headers_once(call, &key, digest)) {
        return;
    }
    if (id > 0 && !is_known_key(call, key) && !is_dead(call, (uint64_t)id)) {
        problem_answer(call, SAGA_NOT_FOUND, "this webhook has no dead delivery of this id");
        return;
    }
    *change = (struct delivery){.change = change->change,
                                .id = (uint64_t)id,
                                .hook = call->target.parts[0],
                                .due_ms = http_call_running_ms(call),
                                .at_ms = http_call_host_ms(call)};
    call->request.outbox.enables = change->change == 0;
    call->request.kind = REQUEST_OUTBOX;
    log_line(LOG_INFO, "webhook_verb", "hook", http_call_text(call, call->target.parts[0]), "verb",
             verb, "reason", http_call_text(call, reason), NULL);
    http_call_post_under(call, key, digest, post);
}

void webhook_verb_reply(struct http_call *call)
{
    if (!http_call_is_answered(call)) {
        return;
    }
    struct form *form = response_begin(&call->response, 202);
    form_str(form, "name", call->target.parts[0]);
    form_text(form, "done", strrchr(call->path, '/') + 1);
    response_end(&call->response);
}
