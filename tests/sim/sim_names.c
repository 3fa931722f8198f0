/* sim_names.c - sagas by name, keys by their text, attempts by their ids. */
#include "sim.h"
#include "store/catalog.h"
#include "language/definition.h"
#include "language/open_terms.h"

struct sim_saga *sim_saga_named(struct sim *sim, struct span name)
{
    for (uint32_t i = 0; i < sim->saga_count; i++) {
        if (span_is(name, sim->sagas[i].name)) {
            return &sim->sagas[i];
        }
    }
    return NULL;
}

const struct definition *sim_definition(const struct sim *sim, const struct sim_saga *saga)
{
    char name[16];
    if (saga->is_open) {
        return open_terms_definition();
    }
    snprintf(name, sizeof(name), "d%u", saga->definition);
    return catalog_find(sim->node.catalog, span_text(name), saga->version);
}

/* The step with for_each; step_count = there is none. */
static uint32_t container_of(const struct definition *definition)
{
    uint32_t i = 0;
    while (i < definition->step_count && !definition->steps[i].for_each) {
        i++;
    }
    return i;
}

uint32_t sim_step_count(const struct definition *definition)
{
    uint32_t count = definition->step_count;
    return count + (container_of(definition) < count ? SIM_ITEMS : 0);
}

uint32_t sim_step_number(const struct definition *definition, uint32_t place, uint32_t item)
{
    if (item > 0) {
        return SIM_FAN + item - 1;
    }
    CHECK(place < definition->step_count);
    const struct span name = definition->steps[place].name;
    CHECK(name.size == 2 && name.data[0] == 't');
    return (uint32_t)(name.data[1] - '0');
}

const struct step_spec *sim_find_spec(const struct definition *definition, uint32_t number)
{
    uint32_t place = 0;
    if (number >= SIM_FAN) {
        place = container_of(definition);
    }
    while (place < definition->step_count && number < SIM_FAN &&
           sim_step_number(definition, place, 0) != number) {
        place++;
    }
    return place < definition->step_count ? &definition->steps[place] : NULL;
}

const struct step_spec *sim_spec(const struct definition *definition, uint32_t number)
{
    const struct step_spec *spec = sim_find_spec(definition, number);
    CHECK(spec);
    return spec;
}

/* What has begun is there as it was. */
void sim_names_migrate(struct sim *sim, struct sim_saga *saga, uint32_t version)
{
    const struct definition *from = sim_definition(sim, saga);
    saga->version = version;
    const struct definition *to = sim_definition(sim, saga);
    for (uint32_t number = 0; number < SIM_STEPS; number++) {
        const struct step_spec *before = sim_find_spec(from, number);
        const struct step_spec *after = sim_find_spec(to, number);
        bool same = before && after &&
                    memcmp(before->digest, after->digest, sizeof(before->digest)) == 0 &&
                    before->step_class == after->step_class;
        if (saga->begun & 1u << number && !same) {
            sim_violated(sim, "migrated", "t%u of %s has begun, and is another in version %u",
                         number, saga->name, version);
        }
    }
    sim_tally(sim, COUNT_MIGRATED);
}

static enum task_kind kind_of(struct span text)
{
    static const enum task_kind kinds[] = {TASK_DO, TASK_UNDO, TASK_CHECK, TASK_CONFIRM};
    for (size_t i = 0; i < ARRAY_COUNT(kinds); i++) {
        if (span_is(text, task_kind_name(kinds[i]))) {
            return kinds[i];
        }
    }
    UNREACHABLE("no such kind");
}

static struct span part_of(struct span *rest, char end)
{
    size_t size = 0;
    while (size < rest->size && rest->data[size] != end) {
        size++;
    }
    struct span part = span_of(rest->data, size);
    size_t taken = size < rest->size ? size + 1 : size;
    *rest = span_of(rest->data + taken, rest->size - taken);
    return part;
}

/* "<saga>/<step>[~n]/<kind>". */
static void read_key(struct sim *sim, struct sim_key *key)
{
    struct span rest = span_of(key->text, key->size);
    const struct sim_saga *saga = sim_saga_named(sim, part_of(&rest, '/'));
    struct span step = part_of(&rest, '/');
    key->kind = kind_of(rest);
    if (!saga || !sim->node.core) {
        sim_violated(sim, "durable_first", "the key %.*s is of no saga that is durable",
                     (int)key->size, (const char *)key->text);
    }
    key->saga = (uint32_t)(saga - sim->sagas);
    struct span name = part_of(&step, '~');
    key->run = step.size > 0 ? (uint32_t)strtoul((const char *)step.data, NULL, 10) : 1;
    struct span item = part_of(&name, '[');
    uint32_t place = name.size > 0 ? 1 + (uint32_t)strtoul((const char *)name.data, NULL, 10) : 0;
    CHECK(item.size == 2);
    key->step = place > 0 ? SIM_FAN + place - 1 : (uint32_t)(item.data[1] - '0');
}

struct sim_key *sim_key_of(struct sim *sim, struct span text)
{
    struct sim_key *key = map_get(&sim->keys, text);
    if (key) {
        return key;
    }
    key = ARENA_NEW(&sim->memory, struct sim_key);
    CHECK(key && text.size <= LIMIT_KEY);
    memcpy(key->text, text.data, text.size);
    key->size = text.size;
    read_key(sim, key);
    CHECK(map_put(&sim->keys, span_of(key->text, key->size), key) == SAGA_OK);
    return key;
}

struct sim_attempt *sim_attempt_of(struct sim *sim, const struct sim_attempt_id *id)
{
    return map_get(&sim->attempts, span_of(id, sizeof(*id)));
}

struct sim_attempt *sim_attempt_of_key(struct sim *sim, const struct sim_key *key, int64_t attempt)
{
    struct sim_attempt_id id = {.saga = sim->sagas[key->saga].id,
                                .step = key->step,
                                .kind = (uint32_t)key->kind,
                                .run = key->run,
                                .attempt = (uint32_t)attempt};
    return sim_attempt_of(sim, &id);
}

uint32_t sim_stands(struct sim *sim, uint32_t saga, uint32_t step)
{
    size_t at = 0;
    uint32_t count = 0;
    for (const struct sim_key *key; (key = map_next(&sim->keys, &at)) != NULL;) {
        if (key->kind == TASK_DO && key->saga == saga && key->step == step && key->done &&
            !key->undone) {
            count++;
        }
    }
    return count;
}
