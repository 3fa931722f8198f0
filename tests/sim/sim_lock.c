/* sim_lock.c - concurrency keys: so many hold one at once, in their order, and nobody acts
 * without.
 *
 * All is learned from the records at the moment of their commit. */
#include "journal/record.h"
#include "sim.h"
#include "language/definition.h"

static bool same_key(const struct sim_saga *a, const struct sim_saga *b)
{
    return a->definition == b->definition && memcmp(a->key, b->key, sizeof(a->key)) == 0;
}

static void take(struct sim *sim, struct sim_saga *saga)
{
    uint32_t holders = 1;
    for (uint32_t i = 0; i < sim->saga_count; i++) {
        const struct sim_saga *other = &sim->sagas[i];
        if (other == saga || !same_key(other, saga)) {
            continue;
        }
        holders += other->holds;
        if (other->queued_at > 0 && (saga->queued_at == 0 || other->queued_at < saga->queued_at)) {
            sim_violated(sim, "exclusive", "%s overtakes %s", saga->name, other->name);
        }
    }
    uint32_t limit = sim_definition(sim, saga)->concurrency.limit;
    if (holders > limit) {
        sim_violated(sim, "exclusive", "%s is the holder number %u of its key, at most %u may be",
                     saga->name, holders, limit);
    }
    saga->holds = true;
    saga->queued_at = 0;
}

void sim_lock_note(struct sim *sim, struct sim_saga *saga, const struct record *record)
{
    if (record->type == RECORD_SAGA_STARTED && record->message.size == sizeof(saga->key)) {
        memcpy(saga->key, record->message.data, sizeof(saga->key));
        saga->has_key = true;
        if (record->flags & FLAG_HOLDS) {
            take(sim, saga);
        }
    } else if (record->type == RECORD_SAGA_QUEUED) {
        bool waits_on = saga->queued_left > 0;
        saga->queued_at = waits_on ? saga->queued_left : ++sim->queued_count;
        saga->queued_left = 0;
        sim_tally(sim, COUNT_QUEUED);
    } else if (record->type == RECORD_SAGA_LOCKED) {
        take(sim, saga);
    } else if (record->type == RECORD_SAGA_COMPLETED || record->type == RECORD_SAGA_COMPENSATED ||
               record->type == RECORD_SAGA_TERMINATED) {
        saga->holds = false;
        saga->queued_left = saga->queued_at;
        saga->queued_at = 0;
    } else if (record->type == RECORD_TASK_INTENDED && record->kind == TASK_DO && saga->has_key &&
               !saga->holds) {
        sim_violated(sim, "exclusive", "%s acts without its key", saga->name);
    }
}

bool sim_lock_is_blocked(const struct sim *sim, const struct sim_saga *saga)
{
    if (saga->queued_at == 0) {
        return false;
    }
    for (uint32_t i = 0; i < sim->saga_count; i++) {
        if (sim->sagas[i].holds && same_key(&sim->sagas[i], saga)) {
            return true;
        }
    }
    return false;
}
