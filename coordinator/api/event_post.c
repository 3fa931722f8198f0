/* event_post.c - one request of the loop for each event; the last answer lets the call go on. */
#include "api/event_post.h"

#include <stdio.h>
#include <string.h>

#include "api/event_read.h"
#include "api/headers.h"
#include "api/http_call.h"
#include "base/digest.h"
#include "base/mp.h"

/* One event on its way: what came of it is copied here by the loop's thread. */
struct sent_event {
    struct request request; /* first */
    struct sent_events *of;
    enum saga_error error;
    char why[160]; /* "" = the error's sentence */
    uint32_t delivered;
    bool duplicate;
    struct span started; /* in the call's arena */
};

/* All events of one call. */
struct sent_events {
    struct http_call *call;
    struct sent_event *items;
    uint32_t count;
    bool is_batch;
};

/* On the loop's thread. The last one lets the call go on; no event is touched after that. */
static void answered(struct request *request, const struct answer *answer)
{
    struct sent_event *item = (struct sent_event *)request;
    struct http_call *call = item->of->call;
    bool ok = true;
    item->error = answer->error;
    snprintf(item->why, sizeof(item->why), "%s", answer->why ? answer->why : "");
    item->delivered = answer->delivered;
    item->duplicate = answer->duplicate;
    item->started = arena_copy(&call->arena, answer->started, &ok);
    item->error = ok ? item->error : SAGA_NO_MEMORY;
    http_call_release(call);
}

static void post(struct http_call *call)
{
    struct sent_events *events = call->kept;
    const struct desk *desk = call->options->desk;
    http_call_expect(call, events->count);
    for (uint32_t i = 0; i < events->count; i++) {
        struct sent_event *item = &events->items[i];
        item->of = events;
        item->request.kind = REQUEST_EVENT;
        item->request.answer = answered;
        enum saga_error rc = desk->post(&item->request, desk->arg);
        if (rc != SAGA_OK) {
            item->error = rc;
            http_call_release(call);
        }
    }
}

/* In binary mode the headers are part of the request too. */
static void add_to_digest(const struct inbox_row *event, uint8_t digest[DIGEST_SIZE])
{
    const struct span parts[] = {event->name, event->source, event->id, event->data};
    for (size_t i = 0; i < ARRAY_COUNT(parts); i++) {
        uint8_t before[DIGEST_SIZE];
        memcpy(before, digest, sizeof(before));
        digest_pair(span_of(before, sizeof(before)), parts[i], digest);
    }
}

void event_post(struct http_call *call)
{
    struct event_list list;
    struct span key;
    uint8_t digest[DIGEST_SIZE] = {0};
    if (!event_read(call, &list) || !headers_once(call, &key, digest)) {
        return;
    }
    struct sent_events *events = ARENA_NEW(&call->arena, struct sent_events);
    struct sent_event *items = arena_take(&call->arena, (list.count + 1) * sizeof(*items));
    if (!events || !items) {
        problem_answer(call, SAGA_NO_MEMORY, NULL);
        return;
    }
    for (uint32_t i = 0; i < list.count; i++) {
        items[i].request.event = list.items[i];
        add_to_digest(&list.items[i], digest);
    }
    events->call = call;
    events->items = items;
    events->count = list.count;
    events->is_batch = list.is_batch;
    call->kept = events;
    http_call_post_under(call, key, digest, post);
}

static void put_outcome(struct form *form, const struct sent_event *item)
{
    struct mp mp = mp_open(item->started);
    uint32_t count = item->started.size > 0 ? mp_array(&mp) : 0;
    form_str(form, "id", item->request.event.id);
    form_str(form, "source", item->request.event.source);
    form_uint(form, "delivered", item->delivered);
    form_array(form, "started");
    for (uint32_t i = 0; i < count; i++) {
        form_str(form, NULL, mp_str(&mp));
    }
    form_end(form);
    if (item->duplicate) {
        form_bool(form, "duplicate", true);
    }
}

void event_post_reply(struct http_call *call)
{
    const struct sent_events *events = call->kept;
    if (!http_call_is_answered(call)) {
        return;
    }
    for (uint32_t i = 0; i < events->count; i++) {
        const struct sent_event *item = &events->items[i];
        if (item->error != SAGA_OK) {
            problem_answer(call, item->error, item->why[0] ? item->why : NULL);
            return;
        }
    }
    struct form *form = response_begin(&call->response, 200);
    if (!events->is_batch) {
        put_outcome(form, &events->items[0]);
        response_end(&call->response);
        return;
    }
    form_array(form, "items");
    for (uint32_t i = 0; i < events->count; i++) {
        form_map(form, NULL);
        put_outcome(form, &events->items[i]);
        form_end(form);
    }
    form_end(form);
    response_end(&call->response);
}
