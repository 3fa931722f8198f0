/* orders.c - what the lines of a script may say, and the event that each becomes.
 *
 *   start [input=JSON] [labels=JSON] [at=+1h] [digest=TEXT] [event=N]
 *   child ID running|completed|compensated|terminated|parked|busy|none [output=JSON] [code=]
 *                         [message=] [by=] [cost=N] [undo_cost=N]      what a parent hears
 *   asked start|back|reverse|pause [as=PARENT~STEP] [input=JSON] [because=TEXT] [unknown]
 *                         what a parent asks of the saga of the script: it is a child
 *   ok|fail|later KEY[#N] [output=JSON] [code=] [message=] [details=JSON] [retry_after=5s] [cost=N]
 *                         [refused] [in_doubt] [by_token]
 *   sent|lost|untaken|adopt|beat KEY[#N] [barrier] [details=JSON]
 *   returned NAME  that participant is back, and has named (adopt) what it has taken
 *   event NAME [id=TEXT] [data=JSON] [held]     comes, and is offered unless it is held
 *   again N       the event with that number is offered (again)
 *   signal        as the verbs below, with event=NAME [data=JSON]
 *   rival NAME [input=JSON] | rival NAME ends      another saga of the definition: what it means
 *                         for this one is shown
 *   admit         what the end of a rival makes of it
 *   tell          webhooks are configured: what they are told is printed
 *   time +5s      crash [+5s]      participants absent|present|barrier [to=NAME]
 *   rollback|reverse|retry|resolve|pause|resume|terminate|skip|approve|reject [by=ada] [roles=a,b]
 *                         because=TEXT [step=] [steps=a,b] [accept=a,b] [input=JSON] [output=JSON]
 *                         [outcome=] [evidence=] [to=STEP] [then_pause]
 *   begin [input=JSON] [labels=JSON] [timeout=10m] [window=1h] [budget=N] [sensitive=JSON]
 *   register STEP [input=JSON] [needs=JSON] [compensate=JSON] [confirm=JSON]
 *   complete STEP [failed] [in_doubt] [output=JSON] [code=] [message=] [key=] [cost=N]
 *   commit [output=JSON]     abort [code=] [message=]         (a script whose definition is an
 *                         open saga's name: {'open':NAME}; the steps' names are printed)
 * [plan=last] plan [steps=a,b] [to=STEP]     show
 *   migrate version=N because=TEXT    migration version=N     (a list of definitions: versions)
 *
 * KEY without #N means the newest attempt. */
#include <stdio.h>

#include "base/digest.h"
#include "base/mp.h"
#include "scenario.h"
#include "words.h"
#include "journal/verb.h"
#include "engine/event.h"
#include "saga/child_state.h"
#include "journal/saga_image.h"
#include "view/view_plan.h"

static struct sent *sent_word(struct world *world, struct words *words)
{
    static struct sent none;
    const char *word = words->count > 1 ? words->items[1] : "";
    size_t size = strcspn(word, "#");
    none =
        (struct sent){.attempt = word[size] == '#' ? words_number(span_text(word + size + 1)) : 0};
    if (size == 0 || size >= sizeof(none.key)) {
        stop("names no key", words->text);
    }
    memcpy(none.key, word, size);
    struct sent *sent = world_sent(world, none.key, none.attempt);
    return sent ? sent : &none;
}

static void start(struct world *world, struct words *words)
{
    struct event event = {.kind = EVENT_START};
    struct span digest = words_option(words, "digest");
    struct span at = words_option(words, "at");
    event.start = (struct start_request){.definition = world->definition,
                                         .name = span_text(world->name),
                                         .input = words_json(words, "input", &world->value),
                                         .labels = words_json(words, "labels", &world->value),
                                         .actor = words_option(words, "by")};
    uint32_t number = words_number(words_option(words, "event"));
    if (number > 0) {
        events_start(world, number, &event.start);
    }
    event.start.start_at_ms =
        at.size > 0 ? world->now_ms + world->host_lead_ms + words_duration(at) : 0;
    digest_pair(digest, event.start.input, event.start.digest);
    world_step(world, &event);
}

static void result(struct world *world, struct words *words)
{
    struct event event = {.kind = EVENT_RESULT};
    const struct sent *sent = sent_word(world, words);
    struct span retry_after = words_option(words, "retry_after");
    bool by_token = words_has(words, "by_token");
    bool fails = strcmp(words->text, "fail") == 0;
    bool later = strcmp(words->text, "later") == 0;
    struct span code = words_option(words, "code");
    event.result =
        (struct result){.key = by_token ? (struct span){NULL, 0} : span_text(sent->key),
                        .attempt = by_token ? 0 : sent->attempt,
                        .status = fails ? RESULT_FAILED : (later ? RESULT_LATER : RESULT_OK),
                        .output = words_json(words, "output", &world->value),
                        .details = words_json(words, "details", &world->value),
                        .code = fails && code.size == 0 ? span_text("failed") : code,
                        .message = words_option(words, "message"),
                        .retryable = !words_has(words, "refused"),
                        .in_doubt = words_has(words, "in_doubt"),
                        .retry_after_ms = retry_after.size > 0 ? words_duration(retry_after) : -1,
                        .cost_micros = words_number(words_option(words, "cost"))};
    memcpy(event.result.token, sent->token, TOKEN_SIZE);
    world_step(world, &event);
}

static void task(struct world *world, struct words *words)
{
    static const struct {
        const char *word;
        enum event_kind kind;
    } kinds[] = {{"sent", EVENT_SENT},
                 {"lost", EVENT_LOST},
                 {"untaken", EVENT_UNTAKEN},
                 {"adopt", EVENT_ADOPT},
                 {"beat", EVENT_BEAT}};
    struct event event = {.kind = EVENT_SENT};
    struct sent *sent = sent_word(world, words);
    for (size_t i = 0; i < ARRAY_COUNT(kinds); i++) {
        event.kind = strcmp(words->text, kinds[i].word) == 0 ? kinds[i].kind : event.kind;
    }
    event.task.key = span_text(sent->key);
    event.task.attempt = sent->attempt;
    event.task.barrier = words_has(words, "barrier");
    event.task.details = words_json(words, "details", &world->value);
    memcpy(event.task.token, sent->token, TOKEN_SIZE);
    sent->waits = false;
    world_step(world, &event);
}

static void returned(struct world *world, struct words *words)
{
    struct event event = {.kind = EVENT_RETURNED};
    event.returned = span_text(words->count > 1 ? words->items[1] : "");
    world_step(world, &event);
}

static void verb(struct world *world, struct words *words)
{
    struct event event = {.kind = EVENT_VERB};
    struct verb_request *request = &event.verb;
    struct span actor = words_option(words, "by");
    struct span outcome = words_option(words, "outcome");
    while (strcmp(verb_name(request->verb), words->text) != 0) {
        request->verb++;
    }
    request->saga = span_text(world->name);
    request->actor = actor.size > 0 ? actor : span_text("ada");
    request->roles = words_list(words, "roles", &request->roles_count);
    request->reason = words_option(words, "because");
    request->step = words_option(words, "step");
    request->to = words_option(words, "to");
    request->then_pause = words_has(words, "then_pause");
    request->steps = words_list(words, "steps", &request->steps_count);
    request->accept = words_list(words, "accept", &request->accept_count);
    request->event = words_option(words, "event");
    request->input = words_json(words, request->event.size > 0 ? "data" : "input", &world->value);
    request->output = words_json(words, "output", &world->value);
    request->evidence = words_option(words, "evidence");
    request->version = words_number(words_option(words, "version"));
    request->if_seq = words_number(words_option(words, "if_seq"));
    for (int state = 0; state < STEP_STATE_COUNT && outcome.size > 0; state++) {
        if (span_is(outcome, step_state_name((enum step_state)state))) {
            request->outcome = (enum step_state)state;
        }
    }
    if (words_option(words, "plan").size > 0) {
        request->plan_digest = span_text(world->plan_digest);
    }
    world_step(world, &event);
}

static void child(struct world *world, struct words *words)
{
    struct event event = {.kind = EVENT_CHILD_END};
    struct child_end *end = &event.child_end;
    const char *state = words->count > 2 ? words->items[2] : "";
    *end = (struct child_end){.parent = span_text(world->name),
                              .child = span_text(words->count > 1 ? words->items[1] : ""),
                              .is_busy = words_has(words, "busy"),
                              .code = words_option(words, "code"),
                              .message = words_option(words, "message"),
                              .actor = words_option(words, "by"),
                              .output = words_json(words, "output", &world->value),
                              .cost_micros = words_number(words_option(words, "cost")),
                              .undo_cost_micros = words_number(words_option(words, "undo_cost"))};
    for (int i = 1; i < SAGA_STATE_COUNT; i++) {
        bool is_it = strcmp(state, saga_state_name((enum saga_state)i)) == 0;
        end->state = is_it ? (enum saga_state)i : end->state;
    }
    world_step(world, &event);
}

static void asked(struct world *world, struct words *words)
{
    struct event event = {.kind = EVENT_CHILD};
    struct child_ask *ask = &event.child;
    struct span as = words_option(words, "as");
    char actor[64];
    if (as.size > 0 && as.size < sizeof(world->name)) {
        memcpy(world->name, as.data, as.size);
        world->name[as.size] = '\0';
    }
    snprintf(actor, sizeof(actor), "saga:%.*s", (int)strcspn(world->name, "~"), world->name);
    ask->wish = words_has(words, "back")      ? CHILD_BACK
                : words_has(words, "pause")   ? CHILD_PAUSE
                : words_has(words, "reverse") ? CHILD_REVERSE
                                              : CHILD_START;
    ask->reason = words_option(words, "because");
    ask->start =
        (struct start_request){.definition = words_has(words, "unknown") ? NULL : world->definition,
                               .name = span_text(world->name),
                               .input = words_json(words, "input", &world->value),
                               .actor = span_text(actor),
                               .is_child = true};
    world_step(world, &event);
}

static void rival(struct world *world, struct words *words)
{
    struct span name = span_text(words->count > 1 ? words->items[1] : "");
    struct event event = {.kind = EVENT_VERB};
    if (words_has(words, "ends")) {
        event.verb = (struct verb_request){.verb = VERB_TERMINATE,
                                           .saga = name,
                                           .actor = span_text("ada"),
                                           .reason = span_text("over")};
    } else {
        event = (struct event){.kind = EVENT_START};
        event.start = (struct start_request){.definition = world->definition,
                                             .name = name,
                                             .input = words_json(words, "input", &world->value)};
    }
    world_rival(world, &event);
}

static void admit(struct world *world, struct words *words)
{
    struct event event = {.kind = EVENT_LOCK_FREE, .lock_for = span_text(world->name)};
    MAYBE(words->count > 1);
    world_step(world, &event);
}

static void plan(struct world *world, struct words *words)
{
    struct arena arena;
    struct plan plan;
    struct saga_image image = world_image(world);
    struct plan_request request = {.definition = world->definition, .now_ms = world->now_ms};
    const char *why = NULL;
    arena_open(&arena, &arena_heap, 1 << 24);
    request.steps = words_list(words, "steps", &request.steps_count);
    request.to = words_option(words, "to");
    enum saga_error rc = view_plan(&image, &request, &arena, &plan, &why);
    if (rc == SAGA_OK) {
        memcpy(world->plan_digest, plan.digest, sizeof(world->plan_digest));
        print_plan(world, &plan);
    } else {
        buf_format(&world->out, "  no plan, %s: %s\n", error_code(rc), why ? why : "");
    }
    arena_close(&arena);
}

static void migration(struct world *world, struct words *words)
{
    struct arena arena;
    struct migration plan;
    struct saga_image image = world_image(world);
    const char *why = NULL;
    arena_open(&arena, &arena_heap, 1 << 24);
    struct migration_request request = {world->definition,
                                        words_number(words_option(words, "version"))};
    enum saga_error rc = view_migration(&image, &request, &arena, &plan, &why);
    if (rc == SAGA_OK) {
        print_migration(world, &plan);
    } else {
        buf_format(&world->out, "  no migration, %s: %s\n", error_code(rc), why ? why : "");
    }
    arena_close(&arena);
}

static void pass(struct world *world, struct words *words)
{
    world_pass(world, words_duration(span_text(words->count > 1 ? words->items[1] : "")));
}

/* What is due then fires at once. */
static void clock_is_set(struct world *world, struct words *words)
{
    int64_t by_ms = words_duration(span_text(words->count > 2 ? words->items[2] : ""));
    world->host_lead_ms += words_has(words, "behind") ? -by_ms : by_ms;
    world_pass(world, 0);
}

static void crash(struct world *world, struct words *words)
{
    world_crash(world, words->count > 1 ? words_duration(span_text(words->items[1])) : 0);
}

static void participants(struct world *world, struct words *words)
{
    struct span to = words_option(words, "to");
    (void)snprintf(world->instance, sizeof(world->instance), "%.*s", (int)to.size,
                   to.size > 0 ? (const char *)to.data : "");
    world->participants = words_has(words, "absent")    ? PARTICIPANTS_ABSENT
                          : words_has(words, "barrier") ? PARTICIPANTS_BARRIER
                                                        : PARTICIPANTS_PRESENT;
    world_send_waiting(world);
}

static void show(struct world *world, struct words *words)
{
    MAYBE(words->count > 1);
    print_view(world);
}

static void facets(struct world *world, struct words *words)
{
    MAYBE(words->count > 1);
    print_facets(world);
}

/* From the next engine on: it is an option of it. */
static void tell(struct world *world, struct words *words)
{
    MAYBE(words->count > 1);
    world->tells = true;
    world_crash(world, 0);
}

void obey(struct world *world, const char *line)
{
    static const struct {
        const char *word;
        void (*fn)(struct world *world, struct words *words);
    } orders[] = {
        {"start", start},
        {"ok", result},
        {"fail", result},
        {"later", result},
        {"sent", task},
        {"lost", task},
        {"untaken", task},
        {"adopt", task},
        {"beat", task},
        {"rollback", verb},
        {"reverse", verb},
        {"retry", verb},
        {"resolve", verb},
        {"pause", verb},
        {"resume", verb},
        {"skip", verb},
        {"approve", verb},
        {"reject", verb},
        {"terminate", verb},
        {"plan", plan},
        {"time", pass},
        {"crash", crash},
        {"show", show},
        {"participants", participants},
        {"child", child},
        {"asked", asked},
        {"tell", tell},
        {"migrate", verb},
        {"migration", migration},
        {"signal", verb},
        {"event", events_come},
        {"again", events_again},
        {"rival", rival},
        {"admit", admit},
        {"facets", facets},
        {"returned", returned},
        {"clock", clock_is_set},
        {"begin", orders_begin},
        {"commit", orders_open},
        {"abort", orders_open},
        {"register", orders_open},
        {"complete", orders_open},
    };
    static struct words words;
    words_split(&words, line);
    buf_clear(&world->value);
    (void)buf_reserve(&world->value, 1 << 16);
    buf_clear(&world->value);
    for (size_t i = 0; i < ARRAY_COUNT(orders); i++) {
        if (strcmp(words.text, orders[i].word) == 0) {
            orders[i].fn(world, &words);
            world_print_timer(world);
            return;
        }
    }
    stop("an unknown word", line);
}
