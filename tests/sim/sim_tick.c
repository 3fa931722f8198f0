/* sim_tick.c - sagas that the clock starts: of each tick one, at its time or later, in order.
 *
 * A definition may have one schedule, which is due each hour. The coordinator's clock begins
 * shortly before a tick and, in such worlds, jumps ahead by hours when it starts again, so that
 * ticks are missed: the latest, or all of them, are made up for, or none is, as the schedule says.
 * How far a schedule is dealt with becomes durable with the saga that it starts. */
#include "journal/record.h"
#include "base/times.h"
#include "language/schedule.h"
#include "sim.h"
#include "language/definition.h"

void sim_tick_open(struct sim *sim)
{
    sim->has_schedules = sim_chance(sim, 200);
    if (sim->has_schedules) {
        sim->node.host_ms += SIM_HOUR_MS - 3000 - sim_draw(sim, 30000);
    }
}

static const struct schedule *schedule_of(const struct sim *sim, uint32_t definition)
{
    const struct sim_saga any = {.definition = definition};
    const struct definition *newest = sim_definition(sim, &any);
    return newest->schedule_count > 0 ? &newest->schedules[0] : NULL;
}

/* "1970-01-01T03:00:00.000Z" in the saga's event. */
static int64_t tick_of(const struct record *record)
{
    struct span data = mp_find(record->event, span_text("data"));
    int64_t tick_ms = 0;
    CHECK(time_parse(sim_text(data, "scheduled_at"), &tick_ms));
    return tick_ms;
}

void sim_tick_note(struct sim *sim, const struct sim_saga *saga, const struct record *record)
{
    if (record->type != RECORD_SAGA_STARTED || !span_is(record->actor, "schedule")) {
        return;
    }
    int64_t tick_ms = tick_of(record);
    const struct schedule *schedule = schedule_of(sim, saga->definition);
    int64_t serving_ms = sim->node.core->ticks.serving_ms;
    bool was_missed = tick_ms < serving_ms;
    bool is_latest = tick_ms + SIM_HOUR_MS > serving_ms;
    int64_t *last_ms = &sim->last_tick_ms[saga->definition];
    if (tick_ms > sim_host_ms(sim) || tick_ms <= sim->defined_ms[saga->definition]) {
        sim_violated(sim, "tick", "%s is started when its tick does not count", saga->name);
    }
    if (tick_ms % SIM_HOUR_MS != 0 || tick_ms <= *last_ms) {
        sim_violated(sim, "tick", "%s is started after that of a later tick", saga->name);
    }
    if ((schedule->catch_up == CATCH_UP_NONE && was_missed) ||
        (schedule->catch_up == CATCH_UP_ONE && !is_latest)) {
        sim_violated(sim, "tick", "%s is started for a tick that was missed", saga->name);
    }
    *last_ms = tick_ms;
    sim->ticks[saga->definition]++;
    sim_tally(sim, COUNT_TICKS);
    sim->counts[COUNT_TICKS_MADE_UP] += was_missed;
}

static uint32_t definition_of(const struct schedule_row *row)
{
    return (uint32_t)(row->definition.data[1] - '0');
}

void sim_tick_note_marks(struct sim *sim, const struct rows *rows)
{
    int64_t marks_ms[SIM_DEFINITIONS] = {0};
    for (uint32_t i = 0; i < rows->schedule_count; i++) {
        marks_ms[definition_of(&rows->schedules[i])] = rows->schedules[i].tick_ms;
    }
    for (uint32_t i = 0; i < SIM_DEFINITIONS; i++) {
        sim->marks_ms[i] = marks_ms[i] > 0 ? marks_ms[i] : sim->marks_ms[i];
        if (sim->marks_ms[i] < sim->last_tick_ms[i]) {
            sim_violated(sim, "tick", "a saga of d%u is started, and its tick may be again", i);
        }
    }
}

bool sim_tick_is_near(const struct sim *sim)
{
    int64_t left_ms = SIM_HOUR_MS - sim_host_ms(sim) % SIM_HOUR_MS;
    return sim->has_schedules && left_ms <= SIM_AFTER_REST_MS;
}

/* The latest tick has started its saga, unless it was missed and none is made up for; of `all`,
 * each since the definition. */
void sim_tick_check_starts(struct sim *sim)
{
    int64_t latest_ms = sim_host_ms(sim) / SIM_HOUR_MS * SIM_HOUR_MS;
    for (uint32_t i = 0; i < sim->definition_count; i++) {
        const struct schedule *schedule = schedule_of(sim, i);
        if (!schedule || latest_ms <= sim->defined_ms[i]) {
            continue;
        }
        bool counts =
            schedule->catch_up != CATCH_UP_NONE || latest_ms >= sim->node.core->ticks.serving_ms;
        if (counts && sim->last_tick_ms[i] != latest_ms) {
            sim_violated(sim, "tick", "the last tick of d%u has started nothing", i);
        }
        int64_t first_ms = (sim->defined_ms[i] / SIM_HOUR_MS + 1) * SIM_HOUR_MS;
        uint32_t all = (uint32_t)((latest_ms - first_ms) / SIM_HOUR_MS) + 1;
        if (schedule->catch_up == CATCH_UP_ALL && sim->ticks[i] != all) {
            sim_violated(sim, "tick", "of %u ticks of d%u, %u have started a saga", all, i,
                         sim->ticks[i]);
        }
        sim->counts[COUNT_TICKS_LEFT_OUT] += all - sim->ticks[i];
    }
}
