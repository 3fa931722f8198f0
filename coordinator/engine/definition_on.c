/* definition_on.c - what starts a saga by itself: `on: [{event: ...}, {schedule: ...}]`.
 *
 * Each item says by exactly one key what it listens to; the others belong to that key. */
#include "engine/definition_parts.h"
#include "engine/schedule.h"

enum { ITEMS_MAX = 32 };

struct item {
    struct schedule_keys schedule;
};

#define KEY(key)                                                                                   \
    {                                                                                              \
#key, KEY_NOW, offsetof(struct item, schedule.key)                                         \
    }
#define LATER(key)                                                                                 \
    {                                                                                              \
#key, KEY_LATER, 0                                                                         \
    }
static const struct key item_keys[] = {
    KEY(schedule), KEY(timezone), KEY(catch_up), LATER(event),
    LATER(match),  LATER(id),     LATER(input),
};
#undef KEY
#undef LATER
static const struct key_table item_table = {"an item of 'on'", item_keys, ARRAY_COUNT(item_keys)};

static void read_item(struct compile *c, struct span value, uint32_t place)
{
    struct item item = {.schedule = {.place = place}};
    uint32_t before = c->error_count;
    if (!compile_keys(c, value, &item_table, &item) || c->error_count > before) {
        return;
    }
    if (item.schedule.schedule.size == 0) {
        compile_error(c, "needs the key 'schedule': when it starts a saga");
        return;
    }
    definition_schedule_read(c, &item.schedule);
}

void definition_on_read(struct compile *c, struct span on)
{
    if (on.size == 0) {
        return;
    }
    struct place place = compile_enter_key(c, "on");
    struct mp mp = mp_open(on);
    uint32_t count = mp_type(on) == MP_ARRAY ? mp_array(&mp) : 0;
    if (mp_type(on) != MP_ARRAY) {
        compile_error(c, "must be a list of what starts a saga, not %s", compile_type_name(on));
    } else if (count == 0 || count > ITEMS_MAX) {
        compile_error(c, "must hold 1 to %d items", ITEMS_MAX);
        count = 0;
    }
    c->definition->schedules = compile_take(c, count, sizeof *c->definition->schedules);
    for (uint32_t i = 0; i < count && !c->no_memory; i++) {
        struct place list = compile_enter_index(c, i);
        read_item(c, mp_skip(&mp), i);
        compile_leave(c, list);
    }
    compile_leave(c, place);
}
