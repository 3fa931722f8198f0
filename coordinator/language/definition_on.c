/* definition_on.c - what starts a saga by itself: `on: [{event: ...}, {schedule: ...}]`.
 *
 * Each item says by exactly one key, event or schedule, what starts a saga; its other keys belong
 * to that one. Its templates see nothing but $.event, for there is no saga yet. */
#include "language/definition_on.h"

#include "base/mp.h"
#include "language/condition.h"
#include "language/definition_draft.h"
#include "language/definition_events.h"
#include "language/definition_schedule.h"
#include "language/schedule.h"
#include "language/template_compile.h"
#include "reading/reading_keys.h"
#include "reading/reading_values.h"
#include "reading/reading_words.h"

enum { ITEMS_MAX = 32 };

struct item {
    struct span event, match, id, input;
    struct schedule_keys schedule;
};

static const struct key item_keys[] = {
    READING_KEY(item, event),
    READING_KEY(item, match),
    READING_KEY(item, id),
    READING_KEY(item, input),
    {"schedule", offsetof(struct item, schedule.schedule)},
    {"timezone", offsetof(struct item, schedule.timezone)},
    {"catch_up", offsetof(struct item, schedule.catch_up)},
};
static const struct key_table item_table = {"an item of 'on'", item_keys, ARRAY_COUNT(item_keys)};

static const struct template_view start_view = {.step = -1, .has_event = true, .is_start = true};

static const struct template *read_template(struct compile *c, const char *key, struct span value)
{
    struct place place = reading_enter_key(&c->reading, key);
    const struct template *template =
        value.size > 0 ? template_compile(c, value, &start_view) : NULL;
    reading_leave(&c->reading, place);
    return template;
}

static void read_event(struct compile *c, const struct item *item)
{
    PRE(item->event.size > 0);
    struct event_start *start = &c->definition->starts[c->definition->start_count++];
    (void)definition_events_name(c, item->event, &start->event);
    if (item->match.size > 0) {
        struct place place = reading_enter_key(&c->reading, "match");
        start->match = condition_compile(c, item->match, &start_view);
        reading_leave(&c->reading, place);
    }
    if (item->id.size > 0 && mp_type(item->id) != MP_STR) {
        (void)reading_refuse(&c->reading, "id", item->id,
                             "a text such as \"order-${$.event.data.order}\"");
    } else {
        start->id = read_template(c, "id", item->id);
    }
    start->input = read_template(c, "input", item->input);
}

/* Refuses a key, if it is there, that belongs to the other kind of item. */
static void refuse_key(struct compile *c, const char *key, struct span value, const char *why)
{
    if (value.size > 0) {
        struct place place = reading_enter_key(&c->reading, key);
        reading_error(&c->reading, "%s", why);
        reading_leave(&c->reading, place);
    }
}

static void read_item(struct compile *c, struct span value, uint32_t place)
{
    PRE(place < ITEMS_MAX);
    static const char of_event[] = "belongs to an item with 'event'";
    static const char of_schedule[] = "belongs to an item with 'schedule'";
    struct item item = {.schedule = {.place = place}};
    uint32_t before = c->reading.error_count;
    if (!reading_keys(&c->reading, value, &item_table, &item) || c->reading.error_count > before) {
        return;
    }
    if (item.event.size > 0 && item.schedule.schedule.size > 0) {
        reading_error(&c->reading,
                      "has the keys 'event' and 'schedule': exactly one says what starts it");
    } else if (item.event.size > 0) {
        refuse_key(c, "timezone", item.schedule.timezone, of_schedule);
        refuse_key(c, "catch_up", item.schedule.catch_up, of_schedule);
        read_event(c, &item);
    } else if (item.schedule.schedule.size > 0) {
        refuse_key(c, "match", item.match, of_event);
        refuse_key(c, "id", item.id, of_event);
        item.schedule.input_template = read_template(c, "input", item.input);
        definition_schedule_read(c, &item.schedule);
    } else {
        reading_error(&c->reading, "needs the key 'event' or 'schedule': what starts a saga");
    }
}

void definition_on_read(struct compile *c, struct span on)
{
    if (on.size == 0) {
        return;
    }
    struct place place = reading_enter_key(&c->reading, "on");
    struct mp mp = mp_open(on);
    uint32_t count = mp_type(on) == MP_ARRAY ? mp_array(&mp) : 0;
    if (mp_type(on) != MP_ARRAY) {
        reading_error(&c->reading, "must be a list of what starts a saga, not %s",
                      reading_type_name(on));
    } else if (count == 0 || count > ITEMS_MAX) {
        reading_error(&c->reading, "must hold 1 to %d items", ITEMS_MAX);
        count = 0;
    }
    c->definition->schedules = reading_take(&c->reading, count, sizeof(*c->definition->schedules));
    c->definition->starts = reading_take(&c->reading, count, sizeof(*c->definition->starts));
    for (uint32_t i = 0; i < count && !c->reading.no_memory; i++) {
        struct place list = reading_enter_index(&c->reading, i);
        read_item(c, mp_skip(&mp), i);
        reading_leave(&c->reading, list);
    }
    POST(c->definition->start_count + c->definition->schedule_count <= count);
    c->listens = c->definition->start_count + c->definition->schedule_count > 0;
    reading_leave(&c->reading, place);
}
