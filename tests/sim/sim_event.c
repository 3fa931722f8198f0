/* sim_event.c - events: who sends them, and what becomes of them.
 *
 * The senders are outside of the coordinator, and do not give up: an event without an answer is
 * sent again, with the same id, also to the coordinator's next life. What is durable, and what was
 * taken, is learned from the rows at the moment of their commit. */
#include "journal/record.h"
#include "view/view.h"
#include "sim.h"
#include "language/definition.h"

enum { POST_AGAIN_MS = 1000 };

static const char *const names[] = {"e0", "e1", "go"};
enum { NAME_GO = 2, GOES_MAX = 6 };

/* ---- what is sent ---- */

static void take_error(struct sim *sim, struct sim_post *post, enum saga_error error)
{
    const struct sim_saga *saga = post->target < SIM_SAGAS ? &sim->sagas[post->target] : NULL;
    if (error == SAGA_NOT_FOUND && saga && !saga->acknowledged) {
        post->used = false;
    } else if (error == SAGA_OVERLOADED || error == SAGA_UNAVAILABLE || error == SAGA_DISK_FULL) {
        post->again_ms = sim->now_ms + POST_AGAIN_MS;
    } else {
        sim_violated(sim, "acknowledged", "the event %s is refused: %s", post->id,
                     error_code(error));
    }
}

static struct sim_event *event_of_id(struct sim *sim, const char *id)
{
    for (uint32_t i = 0; i < sim->event_count; i++) {
        if (strcmp(sim->events[i].id, id) == 0) {
            return &sim->events[i];
        }
    }
    return NULL;
}

static void take_answer(struct request *request, const struct answer *answer)
{
    struct sim *sim = request->arg;
    struct sim_post *post =
        (struct sim_post *)(void *)((uint8_t *)request - offsetof(struct sim_post, request));
    post->is_asked = false;
    post->again_ms = sim->now_ms + POST_AGAIN_MS;
    if (sim->node.dead) {
        return; /* nobody hears it */
    }
    sim_say(sim, "event %s: %s, taken by %u", post->id, error_code(answer->error),
            answer->delivered);
    if (answer->error != SAGA_OK) {
        take_error(sim, post, answer->error);
        return;
    }
    struct sim_event *event = event_of_id(sim, post->id);
    if (!event) {
        sim_violated(sim, "acknowledged", "the event %s is answered and not durable", post->id);
    }
    if ((post->is_again && !answer->duplicate) ||
        (event->is_acknowledged && answer->delivered != event->delivered)) {
        sim_violated(sim, "event", "%s has another outcome than before", post->id);
    }
    sim->counts[COUNT_EVENTS_AGAIN] += answer->duplicate;
    event->is_acknowledged = true;
    event->delivered = answer->delivered;
    post->used = false;
}

static void send(struct sim *sim, struct sim_post *post)
{
    post->data.size = 0;
    mp_put_map(&post->data, 1);
    mp_put_text(&post->data, "a");
    mp_put_int(&post->data, post->value);
    post->request = (struct request){.kind = REQUEST_EVENT, .answer = take_answer, .arg = sim};
    post->request.event = (struct inbox_row){.name = span_text(names[post->name]),
                                             .source = span_text("shop"),
                                             .id = span_text(post->id),
                                             .data = buf_span(&post->data)};
    if (post->target < SIM_SAGAS) {
        post->request.event.saga = span_text(sim->sagas[post->target].name);
    }
    const struct sim_event *event = event_of_id(sim, post->id);
    post->is_again = event && event->is_acknowledged;
    post->is_asked = true;
    sim_say(sim, "send event %s %s a=%d%s", post->id, names[post->name], post->value,
            post->target < SIM_SAGAS ? " to one" : "");
    sim_node_ask(sim, &post->request);
}

static struct sim_post *take_post(struct sim *sim)
{
    for (uint32_t i = 0; i < SIM_POSTS; i++) {
        struct sim_post *post = &sim->posts[i];
        if (!post->used) {
            buf_close(&post->data);
            *post = (struct sim_post){.used = true, .target = SIM_SAGAS};
            buf_open(&post->data, 64);
            return post;
        }
    }
    return NULL;
}

static void post_again(struct sim *sim)
{
    const struct sim_sent *sent = &sim->sent[sim_draw(sim, sim->sent_count)];
    struct sim_post *post = take_post(sim);
    if (post) {
        memcpy(post->id, sent->id, sizeof(post->id));
        post->name = sent->name;
        post->value = sent->value;
        post->target = sent->target;
    }
}

static void post_new(struct sim *sim, uint32_t name, int value)
{
    struct sim_post *post = sim->sent_count < SIM_SENT ? take_post(sim) : NULL;
    if (!post) {
        return;
    }
    post->name = name;
    post->value = value;
    if (name != NAME_GO && sim_chance(sim, 200)) {
        post->target = sim_draw(sim, sim->named_count);
    }
    struct sim_sent *sent = &sim->sent[sim->sent_count++];
    snprintf(post->id, sizeof(post->id), "k%u", sim->sent_count);
    memcpy(sent->id, post->id, sizeof(sent->id));
    sent->name = name;
    sent->value = value;
    sent->target = post->target;
}

static void post_something(struct sim *sim)
{
    if (sim->sent_count > 0 && sim_chance(sim, 250)) {
        post_again(sim);
    } else if (sim->goes < GOES_MAX && sim_chance(sim, 250)) {
        sim->goes++;
        post_new(sim, NAME_GO, 1 + (int)sim_draw(sim, 2));
    } else {
        post_new(sim, sim_draw(sim, NAME_GO), sim_chance(sim, 200) ? 2 : 1);
    }
}

void sim_event_tick(struct sim *sim)
{
    if (!sim->is_calm && sim_chance(sim, 400)) {
        post_something(sim);
    }
    for (uint32_t i = 0; i < SIM_POSTS && sim_node_is_up(sim); i++) {
        struct sim_post *post = &sim->posts[i];
        if (post->used && !post->is_asked && post->again_ms <= sim->now_ms) {
            send(sim, post);
        }
    }
}

/* In some worlds all that anybody may still wait for comes in the end; in others nothing does. */
void sim_event_calm(struct sim *sim)
{
    if (sim_chance(sim, 500)) {
        for (uint32_t i = 0; i < 2 * NAME_GO; i++) {
            post_new(sim, i / 2, 1 + (int)(i % 2));
        }
    }
}

bool sim_event_is_at_rest(const struct sim *sim)
{
    for (uint32_t i = 0; i < SIM_POSTS; i++) {
        if (sim->posts[i].used) {
            return false;
        }
    }
    return true;
}

void sim_event_close(struct sim *sim)
{
    for (uint32_t i = 0; i < SIM_POSTS; i++) {
        CHECK(!sim->posts[i].is_asked);
        buf_close(&sim->posts[i].data);
    }
}

/* ---- what becomes durable ---- */

void sim_event_note_inbox(struct sim *sim, const struct rows *rows)
{
    sim->commits++;
    for (uint32_t i = 0; i < rows->inbox_count; i++) {
        const struct inbox_row *row = &rows->inbox[i];
        CHECK(sim->event_count < SIM_EVENTS && row->id.size < sizeof(sim->events[0].id));
        struct sim_event *event = &sim->events[sim->event_count];
        memcpy(event->id, row->id.data, row->id.size);
        if (row->number != sim->event_count + 1 || event_of_id(sim, event->id)) {
            sim_violated(sim, "event", "%s is there twice, or out of order", event->id);
        }
        sim->event_count++;
        event->commit = sim->commits;
        event->value = (int)sim_int(row->data, "a");
        while (!span_is(row->name, names[event->name])) {
            event->name++;
        }
        if (row->saga.size > 0) {
            event->target = sim_saga_named(sim, row->saga);
        }
        sim_tally(sim, row->cause.size > 0 ? COUNT_EMITS : COUNT_EVENTS);
    }
}

static bool is_for(const struct sim_saga *saga, const struct step_spec *spec,
                   const struct sim_event *event)
{
    return span_is(spec->event, names[event->name]) && (!event->target || event->target == saga) &&
           (!spec->match || event->value == saga->value);
}

/* The first one that the step must not miss; SIM_EVENTS: there is none. Nobody promises one that
 * waits again what came after its first wait, and before the saga turned; nor what came while the
 * saga was of a version that may not have known such a step. */
static uint64_t first_for(const struct sim *sim, const struct sim_saga *saga, uint32_t step)
{
    uint64_t after = saga->taken[step] > saga->mark ? saga->taken[step] : saga->mark;
    const struct step_spec *spec = sim_spec(sim_definition(sim, saga), step);
    after = saga->unpromised[step] > after ? saga->unpromised[step] : after;
    if (saga->woken & 1u << step && saga->turned > after) {
        after = saga->turned;
    }
    for (uint64_t number = after + 1; number <= sim->event_count; number++) {
        if (is_for(saga, spec, &sim->events[number - 1])) {
            return number;
        }
    }
    return SIM_EVENTS;
}

static uint32_t number_of(const struct sim *sim, const struct sim_saga *saga,
                          const struct record *record)
{
    return sim_step_number(sim_definition(sim, saga), record->step, 0);
}

static void note_received(struct sim *sim, struct sim_saga *saga, const struct record *record)
{
    uint64_t number = (uint64_t)record->mark;
    uint32_t step = number_of(sim, saga, record);
    if (!(saga->waits & 1u << step)) {
        sim_violated(sim, "event", "%s takes event %llu for t%u, which does not wait", saga->name,
                     (unsigned long long)number, step);
    }
    if (number > sim->event_count || sim->events[number - 1].commit == sim->commits) {
        sim_violated(sim, "durable_first", "%s takes event %llu, which is not durable", saga->name,
                     (unsigned long long)number);
    }
    const struct step_spec *spec = sim_spec(sim_definition(sim, saga), step);
    uint64_t first = first_for(sim, saga, step);
    bool counts = number > saga->mark && number > saga->taken[step] &&
                  is_for(saga, spec, &sim->events[number - 1]);
    if (!counts || first < number) {
        sim_violated(sim, "event", "%s takes event %llu for t%u, the first that counts is %llu",
                     saga->name, (unsigned long long)number, step, (unsigned long long)first);
    }
    const struct sim_event *event = &sim->events[number - 1];
    sim_tally(sim, COUNT_TAKEN);
    sim->counts[COUNT_EARLY] += event->commit < saga->waited_commit[step];
    saga->taken[step] = number;
}

static void note_started(struct sim *sim, struct sim_saga *saga, const struct record *record)
{
    saga->mark = (uint64_t)record->mark;
    saga->value = (int)sim_int(record->input, "a");
    if (saga->mark > sim->event_count) {
        sim_violated(sim, "event", "%s leaves out events that come after its start", saga->name);
    }
    if (record->event.size == 0 || span_is(record->actor, "schedule")) {
        return;
    }
    uint64_t number = 1;
    while (number <= sim->event_count &&
           !span_is(sim_text(record->event, "id"), sim->events[number - 1].id)) {
        number++;
    }
    if (number > sim->event_count || sim->events[number - 1].commit == sim->commits) {
        sim_violated(sim, "durable_first", "%s is started by what is not durable", saga->name);
    }
    saga->started_by = number;
    sim_tally(sim, COUNT_EVENT_STARTS);
    for (uint32_t i = 0; i < sim->saga_count; i++) {
        const struct sim_saga *other = &sim->sagas[i];
        if (other != saga && other->started_by == saga->started_by &&
            other->definition == saga->definition) {
            sim_violated(sim, "event", "%s and %s are started by one event", saga->name,
                         other->name);
        }
    }
}

void sim_event_note(struct sim *sim, struct sim_saga *saga, const struct record *record)
{
    uint32_t step = number_of(sim, saga, record);
    if (record->type == RECORD_SAGA_STARTED) {
        note_started(sim, saga, record);
    } else if (record->type == RECORD_SAGA_MIGRATED) {
        for (uint32_t i = 0; i < SIM_STEPS; i++) {
            saga->unpromised[i] = saga->waits & 1u << i ? saga->unpromised[i] : sim->event_count;
        }
    } else if (record->type == RECORD_STEP_WAITING && span_is(record->code, "event")) {
        saga->waits |= 1u << step;
        saga->waited_commit[step] = sim->commits;
    } else if (record->type == RECORD_EVENT_RECEIVED) {
        note_received(sim, saga, record);
    } else if (record->type == RECORD_STEP_WOKEN && record->item == 0) {
        sim->counts[COUNT_OVERDUE] += saga->waits & 1u << step && span_is(record->code, "timeout");
        saga->waits &= ~(1u << step);
        saga->woken |= 1u << step;
    } else if (record->type == RECORD_SAGA_COMPENSATING && record->flags & FLAG_SAVE_POINT) {
        saga->turned = sim->event_count;
    }
}

/* ---- at rest ---- */

bool sim_event_keeps(const struct sim *sim, const struct sim_saga *saga)
{
    const struct definition *definition = sim_definition(sim, saga);
    for (uint32_t i = 0; i < definition->step_count; i++) {
        uint32_t number = sim_step_number(definition, i, 0);
        if (saga->waits & 1u << number && definition->steps[i].wait_ms == 0) {
            return true;
        }
    }
    return false;
}

void sim_event_check_wait(struct sim *sim, const struct sim_saga *saga, uint32_t step)
{
    uint64_t first = first_for(sim, saga, step);
    if (first != SIM_EVENTS) {
        sim_violated(sim, "event", "%s waits in t%u at rest, and event %llu is for it", saga->name,
                     step, (unsigned long long)first);
    }
    sim_tally(sim, COUNT_WAITING);
}

static uint32_t started_by(const struct sim *sim, uint64_t number, uint32_t definition)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < sim->saga_count; i++) {
        const struct sim_saga *saga = &sim->sagas[i];
        count += saga->id != 0 && saga->started_by == number && saga->definition == definition;
    }
    return count;
}

void sim_event_check_starts(struct sim *sim)
{
    for (uint64_t number = 1; number <= sim->event_count; number++) {
        const struct sim_event *event = &sim->events[number - 1];
        for (uint32_t i = 0; i < sim->definition_count && event->name == NAME_GO; i++) {
            const struct sim_saga any = {.definition = i};
            const struct definition *definition = sim_definition(sim, &any);
            bool listens =
                definition->start_count > 0 && (!definition->starts[0].match || event->value == 1);
            if (started_by(sim, number, i) != listens) {
                sim_violated(sim, "event", "%s has not started its saga of d%u", event->id, i);
            }
        }
    }
}
