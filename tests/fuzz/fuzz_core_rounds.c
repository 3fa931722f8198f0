/* fuzz_core_rounds.c - the whole coordinator but its sockets: what peers and persons may say, all
 * the way through sessions, the engine and the store in memory, with time and crashes between.
 *
 * The input is a list of deeds of a byte each, and what they need. Numbers are near the edges more
 * often than not, and time goes forward by a moment or by years. Definitions with every kind of
 * step are there from the start. Held: every assert of the code, a message that leaves is a good
 * one, a request is answered once, and what was durable can be read back after a crash. Broken once
 * by a wake time that was not bounded. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mp.h"
#include "core/core.h"
#include "core/decide.h"
#include "core/recover.h"
#include "core/requests.h"
#include "engine/event.h"
#include "journal/verb.h"
#include "lib/outputs_now.h"
#include "peers/peers.h"
#include "store/catalog.h"
#include "store/store_memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TASKS_MAX = 32, ASKS_MAX = 64, ROUNDS = 6, SAGAS = 6, TEXT_SIZE = 1024, ENDLESS_MAX = 400 };

static const char *const definitions[] = {
    "{'saga':'all','timeout':'15m','reversal_window':'30d','budget':{'max_cost_usd':2},"
    "'defaults':{'retry':{'max_attempts':2,'initial_interval':'0s'}},'steps':["
    "{'step':'a','action':'f.a','check':'f.check','key_ttl':'1h','input':'$.input ?? 1',"
    "'compensate':{'action':'f.undo','stuck_after':2,'before':'$.steps.a.output.until ?? 5'}},"
    "{'step':'many','for_each':'$.input.items ?? [1,2]','max_parallel':2,'action':'f.b',"
    "'compensate':'f.undo','on_item_failure':'continue'},"
    "{'step':'nap','needs':['a'],'sleep':{'until':'$.input.until ?? 5'}},"
    "{'step':'hear','needs':['a'],'wait_event':{'event':'e','match':'$.event.data == $.input.a',"
    "'timeout':'1h','on_timeout':'continue'}},"
    "{'step':'ask','needs':['many','nap','hear'],'approve':{'question':'Q ${$.input ?? 0}?',"
    "'who':['ada'],'timeout':'3d','on_timeout':'approve'}},"
    "{'step':'pay','pivot':true,'action':'f.pay','compensate':'f.undo'},"
    "{'step':'tell','emit':{'event':'e','data':'$.steps.pay.output ?? null'}}],"
    "'output':'$.steps.a.output ?? null'}",
    "{'saga':'one','concurrency':{'limit':1,'key':'$.input.k ?? 1'},'steps':["
    "{'step':'kid','saga':'two','input':'$.input ?? null','compensate':'reverse'},"
    "{'step':'b','action':'f.b','compensate':'f.undo'}]}",
    "{'saga':'two','reversal_window':'3650d','on':[{'event':'start'},"
    "{'schedule':'0 0 29 2 *','timezone':'Europe/Berlin','catch_up':'all'}],"
    "'steps':[{'step':'b','action':'f.b','compensate':'f.undo','retry':{'max_attempts':0}},"
    "{'step':'nap','sleep':'3650d'}]}",
};

static const char *const names[] = {"all", "one", "two", "none"};
static const char *const steps[] = {"a",    "b",          "many", "many[0]", "nap",
                                    "hear", "ask",        "pay",  "tell",    "kid",
                                    "",     "many[9999]", "nope", "a~2",     "many[1]"};
static const char *const values[] = {"null",
                                     "1",
                                     "-1",
                                     "{'until':9007199254740991,'items':[1]}",
                                     "{'until':'0000-01-01T00:00:00Z','items':[]}",
                                     "{'until':'9999-12-31T23:59:60Z','items':1}",
                                     "{'until':-9007199254740991,'k':[[[]]]}",
                                     "{'until':1e300,'a':1,'items':[1,2,3]}",
                                     "{'until':'2026-11-30T00:00:00Z','a':2,'k':2}",
                                     "'x'",
                                     "2",
                                     "[]"};

struct task_seen {
    char key[LIMIT_KEY + 1];
    int64_t attempt;
    char token[2 * TOKEN_SIZE + 1];
};

struct asked {
    struct request request;
    struct buf value;
    char text[LIMIT_SAGA_ID];
    bool is_open;
};

struct world {
    const uint8_t *at; /* the input */
    const uint8_t *end;
    int64_t now_ms;
    uint64_t random;
    struct store *store;
    struct catalog *catalog;
    struct core *core;
    struct outputs_now outputs;
    struct peers *peers;
    struct desk desk;
    struct task_seen tasks[TASKS_MAX]; /* a ring */
    uint32_t task_count;
    struct asked asks[ASKS_MAX];
    uint32_t ask_count;
    bool has_failed;
};

static uint32_t draw(struct world *world, uint32_t below)
{
    return world->at < world->end ? *world->at++ % below : 0;
}

/* Near an edge, or anywhere. */
static uint64_t draw_number(struct world *world)
{
    static const uint64_t edges[] = {0,
                                     1,
                                     2,
                                     1000,
                                     INT32_MAX,
                                     UINT32_MAX,
                                     UINT64_C(4294967296),
                                     86400000,
                                     UINT64_C(315360000000),
                                     UINT64_C(253402300799999),
                                     UINT64_C(9007199254740990),
                                     UINT64_C(9007199254740991)};
    uint32_t which = draw(world, 16);
    return which < ARRAY_COUNT(edges) ? edges[which] : draw(world, 256) * (uint64_t)which;
}

static void fill_random(void *bytes, size_t size, void *arg)
{
    struct world *world = arg;
    uint8_t *at = bytes;
    for (size_t i = 0; i < size; i++) {
        world->random = world->random * UINT64_C(6364136223846793005) + 1442695040888963407u;
        at[i] = (uint8_t)(world->random >> 33);
    }
}

/* ---- the wire ---- */

static struct span field(struct span map, const char *name)
{
    return mp_find(map, span_text(name));
}

static void copy_text(struct span value, char *text, size_t size)
{
    struct mp mp = mp_open(value);
    struct span found = mp_peek(&mp) == MP_STR ? mp_str(&mp) : span_text("");
    CHECK(found.size < size);
    memcpy(text, found.data, found.size);
    text[found.size] = '\0';
}

static enum saga_error send_frame(struct span connection, struct span frame, void *arg)
{
    struct world *world = arg;
    const char *why;
    char type[32];
    CHECK(connection.size == 1);
    CHECK(mp_check_sent(frame, &why) == SAGA_OK);
    CHECK(frame.size <= LIMIT_MESSAGE_OUT);
    copy_text(field(frame, "type"), type, sizeof(type));
    if (strcmp(type, "task") == 0) {
        struct task_seen *task = &world->tasks[world->task_count++ % TASKS_MAX];
        struct mp attempt = mp_open(field(frame, "attempt"));
        copy_text(field(frame, "key"), task->key, sizeof(task->key));
        copy_text(field(frame, "token"), task->token, sizeof(task->token));
        task->attempt = mp_int(&attempt);
        CHECK(task->attempt > 0);
    }
    return SAGA_OK;
}

static void put_json(struct buf *out, const char *text)
{
    char json[4 * TEXT_SIZE];
    struct json_problem problem;
    size_t size = strlen(text);
    CHECK(size < sizeof(json));
    for (size_t i = 0; i <= size; i++) {
        json[i] = text[i] == '\'' ? '"' : text[i];
    }
    CHECK(json_to_mp(span_text(json), out, &problem) == SAGA_OK);
}

static void say(struct world *world, const char *text)
{
    static const char *const connections[] = {"A", "B"};
    struct buf frame;
    buf_open(&frame, LIMIT_MESSAGE_IN);
    put_json(&frame, text);
    core_begin(world->core, world->now_ms);
    peers_receive(world->peers, span_text(connections[draw(world, 8) == 0]), buf_span(&frame),
                  world->now_ms);
    buf_close(&frame);
}

static void say_result(struct world *world)
{
    static const char *const statuses[] = {"ok", "ok", "failed", "later"};
    static const char *const types[] = {"result", "result", "result", "finish"};
    char text[2 * TEXT_SIZE];
    uint32_t known = world->task_count < TASKS_MAX ? world->task_count : TASKS_MAX;
    if (known == 0) {
        return;
    }
    const struct task_seen *task =
        &world->tasks[(world->task_count - 1 - draw(world, known)) % TASKS_MAX];
    const char *status = statuses[draw(world, ARRAY_COUNT(statuses))];
    const char *type = types[draw(world, ARRAY_COUNT(types))];
    int size = snprintf(
        text, sizeof(text),
        "{'v':1,'type':'%s','request':'f','key':'%s','attempt':%llu,'token':'%s',"
        "'status':'%s','cost_usd_micros':%llu",
        type, task->key,
        (unsigned long long)(draw(world, 8) ? (uint64_t)task->attempt : draw_number(world)),
        task->token, status, (unsigned long long)(draw(world, 4) ? 0 : draw_number(world)));
    if (strcmp(status, "failed") == 0) {
        static const char *const codes[] = {"cancelled", "x", "expired", "not_found"};
        uint32_t bits = draw(world, 8);
        snprintf(text + size, sizeof(text) - (size_t)size,
                 ",'error':{'code':'%s','message':'m','retryable':%s,'in_doubt':%s,"
                 "'retry_after_ms':%llu}}",
                 codes[draw(world, ARRAY_COUNT(codes))], bits & 1 ? "true" : "false",
                 bits & 2 ? "true" : "false",
                 (unsigned long long)(bits & 4 ? draw_number(world) : 0));
    } else {
        snprintf(text + size, sizeof(text) - (size_t)size, ",'output':%s}",
                 values[draw(world, ARRAY_COUNT(values))]);
    }
    say(world, text);
}

static void say_running(struct world *world)
{
    static const char *const heads[] = {"'type':'heartbeat'",
                                        "'type':'ready','instance':'i','actions':['f.a','f.b','f."
                                        "pay','f.undo','f.check'],'window':4"};
    char text[2 * TEXT_SIZE];
    const struct task_seen *task = &world->tasks[draw(world, TASKS_MAX)];
    snprintf(text, sizeof(text), "{'v':1,%s,'running':[{'key':'%s','attempt':%llu,'details':%s}]}",
             heads[draw(world, ARRAY_COUNT(heads))], task->key,
             (unsigned long long)(draw(world, 4) ? (uint64_t)task->attempt : draw_number(world)),
             values[draw(world, ARRAY_COUNT(values))]);
    say(world, text);
}

static void say_ready(struct world *world)
{
    char text[TEXT_SIZE];
    snprintf(text, sizeof(text),
             "{'v':1,'type':'ready','instance':'i%u','actions':['f.a','f.b','f.pay','f.undo',"
             "'f.check'],'window':%llu,'barrier':%s}",
             draw(world, 2), (unsigned long long)(draw(world, 4) ? 16 : draw_number(world)),
             draw(world, 2) ? "true" : "false");
    say(world, text);
}

static void say_request(struct world *world)
{
    char text[2 * TEXT_SIZE];
    unsigned saga = draw(world, SAGAS);
    unsigned long long number = draw_number(world);
    switch (draw(world, 4)) {
    case 0:
        snprintf(text, sizeof(text),
                 "{'v':1,'type':'start','request':'r','definition':'%s','saga':'s%u','input':%s,"
                 "'start_at':%llu,'wait':'settled','wait_ms':%llu,'version':%llu}",
                 names[draw(world, ARRAY_COUNT(names))], saga,
                 values[draw(world, ARRAY_COUNT(values))],
                 (unsigned long long)(draw(world, 3) ? 0 : draw_number(world)), number,
                 (unsigned long long)(draw(world, 4) ? 1 : draw_number(world)));
        break;
    case 1:
        snprintf(text, sizeof(text),
                 "{'v':1,'type':'wait','request':'r','saga':'s%u','wait_ms':%llu}", saga, number);
        break;
    case 2:
        snprintf(text, sizeof(text),
                 "{'v':1,'type':'event','request':'r','event':'%s','id':'%llu','data':%s}",
                 draw(world, 2) ? "e" : "start", number, values[draw(world, ARRAY_COUNT(values))]);
        break;
    default:
        snprintf(text, sizeof(text),
                 "{'v':1,'type':'event','request':'r','event':'e','id':'%llu','data':%s,"
                 "'saga':'s%u'}",
                 number, values[draw(world, ARRAY_COUNT(values))], saga);
    }
    say(world, text);
}

/* What a client does with a saga that it drives itself. */
static void say_open(struct world *world)
{
    static const char *const codes[] = {"x", "cancelled"};
    char text[2 * TEXT_SIZE];
    unsigned saga = draw(world, SAGAS);
    const char *step = steps[draw(world, ARRAY_COUNT(steps))];
    const char *value = values[draw(world, ARRAY_COUNT(values))];
    unsigned long long number = draw(world, 2) ? 60000 : draw_number(world);
    switch (draw(world, 8)) {
    case 0:
    case 1:
        snprintf(text, sizeof(text),
                 "{'v':1,'type':'begin','request':'o','saga':'o%u','name':'n','input':%s,"
                 "'timeout_ms':%llu,'reversal_window_ms':%llu}",
                 saga, value, number, number);
        break;
    case 2:
    case 3:
        snprintf(text, sizeof(text),
                 "{'v':1,'type':'register','request':'o','saga':'o%u','step':'%s','input':%s,"
                 "'compensate':{'action':'f.undo','input':%s},'confirm':{'action':'f.a'}}",
                 saga, step, value, value);
        break;
    case 4:
    case 5:
        snprintf(text, sizeof(text),
                 "{'v':1,'type':'complete','request':'o','saga':'o%u','step':'%s','status':'ok',"
                 "'output':%s,'cost_usd_micros':%llu}",
                 saga, step, value, number);
        break;
    case 6:
        snprintf(text, sizeof(text),
                 "{'v':1,'type':'complete','request':'o','saga':'o%u','step':'%s',"
                 "'status':'failed','error':{'code':'%s','in_doubt':%s}}",
                 saga, step, codes[draw(world, 2)], draw(world, 2) ? "true" : "false");
        break;
    default:
        snprintf(text, sizeof(text),
                 "{'v':1,'type':'%s','request':'o','saga':'o%u','wait':'settled','wait_ms':%llu}",
                 draw(world, 2) ? "commit" : "abort", saga, number);
    }
    say(world, text);
}

/* ---- persons ---- */

static void take_answer(struct request *request, const struct answer *answer)
{
    struct asked *asked = (struct asked *)(void *)request;
    CHECK(asked->is_open);
    CHECK(error_code(answer->error)[0] != 0);
    asked->is_open = false;
    buf_close(&asked->value);
}

static struct asked *asked_new(struct world *world, enum request_kind kind)
{
    struct asked *asked = &world->asks[world->ask_count++ % ASKS_MAX];
    if (asked->is_open) {
        return NULL;
    }
    *asked = (struct asked){.request = {.kind = kind, .answer = take_answer, .arg = world},
                            .is_open = true};
    buf_open(&asked->value, LIMIT_VALUE);
    return asked;
}

static void ask(struct world *world, struct asked *asked)
{
    core_begin(world->core, world->now_ms);
    core_ask(&asked->request, world->core);
}

static void ask_verb(struct world *world)
{
    static const enum step_state outcomes[] = {STEP_STATE_SUCCEEDED, STEP_STATE_FAILED,
                                               STEP_STATE_COMPENSATED, STEP_STATE_KEPT};
    static const char *const takes_step[VERB_COUNT] = {[VERB_RETRY] = "?",
                                                       [VERB_RESOLVE] = "!",
                                                       [VERB_SKIP] = "!",
                                                       [VERB_APPROVE] = "!",
                                                       [VERB_REJECT] = "!"};
    struct asked *asked = asked_new(world, REQUEST_VERB);
    if (!asked) {
        return;
    }
    struct verb_request *verb = &asked->request.verb;
    snprintf(asked->text, sizeof(asked->text), "%c%u%s", draw(world, 4) ? 's' : 'o',
             draw(world, SAGAS), draw(world, 8) == 0 ? "~kid" : "");
    verb->verb = (enum verb)draw(world, VERB_COUNT);
    verb->saga = span_text(asked->text);
    verb->actor = span_text("ada");
    verb->reason = span_text("because");
    bool gives = draw(world, 2) != 0;
    put_json(&asked->value, values[draw(world, ARRAY_COUNT(values))]);
    const char *step = steps[draw(world, ARRAY_COUNT(steps))];
    if (takes_step[verb->verb] && (step[0] != '\0' || takes_step[verb->verb][0] == '?')) {
        verb->step = span_text(step);
    } else if (takes_step[verb->verb]) {
        verb->step = span_text("a");
    }
    if (verb->verb == VERB_ROLLBACK && gives && step[0] != '\0') {
        verb->to = span_text(step);
        verb->then_pause = draw(world, 2) != 0;
    } else if (verb->verb == VERB_RETRY && gives && step[0] != '\0') {
        verb->input = buf_span(&asked->value);
    } else if (verb->verb == VERB_SIGNAL) {
        verb->event = span_text("e");
        verb->input = buf_span(&asked->value);
    } else if (verb->verb == VERB_RESOLVE) {
        verb->outcome = outcomes[draw(world, ARRAY_COUNT(outcomes))];
        verb->output = gives ? buf_span(&asked->value) : (struct span){NULL, 0};
    } else if (verb->verb == VERB_MIGRATE) {
        verb->version = 1 + draw(world, 3);
    }
    verb->if_seq = draw(world, 8) == 0 ? draw_number(world) : 0;
    ask(world, asked);
}

static void define(struct world *world, const char *text)
{
    struct buf value;
    struct asked *asked = asked_new(world, REQUEST_DEFINE);
    CHECK(asked != NULL);
    buf_open(&value, LIMIT_DEFINITION);
    put_json(&value, text);
    copy_text(field(buf_span(&value), "saga"), asked->text, sizeof(asked->text));
    CHECK(json_canonical(buf_span(&value), &asked->value) == SAGA_OK);
    asked->request.define.name = span_text(asked->text);
    asked->request.define.source = buf_span(&asked->value);
    asked->request.define.actor = span_text("ada");
    digest_pair(asked->request.define.source, span_text(""), asked->request.define.digest);
    buf_close(&value);
    ask(world, asked);
}

/* ---- the world ---- */

static void begin(struct world *world)
{
    char why[256];
    struct core_options options = {.store = world->store,
                                   .dead_ms = 6000,
                                   .sagas_max = 100,
                                   .random = fill_random,
                                   .random_arg = world};
    struct peers_options peers = {.heartbeat_ms = 2000,
                                  .dead_ms = 6000,
                                  .message_max = LIMIT_MESSAGE_IN,
                                  .server = "0",
                                  .endpoint = "tcp://a"};
    const struct wire_ops wire = {.send = send_frame, .arg = world};
    const struct peers_reader reader = {0};
    CHECK(catalog_new(&world->catalog) == SAGA_OK);
    options.catalog = world->catalog;
    CHECK(core_new(&options, &world->core) == SAGA_OK);
    world->desk = (struct desk){.ask = core_ask, .arg = world->core};
    CHECK(peers_new(&peers, &wire, &reader, &world->desk, &world->peers) == SAGA_OK);
    peers_on_event(world->peers, core_event, world->core);
    core_set_peers(world->core, world->peers);
    outputs_now_set(&world->outputs, world->store, world->catalog, world->core);
    CHECK(core_recover(world->core, why, sizeof(why)) == SAGA_OK);
    CHECK(core_serve(world->core, world->now_ms) == SAGA_OK);
}

static void end(struct world *world)
{
    core_destroy(&world->core);
    peers_destroy(&world->peers);
    catalog_destroy(&world->catalog);
}

static void pass(struct world *world, uint32_t rounds)
{
    for (uint32_t i = 0; i < rounds && !world->has_failed; i++) {
        world->has_failed = core_round(world->core, world->now_ms) != SAGA_OK;
    }
}

/* A moment, or so long that all that waits is due; never past the year 9999. */
static void pass_time(struct world *world)
{
    static const int64_t steps_ms[] = {1,     500,     1000,     7000,
                                       60000, 3600000, 86400000, INT64_C(31536000000)};
    int64_t step_ms = steps_ms[draw(world, ARRAY_COUNT(steps_ms))];
    if (world->now_ms < INT64_C(200000000000000)) {
        world->now_ms += step_ms * (1 + draw(world, 16));
    }
    core_begin(world->core, world->now_ms);
    peers_tick(world->peers, world->now_ms);
    pass(world, ROUNDS);
}

static void crash(struct world *world)
{
    end(world);
    store_memory_crash(world->store);
    world->has_failed = false;
    begin(world);
}

static void do_one(struct world *world)
{
    static void (*const deeds[])(struct world *) = {
        say_result, say_result, say_result, say_result,  say_request, say_request, ask_verb,
        ask_verb,   pass_time,  pass_time,  say_running, say_ready,   say_open,    say_open};
    uint32_t which = draw(world, 64);
    if (which == 63) {
        crash(world);
    } else {
        deeds[which % ARRAY_COUNT(deeds)](world);
    }
    pass(world, draw(world, 4));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct world *world = calloc(1, sizeof(*world));
    CHECK(world != NULL);
    log_open(LOG_ERROR, LOG_LOGFMT);
    world->now_ms = INT64_C(1764500000000);
    CHECK(store_memory_open(&world->store) == SAGA_OK);
    begin(world);
    for (size_t i = 0; i < ARRAY_COUNT(definitions); i++) {
        define(world, definitions[i]);
    }
    pass(world, ROUNDS);
    for (size_t i = 0; i < ARRAY_COUNT(definitions); i++) {
        CHECK(!world->asks[i].is_open);
    }
    CHECK(catalog_find(world->catalog, span_text("all"), 1) != NULL);
    CHECK(catalog_find(world->catalog, span_text("one"), 1) != NULL);
    CHECK(catalog_find(world->catalog, span_text("two"), 1) != NULL);
    say_ready(world);
    world->at = data;
    world->end = data + size;
    for (uint32_t i = 0; i < ENDLESS_MAX && world->at < world->end && !world->has_failed; i++) {
        do_one(world);
    }
    CHECK(!world->has_failed);
    crash(world);
    pass(world, ROUNDS);
    end(world);
    for (uint32_t i = 0; i < ASKS_MAX; i++) {
        CHECK(!world->asks[i].is_open);
    }
    world->store->ops->close(&world->store);
    free(world);
    return 0;
}
