/* sim_clock.c - the two clocks of the coordinator: its host's is set at any time, and its host
 * boots.
 *
 * Whatever the host's clock does: running time never goes back, the `at` of a saga's records never
 * does, and a duration (a saga's time limit, a retry, a sleep) ends neither early nor, while the
 * coordinator serves, late. */
#include "base/clock.h"
#include "journal/record.h"
#include "language/definition.h"
#include "sim.h"

int64_t sim_host_ms(const struct sim *sim)
{
    return sim->now_ms + sim->node.host_ms;
}

void sim_clock_open(struct sim *sim)
{
    struct sim_node *node = &sim->node;
    struct store_facts facts;
    struct clock_reading reading = {.boot_ms = sim->now_ms - node->booted_ms,
                                    .host_ms = sim_host_ms(sim)};
    snprintf(reading.boot, sizeof(reading.boot), "boot-%u", node->boots);
    node->disk.base.ops->facts(&node->disk.base, &facts);
    struct clock_past past = {.offset_ms = facts.clock.offset_ms,
                              .running_ms = facts.last.running_ms,
                              .host_ms = facts.last.host_ms};
    memcpy(past.boot, facts.clock.boot, sizeof(past.boot));
    node->remembers.offset_ms = clock_offset(&past, &reading);
    memcpy(node->remembers.boot, reading.boot, sizeof(reading.boot));
    node->clock_ms = node->remembers.offset_ms - node->booted_ms;
}

void sim_clock_tell(struct sim *sim)
{
    int64_t lead_ms = sim->node.host_ms - sim->node.clock_ms;
    core_set_host(sim->node.core, lead_ms);
    peers_set_host(sim->node.peers, lead_ms);
}

/* Where it matters which ticks have come the clock is only set ahead. */
void sim_clock_jump(struct sim *sim)
{
    int64_t by_ms = sim_draw(sim, sim->has_schedules ? 4 * SIM_HOUR_MS : 120000);
    bool is_back = !sim->has_schedules && sim_chance(sim, 500);
    sim->node.host_ms += is_back ? -by_ms : by_ms;
    sim_say(sim, "the host's clock is set by %lld ms", (long long)(is_back ? -by_ms : by_ms));
    sim_tally(sim, COUNT_JUMPS);
}

void sim_clock_boot(struct sim *sim)
{
    sim->node.boots++;
    sim->node.booted_ms = sim->now_ms;
    sim_say(sim, "the host boots");
    sim_tally(sim, COUNT_BOOTS);
}

/* The time limit counts from the start, or from what is done when start_at has come. */
static void check_limit(struct sim *sim, struct sim_saga *saga, const struct record *record,
                        const struct moment *moment)
{
    bool starts = record->type == RECORD_SAGA_STARTED;
    bool begins = record->type == RECORD_SAGA_QUEUED || record->type == RECORD_SAGA_LOCKED ||
                  (record->type >= RECORD_TASK_INTENDED && record->type != RECORD_OPERATOR);
    if (starts || begins) {
        bool counts = starts ? record->due_ms <= moment->host_ms : saga->begun_ms == 0;
        saga->begun_ms = counts ? moment->running_ms : saga->begun_ms;
    }
    if (record->type != RECORD_SAGA_TIMED_OUT || !span_is(record->code, "timeout")) {
        return;
    }
    int64_t passed_ms = moment->running_ms - saga->begun_ms;
    int64_t limit_ms = saga->is_open ? saga->timeout_ms : sim_definition(sim, saga)->timeout_ms;
    if (saga->begun_ms == 0 || passed_ms < limit_ms) {
        sim_violated(sim, "clock", "%s is timed out after %lld ms", saga->name,
                     (long long)passed_ms);
    }
}

void sim_clock_note(struct sim *sim, uint64_t id, const struct record *record,
                    const struct moment *moment)
{
    struct sim_saga *saga = NULL;
    for (uint32_t i = 0; i < sim->saga_count && !saga; i++) {
        saga = sim->sagas[i].id == id ? &sim->sagas[i] : NULL;
    }
    CHECK(saga != NULL);
    int64_t at_ms = moment->host_ms > saga->at_ms ? moment->host_ms : saga->at_ms;
    if (moment->running_ms < sim->node.running_ms) {
        sim_violated(sim, "clock", "running time goes back to %lld", (long long)moment->running_ms);
    }
    if (moment->at_ms != at_ms) {
        sim_violated(sim, "clock", "a record of %s says that it is of %lld, which is %lld",
                     saga->name, (long long)moment->at_ms, (long long)at_ms);
    }
    sim->node.running_ms = moment->running_ms;
    saga->at_ms = at_ms;
    check_limit(sim, saga, record, moment);
}
