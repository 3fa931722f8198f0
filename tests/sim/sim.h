/* sim.h - the simulated world: what its parts share.
 *
 *   sim.c            seeds, totals, the run of one seed
 *   sim_draw.c       the generator, and what is drawn by it: weather, definitions
 *   sim_net.c        virtual time, connections, frames on their way
 *   sim_node.c       the coordinator: core, peers and the store in memory, on a disk that can fail
 *   sim_disk.c       its disk
 *   sim_party.c      participants
 *   sim_work.c       what a participant does with a task, and its database
 *   sim_client.c     clients on the wire, and the workers that finish what was answered `later`
 *   sim_event.c      events: who sends them, and what becomes of them
 *   sim_operator.c   a person with verbs
 *   sim_names.c      sagas, keys and attempts by their names
 *   sim_child.c      sagas that are steps of others
 *   sim_tick.c       sagas that the clock starts
 *   sim_open.c       open sagas, and the clients that drive them
 *   sim_watch.c      what is seen to become durable and to leave, and what must hold then
 *   sim_check.c      what must hold at a crash, on the way, and at rest
 *   sim_sleep.c      sagas that wait outside of memory
 *   sim_tell.c       what it says, and the coordinator's log */
#ifndef TESTS_SIM_H
#define TESTS_SIM_H

#include <stdio.h>
#include <stdlib.h>

#include "base/digest.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mp.h"
#include "core/state.h"
#include "lib/outputs_now.h"
#include "peers/state.h"

enum {
    SIM_SAGAS = 512,     /* of one seed: named ones, and others as they appear */
    SIM_MINTED = 64,     /* none is asked for where there are so many */
    SIM_DEFINITIONS = 3, /* at most */
    SIM_NAMED = 10,      /* at most */
    SIM_PARTIES = 4,     /* two services, each in up to two processes */
    SIM_JOBS = 48,       /* tasks that one process has taken */
    SIM_RESULTS = 128,   /* answers that it keeps until `done` */
    SIM_LATERS = 128,    /* tasks answered `later` */
    SIM_CONNS = 2000,    /* connections ever made */
    SIM_ASKS = 256,      /* requests that a client keeps until they are answered */
    SIM_ORDERS = 128,    /* verbs of the operator */
    SIM_POSTS = 32,      /* events on their way */
    SIM_SENT = 128,      /* events from outside */
    SIM_EVENTS = 1000,   /* in the inbox, ever */
    SIM_STEPS = 8,       /* of one saga: see sim_step_number() */
    SIM_OPENS = 3,       /* open sagas, at most */
    SIM_OPEN_STEPS = 4,  /* of one of them, at most */
    SIM_HOUR_MS = 3600 * 1000,
    SIM_HEARTBEAT_MS = 2000,
    SIM_DEAD_MS = 6000,
    SIM_DELAY_MAX = 2000,          /* of a frame: well below dead_ms, as heartbeats of TCP see to */
    SIM_CALM_MAX = 20 * 60 * 1000, /* after the storm all must be at rest within this */
    SIM_AFTER_REST_MS = 2 * SIM_DEAD_MS + 1000,
    SIM_SPIN_MAX = 2000, /* turns at one instant */
};

/* What happens in a run, counted. */
#define SIM_COUNT(name, text) COUNT_##name,
enum sim_count {
#include "sim_counts.def"
    COUNT_COUNT
};
#undef SIM_COUNT

/* Chances are in 1/1000. */
struct sim_weather {
    uint32_t loss;
    uint32_t doubling;
    uint32_t delay;
    uint32_t delay_max;
    uint32_t stall;
    uint32_t cut;    /* a cut, at each look */
    uint32_t death;  /* of a participant, at each look */
    uint32_t crash;  /* of the coordinator, at each look */
    uint32_t freeze; /* the same */
    uint32_t disk;   /* a full disk, at each look */
    uint32_t commit; /* a commit fails, at each look */
    uint32_t sync_max;
    uint32_t trouble; /* how often participants misbehave */
    uint32_t verbs;   /* how often the operator acts */
    int64_t storm_ms; /* how long it lasts */
};

/* An idempotency key as the world has seen it. */
struct sim_key {
    uint8_t digest[DIGEST_SIZE]; /* of the frozen request */
    uint32_t saga;
    uint32_t step;
    uint32_t run;
    enum task_kind kind;
    bool was_sent;
    /* Of a do, in the participants' database: */
    bool undo_sent; /* its undo has left the coordinator */
    bool done;
    bool undone;
    bool closed; /* the undo was recorded: with a barrier, no do any more */
    int64_t number;
    struct sim_key *doing; /* undo: its do; check: what it asks about */
    size_t size;
    uint8_t text[LIMIT_KEY];
};

/* What the rows say of an attempt. The first four are its key in the map. */
struct sim_attempt_id {
    uint64_t saga;
    uint32_t step;
    uint32_t kind;
    uint32_t run;
    uint32_t attempt;
};
struct sim_attempt {
    struct sim_attempt_id id;
    uint8_t token[TOKEN_SIZE];
    bool is_alone; /* intended while the saga went forward */
    char to[24];   /* the instance that it is for; empty: any */
    uint64_t commit;
    bool untaken; /* it was recorded that no participant took it */
    bool waiting; /* `later` is durable */
    bool final;   /* its answer is durable */
    bool spoilt;  /* its answer was not of the wire's form */
};

struct sim_saga {
    char name[LIMIT_SAGA_ID + 1];
    uint64_t id;           /* 0: not durable */
    bool is_open;          /* an open saga */
    int64_t timeout_ms;    /* of that */
    uint32_t definition;   /* which of the seed's */
    uint32_t version;      /* of that, as recorded; 0 = not yet */
    uint32_t head_version; /* as its head says */
    uint32_t starts_as;    /* version asked for at its start; 0 = the newest */
    uint32_t begun;        /* bit set of the steps that ever had a key */
    uint32_t resolved;     /* of those that a person has settled, once, rightly or not */
    bool acknowledged;     /* a client was told that it is started */
    int variant;           /* of its input, as acknowledged */
    bool rolled_back;      /* an operator was told that it will turn back */
    bool written_off;      /* terminated */
    bool alerted;          /* somebody was told that it is parked */
    uint32_t given_up;     /* bit set of steps that parked, as their child did, or were stuck */
    uint32_t crashes;      /* when its first row became durable */
    int64_t start_at_ms;   /* 0 = at once */
    int64_t at_ms;         /* of its last record */
    int64_t begun_ms;      /* running time at which its time limit began to count; 0 = not yet */
    bool is_paused;        /* as it was durable when that was looked at */
    bool has_key;          /* of its concurrency key, as its records say: */
    bool holds;
    uint64_t queued_at;   /* order of waiting; 0 = it does not */
    uint64_t queued_left; /* the same, when it completed: it may wait on in its place */
    int value;            /* of its input, as recorded */
    uint64_t mark;        /* events with greater numbers count */
    uint64_t started_by;
    uint32_t waits;                 /* bit set of the steps that wait for an event, as recorded */
    uint64_t turned;                /* number of the last event when it turned to a save-point */
    uint64_t unpromised[SIM_STEPS]; /* number of the last event when another version began */
    uint32_t woken;                 /* bit set of the steps that have waited before */
    uint64_t taken[SIM_STEPS];      /* number of the last event that each took */
    uint64_t waited_commit[SIM_STEPS]; /* when each began to wait */
    uint8_t key[2 * DIGEST_SIZE];
    enum saga_state state; /* as it is durable */
    uint64_t completed;    /* when it first was: a commit; 0 = never */
    uint64_t undone;       /* when it first was compensated, or terminated */
    uint64_t turned_back;  /* when all of it turned back */
    bool by_person;        /* a person has acted on it after it had completed */
    bool past_pivot;
    /* Of a child: */
    struct sim_saga *parent; /* NULL: nobody's child */
    uint32_t step;           /* of its parent */
    uint32_t run;
    /* Of a parent, by its steps: */
    uint32_t asks;                    /* bit set of those that wait for their child's end */
    uint64_t wanted_back;             /* while its pivot is such a step: a commit; 0 = not */
    bool stands_still;                /* paused, as its records say */
    uint64_t resumed;                 /* when its last pause ended: a commit; 0 = never */
    uint64_t pivot_done;              /* when such a pivot succeeded, and nobody has acted since */
    uint32_t held;                    /* bit set of those whose child is parked, as recorded */
    uint32_t asked_run[SIM_STEPS];    /* of the newest child asked for */
    uint64_t asked_commit[SIM_STEPS]; /* when it was */
};

struct sim_conn {
    bool open;      /* frames still arrive */
    bool up_open;   /* frames that left before the cut still arrive */
    bool gone_seen; /* the coordinator's side knows */
    bool is_client;
    uint32_t owner;
    int64_t last_ms[2]; /* when the last ordered frame arrives: up, down */
};

struct sim_job {
    bool used;
    bool applied;
    bool silent; /* will not answer by itself */
    struct sim_key *key;
    uint32_t attempt;
    uint8_t token[TOKEN_SIZE];
    int64_t arrived_ms;
    int64_t ttl_ms;
    int outcome;
    uint32_t serial;
};

struct sim_result {
    bool used;
    struct sim_key *key;
    uint32_t attempt;
    int64_t sent_ms;
    struct buf frame;
};

struct sim_party {
    uint32_t service;
    char instance[24];
    uint32_t life; /* counts its processes */
    bool up;
    bool barrier;
    bool welcomed;
    bool leaving;
    uint32_t conn; /* 0 = none */
    int64_t heard_ms;
    int64_t ready_ms;
    struct sim_job jobs[SIM_JOBS];
    struct sim_result results[SIM_RESULTS];
};

/* A task answered `later`, in the hands of a worker outside. It survives its participant. */
struct sim_later {
    bool used;
    bool applied;
    bool cancelled;
    struct sim_key *key;
    uint32_t attempt;
    uint8_t token[TOKEN_SIZE];
    uint32_t service;
    int64_t clock_ms; /* the coordinator's, ahead of the world's then */
    int64_t last_ms;  /* nothing may be applied after this */
};

enum sim_ask_kind { ASK_START, ASK_GET, ASK_WAIT, ASK_FINISH, ASK_OPEN };

enum sim_open_verb {
    SIM_OPEN_BEGIN,
    SIM_OPEN_REGISTER,
    SIM_OPEN_COMPLETE,
    SIM_OPEN_COMMIT,
    SIM_OPEN_ABORT
};

struct sim_ask {
    bool used;
    enum sim_ask_kind kind;
    uint32_t saga; /* START, GET, WAIT; SIM_SAGAS: minted; OPEN: which open saga */
    enum sim_open_verb verb;
    int variant;    /* START */
    uint32_t later; /* FINISH */
    uint32_t serial;
    int64_t again_ms;
    struct buf frame;
};

/* A step of an open saga, as it is durable; commits count from 1. */
struct sim_open_step {
    uint64_t registered; /* when its present run was; 0 = never */
    uint64_t completed;  /* when it was, with success; 0 = not */
    uint32_t run;
    bool failed;
    bool doubted; /* failed, in doubt */
};

/* An open saga and its client. */
struct sim_open {
    uint32_t saga;
    uint32_t step_count;
    uint32_t confirms; /* bit set of the steps that have one */
    /* The client: */
    int64_t begins_ms;
    bool is_gone;    /* for ever */
    bool is_refused; /* it was told that it cannot go on */
    int at;
    int said;
    uint32_t step;
    uint32_t asks;  /* that have no answer yet */
    uint64_t asked; /* the commits before the last was asked */
    struct sim_key *key;
    /* As it is durable: */
    uint64_t committed; /* when it was; 0 = not */
    uint64_t turned;    /* when it turned back */
    uint32_t index_count;
    uint32_t numbers[SIM_OPEN_STEPS]; /* of its steps, in the order of their first register */
    struct sim_open_step steps[SIM_OPEN_STEPS];
};

/* An event in the inbox; its place is its number. */
struct sim_event {
    char id[LIMIT_EVENT_ID + 1];
    uint32_t name;
    int value;
    const struct sim_saga *target; /* NULL: for all */
    uint64_t commit;
    bool is_acknowledged;
    uint32_t delivered;
};

/* What somebody outside has sent, so that it can be sent again. */
struct sim_sent {
    char id[16];
    uint32_t name;
    int value;
    uint32_t target; /* SIM_SAGAS: for all */
};

/* An event that has no answer yet. */
struct sim_post {
    bool used;
    bool is_asked; /* the coordinator has it */
    bool is_again; /* it was answered before */
    char id[16];
    uint32_t name;
    int value;
    uint32_t target;
    int64_t again_ms;
    struct buf data;
    struct request request;
};

struct sim_order {
    struct request request;
    uint32_t saga;
    bool used;
    struct span names[LIMIT_NAME / 8];
    char texts[LIMIT_NAME / 8][8];
    char name[LIMIT_SAGA_ID + 1];
    struct buf source; /* of a definition */
};

struct sim_disk {
    struct store base;
    struct store *inner;
    const struct rows *pending;
    int64_t ready_ms; /* of the pending one */
    uint64_t durable;
    uint64_t last_lsn;
    bool is_full;
};

struct sim_node {
    struct sim_disk disk;
    struct catalog *catalog;
    struct core *core; /* NULL: down */
    struct outputs_now outputs;
    struct peers *peers;
    struct desk desk;
    int64_t clock_ms;           /* its running time is ahead of the world's by this */
    int64_t host_ms;            /* and its host's clock by this */
    uint32_t boots;             /* of its host */
    int64_t booted_ms;          /* when that did last */
    struct clock_row remembers; /* the store of the clock */
    int64_t running_ms;         /* of the last row */
    int64_t frozen_ms;          /* until then it does nothing */
    int64_t back_ms;            /* down: when it starts again */
    uint32_t sends_left;        /* it dies at the n-th frame sent; 0 = not */
    int64_t drain_ms;           /* draining: it ends then; 0 = not */
    bool dies_at_commit;
    bool dead; /* it has died; nothing it does counts any more */
    uint64_t random;
    uint32_t crashes;
};

struct sim {
    uint64_t seed;
    uint64_t state; /* of the generator */
    bool is_verbose;
    bool is_calm;
    int64_t now_ms;
    struct heap queue;
    uint64_t tie;
    struct sim_weather weather;
    struct sim_node node;
    struct sim_conn conns[SIM_CONNS];
    uint32_t conn_count;
    struct sim_party parties[SIM_PARTIES];
    uint32_t party_count;
    bool barriers[2]; /* of the services */
    struct sim_later laters[SIM_LATERS];
    uint32_t later_count;
    uint32_t client_conn;
    struct sim_ask asks[SIM_ASKS];
    uint32_t ask_count;
    struct sim_order *orders;
    uint32_t order_count;
    struct sim_saga sagas[SIM_SAGAS];
    uint32_t saga_count;
    uint32_t named_count;
    uint64_t queued_count;
    struct sim_open opens[SIM_OPENS];
    uint32_t open_count;
    struct sim_post posts[SIM_POSTS];
    struct sim_sent sent[SIM_SENT];
    uint32_t sent_count;
    uint32_t goes; /* events that start sagas */
    struct sim_event events[SIM_EVENTS];
    uint32_t event_count;
    uint64_t commits;
    uint32_t definition_count;
    uint64_t drawn_from[SIM_DEFINITIONS]; /* the generator, before each */
    bool has_versions;                    /* two of each definition */
    bool has_children;
    bool has_schedules;                    /* ticks each hour */
    int64_t defined_ms[SIM_DEFINITIONS];   /* by the coordinator's clock */
    int64_t last_tick_ms[SIM_DEFINITIONS]; /* that has started a saga */
    uint32_t ticks[SIM_DEFINITIONS];       /* that have */
    int64_t marks_ms[SIM_DEFINITIONS];     /* as they are durable */
    uint64_t served;                       /* the commits before the coordinator's present life */
    struct map keys;
    struct map attempts;
    struct arena memory;
    struct buf out; /* a message being packed */
    struct buf scratch;
    uint32_t job_serial;
    uint64_t counts[COUNT_COUNT];
};

enum sim_what {
    SIM_FRAME_UP,
    SIM_FRAME_DOWN,
    SIM_CUT_SEEN,   /* a: conn */
    SIM_PARTY_TICK, /* a: party */
    SIM_JOB_DONE,   /* a: party, b: serial */
    SIM_LATER_DONE, /* a: later */
    SIM_CLIENT_TICK,
    SIM_OPERATOR_TICK,
    SIM_TROUBLE,
    SIM_WAKE,  /* the node: sync done, thawed, started again */
    SIM_SPACE, /* the disk has room again */
    SIM_CALM,
};

struct sim_happening {
    struct heap_node node;
    enum sim_what what;
    uint32_t a;
    uint32_t b;
    size_t size;
    uint8_t bytes[];
};

static inline void sim_tally(struct sim *sim, enum sim_count which)
{
    sim->counts[which]++;
}

/* sim_tell.c */
/* Whose log it is from now on. */
void sim_tell_of(struct sim *sim);
/* Says which invariant does not hold, and how to see it again; does not return. */
_Noreturn void sim_violated(struct sim *sim, const char *invariant, const char *format, ...)
    PRINTF_LIKE(3, 4);
void sim_say(const struct sim *sim, const char *format, ...) PRINTF_LIKE(2, 3);

/* sim_draw.c */
uint32_t sim_draw(struct sim *sim, uint32_t below);
bool sim_chance(struct sim *sim, uint32_t in_thousand);
void sim_draw_weather(struct sim *sim);
/* The JSON of a definition called d<index>, with ' for ". Its second version begins as the first.
 */
void sim_draw_definition(struct sim *sim, uint32_t index, bool is_second, struct buf *out);

/* sim_net.c */
void sim_net_schedule(struct sim *sim, enum sim_what what, int64_t due_ms, uint32_t a, uint32_t b);
struct sim_happening *sim_net_next(struct sim *sim, int64_t until_ms);
void sim_net_close(struct sim *sim);
uint32_t sim_net_connect(struct sim *sim, bool is_client, uint32_t owner);
void sim_net_cut(struct sim *sim, uint32_t conn);
/* Puts a frame on its way. */
void sim_net_up(struct sim *sim, uint32_t conn, struct span frame);
void sim_net_down(struct sim *sim, uint32_t conn, struct span frame);
struct span sim_text(struct span frame, const char *key);
int64_t sim_int(struct span frame, const char *key);
/* Begins a message in sim->out. */
void sim_begin(struct sim *sim, const char *type, uint32_t pairs);
void sim_put_text(struct sim *sim, const char *key, struct span text);
void sim_put_int(struct sim *sim, const char *key, int64_t number);

/* sim_disk.c */
extern const struct store_ops sim_disk_ops;

struct moment;
struct record;

/* sim_clock.c */
/* What the host's clock shows. */
int64_t sim_host_ms(const struct sim *sim);
/* The coordinator starts: how its clock goes on. */
void sim_clock_open(struct sim *sim);
/* The coordinator looks at the host's clock. */
void sim_clock_tell(struct sim *sim);
/* The host's clock is set; the host boots. */
void sim_clock_jump(struct sim *sim);
void sim_clock_boot(struct sim *sim);
/* A record is durable. */
void sim_clock_note(struct sim *sim, uint64_t saga, const struct record *record,
                    const struct moment *moment);

/* sim_node.c */
void sim_node_open(struct sim *sim);
void sim_node_close(struct sim *sim);
void sim_node_receive(struct sim *sim, uint32_t conn, struct span frame);
/* Its share of this instant. */
void sim_node_turn(struct sim *sim);
/* When it has something to do next, in the world's time. */
int64_t sim_node_due(const struct sim *sim);
void sim_node_crash(struct sim *sim, int64_t down_ms);
bool sim_node_is_up(const struct sim *sim);
void sim_node_ask(struct sim *sim, struct request *request);
void sim_node_trouble(struct sim *sim);
void sim_node_calm(struct sim *sim);

/* sim_party.c */
void sim_party_open(struct sim *sim);
void sim_party_close(struct sim *sim);
void sim_party_tick(struct sim *sim, uint32_t party);
void sim_party_receive(struct sim *sim, uint32_t party, struct span frame);
void sim_party_die(struct sim *sim, uint32_t party);
void sim_party_answer(struct sim *sim, struct sim_party *party, const struct sim_result *result);
const char *sim_party_unrest(const struct sim *sim);

/* sim_work.c */
void sim_work_take(struct sim *sim, uint32_t party, struct span frame);
void sim_work_cancel(struct sim *sim, uint32_t party, struct span frame);
void sim_work_done(struct sim *sim, uint32_t party, uint32_t serial);
/* `done` has named this answer. */
void sim_work_acknowledged(struct sim *sim, const struct sim_result *result, bool is_ok);
/* The worker outside finishes; or, cancelled, says that it did nothing. */
void sim_work_finish(struct sim *sim, uint32_t later);
void sim_work_calm(struct sim *sim);

/* sim_client.c */
void sim_client_tick(struct sim *sim);
void sim_client_receive(struct sim *sim, struct span frame);
void sim_client_finish(struct sim *sim, uint32_t later, bool is_ok);
void sim_client_close(struct sim *sim);
/* A request: NULL = there are too many. It begins in sim->out; then is kept and sent. */
struct sim_ask *sim_client_take(struct sim *sim, enum sim_ask_kind kind);
void sim_client_begin(struct sim *sim, const struct sim_ask *ask, const char *type, uint32_t pairs);
void sim_client_keep(struct sim *sim, struct sim_ask *ask);
/* Nobody waits for its answer any more. */
void sim_client_drop(struct sim_ask *ask);
bool sim_client_is_at_rest(const struct sim *sim);

/* sim_event.c */
struct record;
void sim_event_tick(struct sim *sim);
void sim_event_calm(struct sim *sim);
bool sim_event_is_at_rest(const struct sim *sim);
void sim_event_close(struct sim *sim);
void sim_event_note_inbox(struct sim *sim, const struct rows *rows);
void sim_event_note(struct sim *sim, struct sim_saga *saga, const struct record *record);
/* It may wait for ever: for an event, without a time limit. */
bool sim_event_keeps(const struct sim *sim, const struct sim_saga *saga);
/* At rest: what this step waits for has not come, and all have started what they start. */
void sim_event_check_wait(struct sim *sim, const struct sim_saga *saga, uint32_t step);
void sim_event_check_starts(struct sim *sim);

/* sim_operator.c */
void sim_operator_define(struct sim *sim, uint32_t definition, bool is_second);
void sim_operator_tick(struct sim *sim);
/* Resumes whatever is paused. */
void sim_operator_calm(struct sim *sim);
void sim_operator_close(struct sim *sim);

/* sim_names.c */
struct sim_saga *sim_saga_named(struct sim *sim, struct span name);
const struct definition *sim_definition(const struct sim *sim, const struct sim_saga *saga);
/* Steps have the numbers in their names, whatever their places, and then come the items of the one
 * fan-out that there may be: so they have the same ones in all versions. */
enum { SIM_ITEMS = 2, SIM_FAN = SIM_STEPS - SIM_ITEMS };
uint32_t sim_step_count(const struct definition *definition);
const struct step_spec *sim_spec(const struct definition *definition, uint32_t number);
/* NULL: this version has no such step. */
const struct step_spec *sim_find_spec(const struct definition *definition, uint32_t number);
/* The number of item `item` (from 1; 0 = the step itself) of a step by its place. */
uint32_t sim_step_number(const struct definition *definition, uint32_t place, uint32_t item);
/* SAGA_MIGRATED has become durable. */
void sim_names_migrate(struct sim *sim, struct sim_saga *saga, uint32_t version);
struct sim_key *sim_key_of(struct sim *sim, struct span text);
/* What the rows say of an attempt; NULL: nothing. */
struct sim_attempt *sim_attempt_of(struct sim *sim, const struct sim_attempt_id *id);
struct sim_attempt *sim_attempt_of_key(struct sim *sim, const struct sim_key *key, int64_t attempt);
/* An effect of this step stands in the participants' databases. */
uint32_t sim_stands(struct sim *sim, uint32_t saga, uint32_t step);

/* sim_watch.c */
/* These rows have become durable. */
void sim_watch_commit(struct sim *sim, const struct rows *rows);
/* This frame leaves the coordinator. */
void sim_watch_send(struct sim *sim, uint32_t conn, struct span frame);
/* This attempt is about to take effect, or to look. */
void sim_watch_act(struct sim *sim, const struct sim_key *key, uint32_t number);
/* This attempt is answered by what is no answer. */
void sim_watch_spoil(struct sim *sim, const struct sim_key *key, uint32_t number);
/* A do is about to take effect. */
void sim_watch_apply(struct sim *sim, const struct sim_key *key, uint32_t service);
/* A client was told that this token's task is finished. */
void sim_watch_finished(struct sim *sim, const struct sim_key *key, uint32_t attempt);
/* The undo of this step has begun. */
void sim_watch_order(struct sim *sim, const struct sim_saga *saga, uint32_t step);

/* sim_lock.c */
void sim_lock_note(struct sim *sim, struct sim_saga *saga, const struct record *record);
/* It waits for a key that others hold. */
bool sim_lock_is_blocked(const struct sim *sim, const struct sim_saga *saga);

/* sim_child.c */
/* Its first row has become durable: whose child it is. */
void sim_child_note_saga(struct sim *sim, struct sim_saga *saga);
void sim_child_note(struct sim *sim, struct sim_saga *saga, const struct record *record);
void sim_child_note_heads(struct sim *sim, const struct rows *rows);
/* So many children of this step have effects, or may still have. */
uint32_t sim_child_stand(struct sim *sim, const struct sim_saga *parent, uint32_t step);
/* The same at rest: a person's reversal of a child is that person's. */
uint32_t sim_child_count(struct sim *sim, const struct sim_saga *parent, uint32_t step);
bool sim_child_was_moved(const struct sim *sim, const struct sim_saga *parent, uint32_t step);
/* It may wait for ever: for the end of a child that itself does, and is not parked. */
bool sim_child_keeps(const struct sim *sim, const struct sim_saga *saga);

/* sim_tick.c */
/* Begins the coordinator's clock shortly before a tick. */
void sim_tick_open(struct sim *sim);
void sim_tick_note(struct sim *sim, const struct sim_saga *saga, const struct record *record);
/* The marks of this commit are those of the ticks that it starts sagas for. */
void sim_tick_note_marks(struct sim *sim, const struct rows *rows);
/* Another will be before the end: there is no rest yet. */
bool sim_tick_is_near(const struct sim *sim);
void sim_tick_check_starts(struct sim *sim);

/* sim_sleep.c */
void sim_check_sleepers(struct sim *sim);
/* NULL: no saga has still to move. */
const char *sim_sleep_unrest(struct sim *sim);
void sim_sleep_find_paused(struct sim *sim);
void sim_sleep_tally(struct sim *sim, const struct rows *rows);

/* sim_open.c */
struct view;
void sim_open_open(struct sim *sim);
void sim_open_tick(struct sim *sim);
bool sim_open_is_at_rest(const struct sim *sim);
void sim_open_reply(struct sim *sim, const struct sim_ask *ask, struct span frame);
/* false: nothing explains this error. */
bool sim_open_refused(struct sim *sim, const struct sim_ask *ask, struct span code);
/* Gives the number of the step that the record is of. */
uint32_t sim_open_note(struct sim *sim, const struct sim_saga *saga, const struct record *record);
void sim_open_watch_task(struct sim *sim, struct sim_key *key, struct span frame, int64_t attempt);
/* A confirmation takes effect. */
void sim_open_confirm(struct sim *sim, struct sim_key *key);
void sim_open_check(struct sim *sim, const struct sim_saga *saga, const struct view *view);

/* sim_check.c */
void sim_check_replay(struct sim *sim);
void sim_check_bounds(struct sim *sim);
/* What is not at rest; NULL: nothing. */
const char *sim_check_unrest(struct sim *sim);
void sim_check_end(struct sim *sim);

#endif
