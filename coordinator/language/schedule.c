/* schedule.c - which tick is next: on time, made up for, or left out. */
#include "language/schedule.h"

#include <assert.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/limits.h"
#include "base/times.h"
#include "calendar/zone.h"
#include "language/definition.h"
#include "reading/problem.h"

enum { SECOND_MS = 1000, DAY_S = 86400, TICKS_COUNTED = 100000 };

static_assert(SCHEDULE_ID_SIZE <= (int)LIMIT_SAGA_ID, "an id is a saga's");
static_assert((int)LIMIT_NAME + 1 + 16 + 1 + 10 < SCHEDULE_ID_SIZE, "every id fits");

const char *catch_up_name(enum catch_up catch_up)
{
    PRE(catch_up < CATCH_UP_COUNT);
    static const char *const names[] = {
        [CATCH_UP_ONE] = "one", [CATCH_UP_NONE] = "none", [CATCH_UP_ALL] = "all"};
    static_assert(ARRAY_COUNT(names) == CATCH_UP_COUNT, "each has a name");
    return names[catch_up];
}

bool schedule_is_utc(const struct schedule *schedule)
{
    return span_is(schedule->timezone, "UTC");
}

enum saga_error schedule_zone(const struct schedule *schedule, schedule_read_fn read,
                              struct arena *arena, const struct zone **zone, const char **why)
{
    PRE(schedule->timezone.size > 0);
    size_t size = 0;
    *zone = NULL;
    *why = "this system does not know the time zone";
    if (schedule_is_utc(schedule)) {
        return SAGA_OK;
    }
    uint8_t *bytes = arena_take(arena, SCHEDULE_ZONE_BYTES);
    if (!bytes) {
        return SAGA_NO_MEMORY;
    }
    enum saga_error rc = read(schedule->timezone, bytes, &size);
    return rc == SAGA_OK ? zone_read(span_of(bytes, size), arena, zone, why) : rc;
}

static bool add_problem(struct arena *arena, struct problems *problems,
                        const struct problem *problem)
{
    struct problem *items = arena_take(arena, (problems->count + 1) * sizeof(*items));
    if (!items) {
        return false;
    }
    if (problems->count > 0) {
        memcpy(items, problems->items, problems->count * sizeof(*items));
    }
    items[problems->count++] = *problem;
    problems->items = items;
    problems->error_count += problem->is_warning ? 0 : 1;
    return true;
}

enum saga_error schedule_check_zones(const struct definition *definition, schedule_read_fn read,
                                     struct arena *arena, bool is_warning,
                                     struct problems *problems)
{
    for (uint32_t i = 0; i < definition->schedule_count; i++) {
        const struct schedule *schedule = &definition->schedules[i];
        const struct zone *zone = NULL;
        const char *why;
        struct problem problem = {.is_warning = is_warning};
        enum saga_error rc = schedule_zone(schedule, read, arena, &zone, &why);
        if (rc == SAGA_NO_MEMORY) {
            return rc;
        }
        snprintf(problem.pointer, sizeof(problem.pointer), "/on/%u/timezone", schedule->place);
        snprintf(problem.detail, sizeof(problem.detail), "'%.*s': %s", (int)schedule->timezone.size,
                 (const char *)schedule->timezone.data, why);
        if (rc != SAGA_OK && !add_problem(arena, problems, &problem)) {
            return SAGA_NO_MEMORY;
        }
    }
    return SAGA_OK;
}

static int64_t floor_s(int64_t ms)
{
    return ms / SECOND_MS - (ms % SECOND_MS < 0 ? 1 : 0);
}

static int64_t next_after(const struct schedule *schedule, const struct zone *zone, int64_t after_s)
{
    return cron_next(&schedule->cron, zone, after_s);
}

/* Where to begin so that at most `most` ticks are left up to `now_s`: ever larger pieces of the
 * past are looked at, so that a long absence costs no more than what is made up for. */
static int64_t skip_to(const struct schedule *schedule, const struct zone *zone,
                       const struct schedule_time *time, uint32_t most)
{
    int64_t after_s = floor_s(time->mark_ms);
    int64_t now_s = floor_s(time->now_ms);
    int64_t from_s = now_s;
    uint32_t count = 0;
    for (int64_t back_s = 60; count <= most && from_s > after_s; back_s *= 2) {
        from_s = now_s - back_s > after_s ? now_s - back_s : after_s;
        int64_t tick_s = next_after(schedule, zone, from_s);
        for (count = 0; tick_s <= now_s && count < TICKS_COUNTED; count++) {
            tick_s = next_after(schedule, zone, tick_s);
        }
    }
    for (; count > most; count--) {
        from_s = next_after(schedule, zone, from_s);
    }
    POST(from_s >= after_s && from_s <= now_s);
    return from_s;
}

void schedule_next(const struct schedule *schedule, const struct zone *zone,
                   const struct schedule_time *time, struct schedule_step *step)
{
    static const uint32_t most[] = {
        [CATCH_UP_ONE] = 1, [CATCH_UP_NONE] = 1, [CATCH_UP_ALL] = SCHEDULE_TICKS_MAX};
    PRE(schedule->catch_up < CATCH_UP_COUNT);
    *step = (struct schedule_step){
        .tick_ms = INT64_MAX, .mark_ms = time->mark_ms, .next_ms = INT64_MAX};
    int64_t first_s = next_after(schedule, zone, floor_s(time->mark_ms));
    if (first_s > floor_s(time->now_ms)) {
        step->next_ms = first_s == INT64_MAX ? INT64_MAX : first_s * SECOND_MS;
        return;
    }
    int64_t from_s = skip_to(schedule, zone, time, most[schedule->catch_up]);
    int64_t tick_s = next_after(schedule, zone, from_s);
    CHECK(tick_s <= floor_s(time->now_ms));
    step->mark_ms = tick_s * SECOND_MS;
    step->tick_ms = step->mark_ms;
    if (schedule->catch_up == CATCH_UP_NONE && step->tick_ms < time->serving_ms) {
        step->tick_ms = INT64_MAX;
        int64_t next_s = next_after(schedule, zone, tick_s);
        step->next_ms = next_s == INT64_MAX ? INT64_MAX : next_s * SECOND_MS;
    }
    POST(step->mark_ms > time->mark_ms);
}

void schedule_tick_text(int64_t tick_ms, char text[SCHEDULE_TICK_SIZE])
{
    int64_t at_s = floor_s(tick_ms);
    int64_t days = at_s / DAY_S - (at_s % DAY_S < 0 ? 1 : 0);
    int rest = (int)(at_s - days * DAY_S);
    struct date date = time_date(days);
    snprintf(text, SCHEDULE_TICK_SIZE, "%04d%02d%02dT%02d%02d%02dZ", date.year % 10000, date.month,
             date.day, rest / 3600, rest / 60 % 60, rest % 60);
}

void schedule_saga_id(struct span definition, const struct schedule *schedule, int64_t tick_ms,
                      char text[SCHEDULE_ID_SIZE])
{
    char tick[SCHEDULE_TICK_SIZE];
    PRE(definition.size <= LIMIT_NAME);
    schedule_tick_text(tick_ms, tick);
    int size = snprintf(text, SCHEDULE_ID_SIZE, "%.*s:%s", (int)definition.size,
                        (const char *)definition.data, tick);
    if (schedule->index > 0) {
        snprintf(text + size, SCHEDULE_ID_SIZE - (size_t)size, ":%u", schedule->index + 1);
    }
}
