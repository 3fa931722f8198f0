/* sim_operator.c - a person: applies the definitions, then gives verbs to sagas, wise or not. */
#include "base/json.h"
#include "journal/verb.h"
#include "language/definition.h"
#include "sim.h"

static struct sim_order *order_of(struct request *request)
{
    return (struct sim_order *)(void *)((uint8_t *)request - offsetof(struct sim_order, request));
}

static void take_answer(struct request *request, const struct answer *answer)
{
    struct sim *sim = request->arg;
    struct sim_order *order = order_of(request);
    order->used = false;
    buf_close(&order->source);
    if (sim->node.dead) {
        return; /* nobody hears it */
    }
    if (request->kind == REQUEST_DEFINE) {
        CHECK(answer->error == SAGA_OK);
        return;
    }
    bool taken = answer->error == SAGA_OK;
    sim_tally(sim, taken ? COUNT_VERBS : COUNT_VERBS_REFUSED);
    sim_say(sim, "verb %d of %s: %s", (int)request->verb.verb, order->name,
            error_code(answer->error));
    struct sim_saga *saga = &sim->sagas[order->saga];
    bool whole = request->verb.to.size == 0;
    saga->rolled_back |= taken && whole && request->verb.verb == VERB_ROLLBACK;
    sim->counts[COUNT_SAVE_POINTS] += taken && !whole;
    saga->written_off |= taken && request->verb.verb == VERB_TERMINATE;
    sim->counts[COUNT_ROLLBACKS] += taken && request->verb.verb == VERB_ROLLBACK;
    bool decides = request->verb.verb == VERB_APPROVE || request->verb.verb == VERB_REJECT;
    sim->counts[COUNT_DECISIONS] += taken && decides;
    sim->counts[COUNT_REVERSALS] += taken && request->verb.verb == VERB_REVERSE;
}

static struct sim_order *take_order(struct sim *sim, enum request_kind kind)
{
    for (uint32_t i = 0; i < SIM_ORDERS; i++) {
        struct sim_order *order = &sim->orders[i];
        if (!order->used) {
            *order = (struct sim_order){
                .used = true, .request = {.kind = kind, .answer = take_answer, .arg = sim}};
            buf_open(&order->source, LIMIT_DEFINITION);
            return order;
        }
    }
    return NULL;
}

/* ---- definitions ---- */

static void to_double_quotes(struct buf *text)
{
    for (size_t i = 0; i < text->size; i++) {
        text->data[i] = text->data[i] == '\'' ? '"' : text->data[i];
    }
}

void sim_operator_define(struct sim *sim, uint32_t index, bool is_second)
{
    struct sim_order *order = take_order(sim, REQUEST_DEFINE);
    struct buf text;
    struct buf value;
    if (!is_second) {
        sim->defined_ms[index] = sim_host_ms(sim);
    }
    struct json_problem problem;
    buf_open(&text, LIMIT_DEFINITION);
    buf_open(&value, LIMIT_DEFINITION);
    sim_draw_definition(sim, index, is_second, &text);
    to_double_quotes(&text);
    sim_say(sim, "definition %.*s", (int)text.size, (const char *)text.data);
    CHECK(json_to_mp(buf_span(&text), &value, &problem) == SAGA_OK);
    CHECK(json_canonical(buf_span(&value), &order->source) == SAGA_OK);
    snprintf(order->name, sizeof(order->name), "d%u", index);
    order->request.define.name = span_text(order->name);
    order->request.define.source = buf_span(&order->source);
    order->request.define.actor = span_text("ada");
    digest_pair(order->request.define.source, span_of(NULL, 0), order->request.define.digest);
    sim_node_ask(sim, &order->request);
    buf_close(&text);
    buf_close(&value);
}

/* ---- verbs ---- */

static void name_steps(struct sim *sim, struct sim_order *order, uint32_t count)
{
    const struct definition *definition = sim_definition(sim, &sim->sagas[order->saga]);
    uint32_t container = 0;
    while (container + 1 < definition->step_count && !definition->steps[container].for_each) {
        container++;
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t place = i < definition->step_count ? i : container;
        struct span own = definition->steps[place].name;
        int size = snprintf(order->texts[i], sizeof(order->texts[i]), "%.*s", (int)own.size,
                            (const char *)own.data);
        if (i >= definition->step_count) {
            snprintf(order->texts[i] + size, sizeof(order->texts[i]) - (size_t)size, "[%u]",
                     i - definition->step_count);
        }
        order->names[i] = span_text(order->texts[i]);
    }
    MAYBE(sim->is_calm);
}

/* The first step from this one on that asks; the same one when there is none. */
static uint32_t find_question(const struct sim *sim, uint32_t saga, uint32_t step)
{
    const struct definition *definition = sim_definition(sim, &sim->sagas[saga]);
    for (uint32_t i = 0; i < definition->step_count; i++) {
        uint32_t at = (step + i) % definition->step_count;
        if (definition->steps[at].kind == STEP_KIND_APPROVE) {
            return at;
        }
    }
    return step;
}

static void give(struct sim *sim, uint32_t saga, enum verb verb)
{
    static const enum step_state outcomes[] = {STEP_STATE_SUCCEEDED, STEP_STATE_FAILED,
                                               STEP_STATE_COMPENSATED, STEP_STATE_KEPT};
    struct sim_order *order = take_order(sim, REQUEST_VERB);
    if (!order) {
        return;
    }
    const struct sim_saga *named = &sim->sagas[saga];
    uint32_t count = sim_step_count(sim_definition(sim, named));
    uint32_t step = sim_draw(sim, count);
    struct verb_request *request = &order->request.verb;
    order->saga = saga;
    memcpy(order->name, named->name, sizeof(order->name));
    name_steps(sim, order, count);
    *request = (struct verb_request){.verb = verb,
                                     .saga = span_text(order->name),
                                     .actor = span_text("ada"),
                                     .reason = span_text("because")};
    bool decides = verb == VERB_APPROVE || verb == VERB_REJECT;
    bool by_step = decides || verb == VERB_RESOLVE || (verb == VERB_RETRY && sim_chance(sim, 500));
    if (by_step) {
        step = decides ? find_question(sim, saga, step) : step;
        request->step = order->names[step];
    }
    request->version = verb == VERB_MIGRATE ? 1 + sim_draw(sim, 2) : 0;
    if (verb == VERB_RESOLVE) {
        request->outcome = outcomes[sim_draw(sim, ARRAY_COUNT(outcomes))];
    }
    if (verb == VERB_REVERSE && sim_chance(sim, 500)) {
        request->steps = &order->names[step];
        request->steps_count = 1 + sim_draw(sim, count - step);
    }
    if (verb == VERB_ROLLBACK && sim_chance(sim, 800)) {
        request->to = order->names[step];
        request->then_pause = sim_chance(sim, 200);
    }
    if ((verb == VERB_REVERSE || verb == VERB_ROLLBACK) && sim_chance(sim, 500)) {
        request->accept = order->names;
        request->accept_count = count;
    }
    sim_node_ask(sim, &order->request);
}

/* Any; in families, and where there are versions, mostly one that has not ended. */
static uint32_t draw_saga(struct sim *sim)
{
    uint32_t saga = sim_draw(sim, sim->saga_count);
    bool looks = (sim->has_children || sim->has_versions) && sim_chance(sim, 700);
    for (uint32_t i = 0; looks && i < 8 && saga_state_is_final(sim->sagas[saga].state); i++) {
        saga = sim_draw(sim, sim->saga_count);
    }
    return saga;
}

void sim_operator_tick(struct sim *sim)
{
    static const enum verb verbs[] = {
        VERB_ROLLBACK, VERB_ROLLBACK, VERB_ROLLBACK, VERB_ROLLBACK, VERB_REVERSE, VERB_REVERSE,
        VERB_REVERSE,  VERB_REVERSE,  VERB_RETRY,    VERB_RETRY,    VERB_RETRY,   VERB_RESOLVE,
        VERB_PAUSE,    VERB_PAUSE,    VERB_RESUME,   VERB_RESUME,   VERB_RESUME};
    sim_net_schedule(sim, SIM_OPERATOR_TICK, sim->now_ms + 300 + sim_draw(sim, 1500), 0, 0);
    if (!sim_node_is_up(sim) || sim->is_calm || !sim_chance(sim, sim->weather.verbs)) {
        return;
    }
    uint32_t saga = draw_saga(sim);
    if (sim->sagas[saga].id != 0 && !sim->sagas[saga].is_open) {
        enum verb verb = verbs[sim_draw(sim, ARRAY_COUNT(verbs))];
        verb = sim->has_versions && sim_chance(sim, 400) ? VERB_MIGRATE : verb;
        give(sim, saga, sim_chance(sim, 15) ? VERB_TERMINATE : verb);
    }
    saga = sim_draw(sim, sim->saga_count);
    if (sim->sagas[saga].id != 0 && !sim->sagas[saga].is_open && sim_node_is_up(sim)) {
        give(sim, saga, sim_chance(sim, 700) ? VERB_APPROVE : VERB_REJECT);
    }
}

void sim_operator_calm(struct sim *sim)
{
    sim_sleep_find_paused(sim);
    for (uint32_t i = 0; i < sim->saga_count && sim_node_is_up(sim); i++) {
        if (sim->sagas[i].is_paused) {
            give(sim, i, VERB_RESUME);
        }
    }
}

void sim_operator_close(struct sim *sim)
{
    for (uint32_t i = 0; i < SIM_ORDERS; i++) {
        CHECK(!sim->orders[i].used);
        buf_close(&sim->orders[i].source);
    }
}
