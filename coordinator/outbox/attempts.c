/* attempts.c - an attempt from the store's row to the post that leaves. */
#include "outbox/attempts.h"

#include <stdio.h>
#include <stdlib.h>

#include "outbox/sign.h"

struct attempt *attempts_new(struct outbox *outbox, struct hook *hook, struct lane *lane)
{
    struct attempt *attempt = calloc(1, sizeof(*attempt));
    if (!attempt) {
        return NULL;
    }
    attempt->outbox = outbox;
    attempt->hook = hook;
    attempt->lane = lane;
    buf_open(&attempt->body, (size_t)4 * LIMIT_MESSAGE_OUT);
    buf_open(&attempt->signature, 1024);
    attempt->next = outbox->attempts;
    if (attempt->next) {
        attempt->next->prev = attempt;
    }
    outbox->attempts = attempt;
    hook->flights++;
    return attempt;
}

void attempts_drop(struct outbox *outbox, struct attempt *attempt)
{
    if (attempt->prev) {
        attempt->prev->next = attempt->next;
    } else {
        outbox->attempts = attempt->next;
    }
    if (attempt->next) {
        attempt->next->prev = attempt->prev;
    }
    attempt->hook->flights--;
    buf_close(&attempt->body);
    buf_close(&attempt->signature);
    free(attempt);
}

static enum saga_error write_post(const struct store_delivery *found, void *arg)
{
    struct attempt *attempt = arg;
    const struct outbox *outbox = attempt->outbox;
    const struct notice *notice = &found->notice;
    snprintf(attempt->event, sizeof(attempt->event), "%.*s", (int)notice->event.size,
             (const char *)notice->event.data);
    snprintf(attempt->timestamp, sizeof(attempt->timestamp), "%lld",
             (long long)(outbox->options.wall_ms(outbox->options.arg) / 1000));
    cloudevent_key(notice, outbox->options.source, attempt->id);
    enum saga_error rc = cloudevent_print(notice, outbox->options.source, &attempt->body);
    if (rc != SAGA_OK) {
        return rc;
    }
    struct signed_message message = {
        .id = attempt->id, .timestamp = attempt->timestamp, .body = buf_span(&attempt->body)};
    sign_message(attempt->hook->config, &message, &attempt->signature);
    buf_write(&attempt->signature, "", 1);
    return buf_failed(&attempt->signature) ? SAGA_NO_MEMORY : SAGA_OK;
}

enum saga_error attempts_write(struct attempt *attempt)
{
    struct store_reader *reader = attempt->outbox->options.reader;
    enum saga_error rc =
        reader->ops->load_delivery(reader, attempt->lane->head, write_post, attempt);
    if (rc == SAGA_OK) {
        attempt->post = (struct post){.hook = attempt->hook->config,
                                      .id = attempt->id,
                                      .timestamp = attempt->timestamp,
                                      .signature = (const char *)attempt->signature.data,
                                      .body = buf_span(&attempt->body),
                                      .flight = attempt};
    }
    return rc;
}
