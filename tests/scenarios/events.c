/* events.c - events that come to the saga of a script, and are offered to its steps.
 *
 * Who runs the engine offers an event to the steps that wait for it; here it goes to all, and the
 * engine must find out which it concerns. */
#include <stdio.h>

#include "base/map.h"
#include "base/mp.h"
#include "engine/event.h"
#include "engine/state.h"
#include "journal/event_value.h"
#include "saga/saga.h"
#include "scenario.h"
#include "words.h"

enum { ITEMS_MAX = 16 }; /* items of a fan-out are steps that only the saga has, if it is awake */

static struct span name_of(const struct world *world, uint32_t step)
{
    const struct saga *saga = map_get(&world->engine->sagas, span_text(world->name));
    bool known = saga && step < saga->step_total;
    if (known) {
        return saga_step(saga, step)->name;
    }
    return step < world->definition->step_count ? world->definition->steps[step].name
                                                : span_text("an item");
}

static struct span show_event(struct world *world, uint32_t number)
{
    struct buf shown;
    bool ok = true;
    if (number == 0 || number > world->event_count) {
        stop("there is no such event", "event");
    }
    buf_open(&shown, 1 << 20);
    event_value_put(&shown, &world->events[number - 1], true);
    struct span kept = arena_copy(&world->arena, buf_span(&shown), &ok);
    buf_close(&shown);
    return kept;
}

static void offer(struct world *world, uint32_t number)
{
    struct span shown = show_event(world, number);
    for (uint32_t i = 0; i < world->definition->step_count + ITEMS_MAX; i++) {
        bool is_taken = false;
        struct event event = {.kind = EVENT_DELIVER,
                              .delivery = {.saga = span_text(world->name),
                                           .step = i,
                                           .name = world->events[number - 1].name,
                                           .number = number,
                                           .event = shown,
                                           .came_ms = world->events[number - 1].came_ms,
                                           .is_taken = &is_taken}};
        world_step(world, &event);
        if (is_taken) {
            struct span name = name_of(world, i);
            buf_format(&world->out, "  taken by %.*s\n", (int)name.size, (const char *)name.data);
        }
    }
}

void events_come(struct world *world, struct words *words)
{
    struct event event = {.kind = EVENT_ARRIVED};
    struct span data = words_json(words, "data", &world->value);
    char id[16];
    int size = snprintf(id, sizeof(id), "e%u", world->event_count + 1);
    event.arrived = (struct inbox_row){.name = span_text(words->count > 1 ? words->items[1] : ""),
                                       .source = span_text("shop"),
                                       .id = span_of(id, (size_t)size),
                                       .at_ms = world->now_ms + world->host_lead_ms,
                                       .data = data.size > 0 ? data : MP_NIL_VALUE};
    world_step(world, &event);
    if (!words_has(words, "held")) {
        offer(world, world->event_count);
    }
}

void events_again(struct world *world, struct words *words)
{
    offer(world, words_number(span_text(words->count > 1 ? words->items[1] : "")));
}

void events_start(struct world *world, uint32_t number, struct start_request *start)
{
    start->event = show_event(world, number);
    start->event_number = number;
    start->input = start->input.size > 0 ? start->input : world->events[number - 1].data;
}

static void print_event(struct world *world, const struct inbox_row *row)
{
    struct buf *out = &world->out;
    buf_format(out, "  ++ event %llu %.*s", (unsigned long long)row->number, (int)row->name.size,
               (const char *)row->name.data);
    print_text(out, "source", row->source);
    print_text(out, "id", row->id);
    if (row->saga.size > 0) {
        print_text(out, "saga", row->saga);
    }
    if (row->cause.size > 0) {
        print_text(out, "cause", row->cause);
    }
    print_json(out, "data", row->data);
    buf_text(out, "\n");
}

static void print_wait(struct world *world, const struct wait_row *row)
{
    static const char *const changes[] = {"will wait for", "will not wait for", "waits for",
                                          "was recalled for", "waits no more for"};
    struct buf *out = &world->out;
    bool of_saga = row->change == WAIT_WANTED || row->change == WAIT_UNWANTED;
    struct span step = name_of(world, row->step);
    buf_format(out, "  ++ %.*s %s %.*s", of_saga ? 4 : (int)step.size,
               of_saga ? "saga" : (const char *)step.data, changes[row->change],
               (int)row->name.size, (const char *)row->name.data);
    if (row->change == WAIT_WANTED || row->change == WAIT_BEGUN) {
        buf_format(out, " after=%llu", (unsigned long long)row->mark);
    }
    if (row->path.size > 0) {
        print_text(out, "where", row->path);
        buf_text(out, row->value ? " is known" : " is nothing");
    }
    buf_text(out, "\n");
}

void events_keep(struct world *world)
{
    const struct rows *rows = &world->batch.rows;
    bool ok = true;
    for (uint32_t i = 0; i < rows->inbox_count; i++) {
        struct inbox_row *row = &world->events[world->event_count++];
        if (world->event_count == EVENTS_MAX) {
            stop("too many events", "event");
        }
        *row = rows->inbox[i];
        struct span *const texts[] = {&row->name, &row->source, &row->id,
                                      &row->saga, &row->cause,  &row->data};
        for (size_t k = 0; k < ARRAY_COUNT(texts); k++) {
            *texts[k] = arena_copy(&world->arena, *texts[k], &ok);
        }
        print_event(world, row);
    }
    for (uint32_t i = 0; i < rows->wait_count; i++) {
        print_wait(world, &rows->waits[i]);
    }
    if (!ok) {
        stop("events_keep", "no memory");
    }
}
