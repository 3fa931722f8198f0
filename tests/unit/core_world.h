/* core_world.h - a world for the core: the store in memory, the real engine and peers, a wire that
 * records frames, a clock that tests move.
 *
 * Values are written and seen as JSON, with ' for ". What requests are answered and what leaves by
 * the wire is one line each of a log:
 *
 *   a1 ok trip-1 running              the answer to the request named a1
 *   a2 conflict                       a refusal
 *   send A task trip-1/flight/do#1    a frame to connection A
 */
#ifndef TESTS_CORE_WORLD_H
#define TESTS_CORE_WORLD_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/mp.h"
#include "core/core.h"
#include "core/decide.h"
#include "core/recover.h"
#include "core/requests.h"
#include "door/request.h"
#include "journal/verb.h"
#include "lib/outputs_now.h"
#include "peers/peers.h"
#include "store/catalog.h"
#include "store/inbox.h"
#include "store/store_memory.h"

enum {
    CORE_WORLD_LOG = 4 * 1024 * 1024,
    CORE_WORLD_ASKS = 160,
    CORE_WORLD_SAGAS = 150,
    CORE_WORLD_TURNS = 16
};

/* Two steps that can be undone, and what the saga gives back. */
#define TRIP                                                                                       \
    "{'saga':'trip','steps':["                                                                     \
    "{'step':'flight','action':'flights.book','compensate':'flights.cancel',"                      \
    "'retry':{'max_attempts':1}},"                                                                 \
    "{'step':'hotel','action':'hotels.reserve','compensate':'hotels.release',"                     \
    "'retry':{'max_attempts':1}},"                                                                 \
    "{'step':'mail','action':'mails.send','compensate':'none'}],"                                  \
    "'output':{'flight':'$.steps.flight.output'}}"

struct asked {
    char name[16];
    struct request request;
    struct buf source; /* DEFINE */
    struct buf value;  /* START: input */
    char text[3][LIMIT_SAGA_ID + 2];
    bool is_answered;
    struct answer answer; /* without its spans */
};

/* One saga's rows are as if the disk had lost or changed them. */
enum damage_kind { DAMAGE_NONE, DAMAGE_ROWS_GONE, DAMAGE_BYTE_FLIPPED };

struct damage {
    enum damage_kind kind;
    char saga[2 * LIMIT_SAGA_ID];
    uint32_t reads; /* times that somebody tried to read it */
    uint8_t body[LIMIT_MESSAGE_IN];
};

/* The store in memory, and a disk that may have little room, or be full. */
struct disk {
    struct store base;
    struct store *inner;
    bool is_low;          /* seen before anything is written */
    bool is_full;         /* seen when it is too late */
    uint32_t waits_found; /* steps that it has named as waiting for an event */
    uint64_t rows_read;   /* by the thread that decides, of sagas that it looks at */
    struct damage damage;
};

struct core_world {
    struct disk disk;
    struct catalog *catalog;
    struct core *core;
    struct peers *peers;
    struct desk desk;
    int64_t now_ms;
    uint64_t random;
    struct buf log;
    struct asked asked[CORE_WORLD_ASKS];
    uint32_t asked_count;
    uint8_t token[TOKEN_SIZE]; /* of the last task */
    char key[LIMIT_KEY + 1];
    enum saga_error failure;      /* what the last turn gave */
    const struct webhooks *hooks; /* set before world_restart() */
    struct outputs_now outputs;
};

/* ---- the store ---- */

static inline struct disk *disk_of(const struct store *store)
{
    return (struct disk *)(uintptr_t)store;
}

static inline void disk_facts(const struct store *store, struct store_facts *facts)
{
    disk_of(store)->inner->ops->facts(disk_of(store)->inner, facts);
}

static inline enum saga_error disk_submit(struct store *store, const struct rows *rows)
{
    struct disk *disk = disk_of(store);
    return disk->is_full ? SAGA_DISK_FULL : disk->inner->ops->submit(disk->inner, rows);
}

static inline enum saga_error disk_durable(struct store *store, uint64_t *count)
{
    return disk_of(store)->inner->ops->durable(disk_of(store)->inner, count);
}

static inline int disk_wake(const struct store *store)
{
    return disk_of(store)->inner->ops->wake(disk_of(store)->inner);
}

static inline uint64_t disk_room(struct store *store)
{
    return disk_of(store)->is_low ? 0 : UINT64_MAX;
}

/* SAGA_STORE_CORRUPT: the rows are gone. */
static inline enum saga_error spoil(struct damage *damage, struct saga_image *image)
{
    if (damage->kind == DAMAGE_NONE || !span_is(image->name, damage->saga)) {
        return SAGA_OK;
    }
    damage->reads++;
    if (damage->kind == DAMAGE_ROWS_GONE) {
        image->rows = NULL;
        image->row_count = 0;
        image->is_unreadable = true;
        image->flaw = (struct saga_flaw){.why = "a row is missing", .lsn = 7};
        return SAGA_STORE_CORRUPT;
    }
    struct span *body = &image->rows[image->row_count - 1].body;
    memcpy(damage->body, body->data, body->size);
    damage->body[1] ^= 0x40;
    body->data = damage->body;
    return SAGA_OK;
}

struct spoiled {
    struct damage *damage;
    store_image_fn fn;
    void *arg;
};

static inline enum saga_error spoil_one(const struct saga_image *image, void *arg)
{
    struct spoiled *spoiled = arg;
    struct saga_image own = *image;
    enum saga_error rc = spoil(spoiled->damage, &own);
    cr_assert(rc == SAGA_OK || own.is_unreadable);
    return spoiled->fn(&own, spoiled->arg);
}

static inline enum saga_error disk_load_awake(struct store *store, store_image_fn fn, void *arg)
{
    struct spoiled spoiled = {&disk_of(store)->damage, fn, arg};
    return disk_of(store)->inner->ops->load_awake(disk_of(store)->inner, spoil_one, &spoiled);
}

static inline enum saga_error disk_list_due(struct store *store, struct store_due *due,
                                            store_item_fn fn, void *arg)
{
    return disk_of(store)->inner->ops->list_due(disk_of(store)->inner, due, fn, arg);
}

static inline enum saga_error disk_load_definitions(struct store *store, store_definition_fn fn,
                                                    void *arg)
{
    return disk_of(store)->inner->ops->load_definitions(disk_of(store)->inner, fn, arg);
}

static inline enum saga_error disk_load_schedules(struct store *store, store_schedule_fn fn,
                                                  void *arg)
{
    return disk_of(store)->inner->ops->load_schedules(disk_of(store)->inner, fn, arg);
}

static inline enum saga_error disk_load_locks(struct store *store, store_lock_fn fn, void *arg)
{
    return disk_of(store)->inner->ops->load_locks(disk_of(store)->inner, fn, arg);
}

static inline enum saga_error disk_find_name(struct store *store, struct span text,
                                             struct name *found)
{
    return disk_of(store)->inner->ops->find_name(disk_of(store)->inner, text, found);
}

static inline enum saga_error disk_load_head(struct store *store, struct span name,
                                             struct arena *arena, struct store_item *item)
{
    disk_of(store)->rows_read++;
    return disk_of(store)->inner->ops->load_head(disk_of(store)->inner, name, arena, item);
}

static inline enum saga_error disk_load_one(struct store *store, struct span name,
                                            struct arena *arena, struct saga_image *image)
{
    enum saga_error rc =
        disk_of(store)->inner->ops->load_one(disk_of(store)->inner, name, arena, image);
    disk_of(store)->rows_read += rc == SAGA_OK ? image->row_count : 0;
    return rc == SAGA_OK ? spoil(&disk_of(store)->damage, image) : rc;
}

static inline enum saga_error disk_reader_open(struct store *store, struct store_reader **reader)
{
    return disk_of(store)->inner->ops->reader_open(disk_of(store)->inner, reader);
}

static uint64_t disk_inbox_count(const struct store *store)
{
    struct store *inner = disk_of(store)->inner;
    return inner->ops->inbox->count(inner);
}

static enum saga_error disk_inbox_find(struct store *store, struct span source, struct span id,
                                       struct arena *arena, struct inbox_found *found)
{
    struct store *inner = disk_of(store)->inner;
    return inner->ops->inbox->find(inner, source, id, arena, found);
}

static enum saga_error disk_inbox_load(struct store *store, uint64_t number, struct arena *arena,
                                       struct inbox_row *row)
{
    struct store *inner = disk_of(store)->inner;
    return inner->ops->inbox->load(inner, number, arena, row);
}

static enum saga_error disk_inbox_next(struct store *store, struct span name, uint64_t number,
                                       struct arena *arena, struct inbox_row *row)
{
    struct store *inner = disk_of(store)->inner;
    return inner->ops->inbox->next(inner, name, number, arena, row);
}

static enum saga_error disk_inbox_next_path(struct store *store, struct span name, struct span path,
                                            struct arena *arena, struct span *next)
{
    struct store *inner = disk_of(store)->inner;
    return inner->ops->inbox->next_path(inner, name, path, arena, next);
}

struct counted_waits {
    struct disk *disk;
    store_wait_fn fn;
    void *arg;
};

static enum saga_error count_wait(const struct store_wait *wait, void *arg)
{
    struct counted_waits *counted = arg;
    counted->disk->waits_found++;
    return counted->fn(wait, counted->arg);
}

static enum saga_error disk_inbox_waits(struct store *store, const struct wait_query *query,
                                        store_wait_fn fn, void *arg)
{
    struct store *inner = disk_of(store)->inner;
    struct counted_waits counted = {disk_of(store), fn, arg};
    return inner->ops->inbox->waits(inner, query, count_wait, &counted);
}

static enum saga_error disk_inbox_waits_of(struct store *store, struct span id, struct span name,
                                           store_wait_fn fn, void *arg)
{
    struct store *inner = disk_of(store)->inner;
    return inner->ops->inbox->waits_of(inner, id, name, fn, arg);
}

static enum saga_error disk_inbox_unrecalled(struct store *store, store_wait_fn fn, void *arg)
{
    struct store *inner = disk_of(store)->inner;
    return inner->ops->inbox->unrecalled(inner, fn, arg);
}

static const struct store_inbox_ops disk_inbox_ops = {
    .count = disk_inbox_count,
    .find = disk_inbox_find,
    .load = disk_inbox_load,
    .next = disk_inbox_next,
    .next_path = disk_inbox_next_path,
    .waits = disk_inbox_waits,
    .waits_of = disk_inbox_waits_of,
    .unrecalled = disk_inbox_unrecalled,
};

static const struct store_ops disk_ops = {
    .name = "disk",
    .facts = disk_facts,
    .submit = disk_submit,
    .durable = disk_durable,
    .wake = disk_wake,
    .room = disk_room,
    .load_awake = disk_load_awake,
    .list_due = disk_list_due,
    .load_definitions = disk_load_definitions,
    .load_schedules = disk_load_schedules,
    .load_locks = disk_load_locks,
    .find_name = disk_find_name,
    .load_head = disk_load_head,
    .load_one = disk_load_one,
    .inbox = &disk_inbox_ops,
    .reader_open = disk_reader_open,
};

/* ---- the wire ---- */

static inline struct span field(struct span map, const char *name)
{
    struct mp mp = mp_open(mp_find(map, span_text(name)));
    return mp_peek(&mp) == MP_STR ? mp_str(&mp) : span_text("");
}

static inline void note_task(struct core_world *world, struct span frame)
{
    struct span key = field(frame, "key");
    struct mp attempt = mp_open(mp_find(frame, span_text("attempt")));
    buf_format(&world->log, " %.*s#%d", (int)key.size, (const char *)key.data,
               (int)mp_int(&attempt));
    snprintf(world->key, sizeof(world->key), "%.*s", (int)key.size, (const char *)key.data);
    cr_assert(digest_unhex(field(frame, "token"), world->token, TOKEN_SIZE));
}

static inline enum saga_error world_send(struct span connection, struct span frame, void *arg)
{
    struct core_world *world = arg;
    struct span type = field(frame, "type");
    buf_format(&world->log, "send %.*s %.*s", (int)connection.size, (const char *)connection.data,
               (int)type.size, (const char *)type.data);
    if (span_is(type, "task")) {
        note_task(world, frame);
    }
    buf_text(&world->log, "\n");
    return SAGA_OK;
}

/* The text with ' for ", as msgpack. */
static inline void put_json(struct buf *out, const char *text)
{
    char *json = strdup(text);
    for (char *at = json; *at != '\0'; at++) {
        *at = *at == '\'' ? '"' : *at;
    }
    struct json_problem problem;
    cr_assert_eq(json_to_mp(span_text(json), out, &problem), SAGA_OK, "%s: %s", json,
                 problem.detail);
    free(json);
}

static inline void say(struct core_world *world, const char *connection, const char *text)
{
    struct buf frame;
    buf_open(&frame, LIMIT_MESSAGE_IN);
    put_json(&frame, text);
    core_begin(world->core, world->now_ms);
    peers_receive(world->peers, span_text(connection), buf_span(&frame), world->now_ms);
    buf_close(&frame);
}

static inline void serve_all(struct core_world *world)
{
    say(world, "A",
        "{'v':1,'type':'ready','instance':'one','window':8,'actions':['flights.book',"
        "'flights.cancel','hotels.reserve','hotels.release','mails.send']}");
}

/* The result of the task that left last. */
static inline void finish_task(struct core_world *world, const char *rest)
{
    char token[2 * TOKEN_SIZE + 1];
    char text[1024];
    digest_hex(span_of(world->token, TOKEN_SIZE), token);
    snprintf(text, sizeof(text), "{'v':1,'type':'result','key':'%s','attempt':1,'token':'%s',%s}",
             world->key, token, rest);
    say(world, "A", text);
}

#define OK_RESULT     "'status':'ok','output':{'number':7}"
#define FAILED_RESULT "'status':'failed','error':{'code':'full','message':'no','retryable':false}"

/* ---- requests ---- */

static inline void take_answer(struct request *request, const struct answer *answer)
{
    struct core_world *world = request->arg;
    struct asked *asked =
        (struct asked *)(void *)((uint8_t *)request - offsetof(struct asked, request));
    cr_assert(!asked->is_answered, "%s is answered twice", asked->name);
    asked->is_answered = true;
    asked->answer = *answer;
    buf_format(&world->log, "%s %s", asked->name, error_code(answer->error));
    if (answer->saga.size > 0) {
        buf_format(&world->log, " %.*s %s", (int)answer->saga.size, (const char *)answer->saga.data,
                   saga_state_name(answer->state));
    }
    if (answer->duplicate) {
        buf_text(&world->log, " duplicate");
    }
    if (answer->output.size > 0) {
        buf_text(&world->log, " ");
        cr_assert_eq(json_from_mp(answer->output, &world->log, JSON_COMPACT_STYLE), SAGA_OK);
    }
    if (request->kind == REQUEST_DEFINE && answer->error == SAGA_OK) {
        buf_format(&world->log, " version %u%s", answer->version,
                   answer->unchanged ? " unchanged" : "");
    }
    buf_text(&world->log, "\n");
}

static inline struct asked *asked_new(struct core_world *world, const char *name,
                                      enum request_kind kind)
{
    cr_assert(world->asked_count < CORE_WORLD_ASKS);
    struct asked *asked = &world->asked[world->asked_count++];
    snprintf(asked->name, sizeof(asked->name), "%s", name);
    buf_open(&asked->source, LIMIT_DEFINITION);
    buf_open(&asked->value, LIMIT_VALUE);
    asked->request = (struct request){.kind = kind, .answer = take_answer, .arg = world};
    return asked;
}

static inline struct span own_text(struct asked *asked, uint32_t which, const char *text)
{
    snprintf(asked->text[which], sizeof(asked->text[which]), "%s", text);
    return span_text(asked->text[which]);
}

static inline void ask(struct core_world *world, struct asked *asked)
{
    core_begin(world->core, world->now_ms);
    core_ask(&asked->request, world->core);
}

/* `same` is what makes the digests of two requests alike. */
static inline struct asked *start_of(struct core_world *world, const char *name, const char *saga,
                                     uint8_t same)
{
    struct asked *asked = asked_new(world, name, REQUEST_START);
    struct start_request *start = &asked->request.start;
    asked->request.definition = span_text("trip");
    start->name = own_text(asked, 0, saga);
    put_json(&asked->value, "{'who':'me'}");
    start->input = buf_span(&asked->value);
    memset(start->digest, same, sizeof(start->digest));
    memset(start->key_digest, same, sizeof(start->key_digest));
    return asked;
}

static inline void start(struct core_world *world, const char *name, const char *saga)
{
    ask(world, start_of(world, name, saga, 1));
}

static inline void start_waiting(struct core_world *world, const char *name, const char *saga,
                                 int64_t wait_ms)
{
    struct asked *asked = start_of(world, name, saga, 1);
    asked->request.wait_settled = true;
    asked->request.wants_output = true;
    asked->request.wait_ms = wait_ms;
    ask(world, asked);
}

static inline void start_keyed(struct core_world *world, const char *name, const char *saga,
                               const char *key, uint8_t same)
{
    struct asked *asked = start_of(world, name, saga, same);
    asked->request.start.key = own_text(asked, 1, key);
    ask(world, asked);
}

static inline void wait_for(struct core_world *world, const char *name, const char *saga,
                            int64_t wait_ms)
{
    struct asked *asked = asked_new(world, name, REQUEST_WAIT);
    asked->request.saga = own_text(asked, 0, saga);
    asked->request.wait_settled = true;
    asked->request.wants_output = true;
    asked->request.wait_ms = wait_ms;
    ask(world, asked);
}

static inline void verb_keyed(struct core_world *world, const char *name, enum verb verb,
                              const char *saga, const char *key)
{
    struct asked *asked = asked_new(world, name, REQUEST_VERB);
    asked->request.verb = (struct verb_request){.verb = verb,
                                                .saga = own_text(asked, 0, saga),
                                                .actor = span_text("ada"),
                                                .reason = span_text("because"),
                                                .key = own_text(asked, 1, key)};
    memset(asked->request.verb.digest, (int)verb + 1, sizeof(asked->request.verb.digest));
    ask(world, asked);
}

static inline void define(struct core_world *world, const char *name, const char *text)
{
    struct asked *asked = asked_new(world, name, REQUEST_DEFINE);
    struct buf value;
    buf_open(&value, LIMIT_DEFINITION);
    put_json(&value, text);
    struct span saga = field(buf_span(&value), "saga");
    asked->request.define.name =
        span_text(strncpy(asked->text[0], (const char *)saga.data, saga.size));
    cr_assert_eq(json_canonical(buf_span(&value), &asked->source), SAGA_OK);
    asked->request.define.source = buf_span(&asked->source);
    asked->request.define.actor = span_text("ada");
    digest_pair(asked->request.define.source, span_text(""), asked->request.define.digest);
    buf_close(&value);
    ask(world, asked);
}

/* ---- the world ---- */

static inline void draw(void *bytes, size_t size, void *arg)
{
    struct core_world *world = arg;
    uint8_t *at = bytes;
    for (size_t i = 0; i < size; i++) {
        world->random = world->random * UINT64_C(6364136223846793005) + 1442695040888963407u;
        at[i] = (uint8_t)(world->random >> 33);
    }
}

static inline void note_outbox(bool anew, void *arg)
{
    struct core_world *world = arg;
    buf_text(&world->log, anew ? "outbox anew\n" : "outbox\n");
}

/* The core, from what the store holds. */
static inline void world_begin(struct core_world *world)
{
    struct core_options options = {.store = &world->disk.base,
                                   .dead_ms = 6000,
                                   .sagas_max = CORE_WORLD_SAGAS,
                                   .random = draw,
                                   .random_arg = world,
                                   .hooks = world->hooks,
                                   .on_outbox = note_outbox,
                                   .outbox_arg = world};
    char why[256];
    cr_assert_eq(catalog_new(&world->catalog), SAGA_OK);
    options.catalog = world->catalog;
    cr_assert_eq(core_new(&options, &world->core), SAGA_OK);
    world->desk = (struct desk){.ask = core_ask, .arg = world->core};
    struct peers_options peers = {.heartbeat_ms = 2000,
                                  .dead_ms = 6000,
                                  .message_max = LIMIT_MESSAGE_IN,
                                  .server = "test",
                                  .endpoint = "tcp://test"};
    struct wire_ops wire = {.send = world_send, .arg = world};
    struct peers_reader reader = {0};
    cr_assert_eq(peers_new(&peers, &wire, &reader, &world->desk, &world->peers), SAGA_OK);
    peers_on_event(world->peers, core_event, world->core);
    core_set_peers(world->core, world->peers);
    outputs_now_set(&world->outputs, world->disk.inner, world->catalog, world->core);
    cr_assert_eq(core_recover(world->core, why, sizeof(why)), SAGA_OK, "%s", why);
    cr_assert_eq(core_serve(world->core, world->now_ms), SAGA_OK);
}

static inline void world_end(struct core_world *world)
{
    core_destroy(&world->core);
    peers_destroy(&world->peers);
    catalog_destroy(&world->catalog);
}

/* Some turns without new input: what can move, moves. */
static inline void turn(struct core_world *world)
{
    for (int i = 0; i < CORE_WORLD_TURNS; i++) {
        world->failure = core_round(world->core, world->now_ms);
    }
}

static inline struct core_world *world_open(void)
{
    struct core_world *world = calloc(1, sizeof(*world));
    world->disk.base.ops = &disk_ops;
    world->now_ms = 1000000;
    buf_open(&world->log, CORE_WORLD_LOG);
    cr_assert_eq(store_memory_open(&world->disk.inner), SAGA_OK);
    world_begin(world);
    define(world, "trip", TRIP);
    turn(world);
    buf_clear(&world->log);
    return world;
}

/* A world with one definition, and nobody to serve it. */
static inline struct core_world *world_defined(const char *definition)
{
    struct core_world *world = world_open();
    define(world, "d", definition);
    turn(world);
    buf_clear(&world->log);
    return world;
}

/* The same, with a participant that serves all its actions. */
static inline struct core_world *world_served(const char *definition)
{
    struct core_world *world = world_defined(definition);
    serve_all(world);
    turn(world);
    buf_clear(&world->log);
    return world;
}

/* The log without the heartbeats of a session that stays. */
static inline void forget_beats(struct core_world *world)
{
    static const char beat[] = "send A heartbeat\n";
    buf_write(&world->log, "", 1);
    char *log = (char *)world->log.data;
    for (char *at; (at = strstr(log, beat)) != NULL;) {
        memmove(at, at + strlen(beat), strlen(at + strlen(beat)) + 1);
    }
    buf_truncate(&world->log, strlen(log));
}

static inline void world_close(struct core_world *world)
{
    world_end(world);
    world->disk.inner->ops->close(&world->disk.inner);
    for (uint32_t i = 0; i < world->asked_count; i++) {
        cr_expect(world->asked[i].is_answered, "%s has no answer", world->asked[i].name);
        buf_close(&world->asked[i].source);
        buf_close(&world->asked[i].value);
    }
    buf_close(&world->log);
    free(world);
}

/* From now on this saga cannot be read; DAMAGE_NONE: it can be again. */
static inline void world_damage(struct core_world *world, enum damage_kind kind, const char *saga)
{
    world->disk.damage.kind = kind;
    world->disk.damage.reads = 0;
    snprintf(world->disk.damage.saga, sizeof(world->disk.damage.saga), "%s", saga);
}

/* The process dies and a new one starts. */
static inline void world_restart(struct core_world *world)
{
    world_end(world);
    store_memory_crash(world->disk.inner);
    world_begin(world);
}

/* What the log says since it was looked at last. */
static inline void expect(struct core_world *world, const char *lines)
{
    cr_assert(!buf_failed(&world->log));
    buf_write(&world->log, "", 1);
    cr_expect_str_eq((const char *)world->log.data, lines);
    buf_clear(&world->log);
}

/* These lines are among them. */
static inline void expect_within(struct core_world *world, const char *lines)
{
    cr_assert(!buf_failed(&world->log));
    buf_write(&world->log, "", 1);
    const char *log = (const char *)world->log.data;
    cr_expect_not_null(strstr(log, lines), "%s\nis not in\n%s", lines, log);
    buf_clear(&world->log);
}

/* Lets every task succeed until none leaves any more. */
static inline void run_to_end(struct core_world *world)
{
    for (int i = 0; i < 8; i++) {
        turn(world);
        if (world->key[0] != '\0') {
            finish_task(world, OK_RESULT);
        }
        world->key[0] = '\0';
    }
    turn(world);
}

#endif
