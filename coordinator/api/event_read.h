/* event_read.h - CloudEvents 1.0 over HTTP, in the three modes of its binding.
 *
 *     binary      attributes in headers ce-*, the body is the data
 *     structured  application/cloudevents+json: one event as a JSON object
 *     batch       application/cloudevents-batch+json: an array of those
 *
 * An event's name is its `type`, its identity (source, id). Extension attributes are allowed and
 * not kept. */
#ifndef API_EVENT_READ_H
#define API_EVENT_READ_H

#include <stdbool.h>

#include "journal/row.h"

struct http_call;

struct event_list {
    struct inbox_row *items; /* in the call's arena */
    uint32_t count;
    bool is_batch;
};

/* The events of a request, all of them right. False when a problem was answered. */
bool event_read(struct http_call *call, struct event_list *events);

#endif
