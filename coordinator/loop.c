/* loop.c - the only code that sees all the parts.
 *
 * Opening is a ladder: each part says for itself what is wrong. Serving is a few lines: wait, take
 * what has come, one round of the core. Signals arrive as bytes on a descriptor like everything
 * else. */
#include "loop.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/api.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/limits.h"
#include "base/log.h"
#include "core/core.h"
#include "core/desk.h"
#include "notify.h"
#include "outbox/courier.h"
#include "peers/router.h"
#include "core/outputs.h"
#include "core/recover.h"
#include "core/decide.h"
#include "core/full.h"
#include "looks.h"
#include "store/store_sqlite.h"

enum {
    SYNC_WAIT_NS = 250 * 1000,       /* longest look away from the socket while a batch syncs */
    HOLD_WAIT_NS = 100 * 1000,       /* the same while a small batch waits for more */
    FULL_WAIT_NS = 20 * 1000 * 1000, /* the same when no more can be taken anyway */
    EAGER_PIECES = 4,                /* an idle store gets work after so many pieces */
    JUMP_MS = 1000,                  /* by how much the host's clock is said to jump */
};
enum { RECEIVE_MAX = 16, WAKE_SIGNALS = 0, WAKE_DESK, WAKE_STORE, WAKE_LOOKS, WAKE_COUNT };
_Static_assert(LIMIT_BATCH_EVENTS % RECEIVE_MAX == 0, "a batch is received in whole pieces");

struct loop {
    const struct options *options;
    struct clock clock;
    struct clock_row remembers; /* the store, of the clock */
    int64_t host_lead_ms;       /* as of the round before: see core_set_host() */
    struct store *store;
    struct catalog *catalog;
    struct core *core;
    struct desk_queue *queue;
    struct desk desk;
    struct router *router;
    struct wire_ops wire;
    struct looks *looks;
    struct peers *peers;
    struct api *api;
    struct outbox *outbox;   /* NULL: no webhook is configured */
    struct courier *courier; /* its thread */
    int signals;
    int64_t drain_until_ms; /* 0 = not draining */
    _Atomic bool is_ready;  /* read by the HTTP thread */
    char why[512];
    char admin_path[OPTIONS_TEXT + 32];
    char tokens_path[OPTIONS_TEXT + 32];
};

static void random_bytes(void *bytes, size_t size, void *arg)
{
    (void)arg;
    digest_random(bytes, size);
}

static int64_t running_ms(void *arg)
{
    const struct loop *loop = arg;
    return clock_running_ms(&loop->clock);
}

static int64_t host_ms(void *arg)
{
    const struct loop *loop = arg;
    return clock_host_ms(&loop->clock);
}

static bool is_ready(void *arg)
{
    struct loop *loop = arg;
    return atomic_load(&loop->is_ready);
}

/* ---- opening ---- */

static int fail(const struct loop *loop, const char *what)
{
    log_line(LOG_ERROR, "cannot_start", "what", what, "why", loop->why, NULL);
    return 1;
}

static int open_signals(struct loop *loop)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    signal(SIGPIPE, SIG_IGN);
    /* Blocked before any thread starts, so that only the descriptor sees them. */
    loop->signals = sigprocmask(SIG_BLOCK, &set, NULL) == 0
                        ? signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC)
                        : -1;
    return loop->signals >= 0 ? 0 : fail(loop, "cannot take signals");
}

/* Test builds only: SAGAD_CRASH_AT=ROW[:before|:after] ends the process at a row's commit. */
static void read_crash(struct store_sqlite_options *store)
{
#ifdef SAGA_CRASH_HOOK
    const char *crash = getenv("SAGAD_CRASH_AT");
    if (crash) {
        store->crash_at_row = strtoull(crash, NULL, 10);
        store->crash_phase = strstr(crash, ":after") ? 1 : 0;
    }
#else
    store->crash_at_row = 0;
#endif
}

/* The file that says by how much the clocks are shifted (base/clock.h), read at the start and at
 * SIGHUP; NULL = they are not. In every build: people test their sagas against the sagad that they
 * have installed, and a saga that sleeps for a day is tested by letting the day pass. */
static const char *clock_file(void)
{
    return getenv("SAGAD_CLOCK_FILE");
}

static void log_jump(const char *event, int64_t by_ms, const char *what)
{
    char by[24];
    snprintf(by, sizeof(by), "%lld", (long long)by_ms);
    log_line(LOG_WARN, event, "#by_ms", by, "what", what, NULL);
}

static int open_store(struct loop *loop)
{
    const struct options *options = loop->options;
    if (mkdir(options->data, 0700) != 0 && errno != EEXIST) {
        snprintf(loop->why, sizeof(loop->why), "%.256s: %s", options->data, strerror(errno));
        return fail(loop, "cannot make the data folder");
    }
    struct store_sqlite_options store = {.path = options_store_path(options),
                                         .accept_loss = options->accept_loss};
    read_crash(&store);
    if (store_sqlite_open(&store, &loop->store, loop->why, sizeof(loop->why)) != SAGA_OK) {
        return fail(loop, "cannot open the store");
    }
    return 0;
}

/* Running time goes on from what the store knows. */
static int open_clock(struct loop *loop)
{
    struct store_facts facts;
    struct clock_reading reading;
    if (clock_file() && !clock_shift(&loop->clock, clock_file())) {
        return fail(loop, "cannot read the file of the test's clock");
    }
    if (clock_file()) {
        log_line(LOG_WARN, "clock_shifted", "file", clock_file(), "what",
                 "SAGAD_CLOCK_FILE moves the clocks: for tests only", NULL);
    }
    loop->store->ops->facts(loop->store, &facts);
    clock_read(&loop->clock, &reading);
    struct clock_past past = {.offset_ms = facts.clock.offset_ms,
                              .running_ms = facts.last.running_ms,
                              .host_ms = facts.last.host_ms};
    memcpy(past.boot, facts.clock.boot, sizeof(past.boot));
    loop->clock.offset_ms = clock_offset(&past, &reading);
    loop->remembers = (struct clock_row){.offset_ms = loop->clock.offset_ms};
    memcpy(loop->remembers.boot, reading.boot, sizeof(reading.boot));
    loop->host_lead_ms = reading.host_ms - running_ms(loop);
    if (reading.host_ms < past.host_ms) {
        log_jump("clock_behind", reading.host_ms - past.host_ms,
                 "the host's clock is behind the last record: no time counts as passed, unless the "
                 "host has not booted since");
    }
    return 0;
}

/* One look at both clocks: what the round that begins calls now. */
static int64_t look_at_clock(struct loop *loop)
{
    int64_t at_ms = running_ms(loop);
    int64_t host_lead_ms = host_ms(loop) - at_ms;
    int64_t by_ms = host_lead_ms - loop->host_lead_ms;
    if (by_ms > JUMP_MS || by_ms < -JUMP_MS) {
        log_jump("clock_jumped", by_ms, "times of day follow the host's clock, durations do not");
    }
    /* Both clocks are cut to milliseconds, each at another moment: their difference changes by one
     * from look to look, and times that are shown would change with it. */
    if (by_ms > 1 || by_ms < -1) {
        loop->host_lead_ms = host_lead_ms;
    }
    core_set_host(loop->core, loop->host_lead_ms);
    peers_set_host(loop->peers, loop->host_lead_ms);
    return at_ms;
}

static void on_outbox(bool anew, void *arg)
{
    struct loop *loop = arg;
    if (loop->outbox) {
        outbox_wake(loop->outbox, anew);
    }
}

/* Test builds only: a bound that tests set lower than the product has it; 0 = not set.
 *   SAGAD_NEAR_MS           a saga leaves memory for a wait of so long
 *   SAGAD_HTTP_PATIENCE_MS  an HTTP client is disconnected when it does nothing for so long
 *   SAGAD_HTTP_HELD         bytes that HTTP requests and their answers may hold */
static int64_t bound_for_tests(const char *name)
{
#ifdef SAGA_CRASH_HOOK
    const char *text = getenv(name);
    return text ? strtoll(text, NULL, 10) : 0;
#else
    MAYBE(name != NULL);
    return 0;
#endif
}

static int open_core(struct loop *loop)
{
    struct core_options options = {.store = loop->store,
                                   .dead_ms = loop->options->dead_ms,
                                   .sagas_max = (uint32_t)loop->options->sagas_max,
                                   .random = random_bytes,
                                   .hooks = &loop->options->webhooks,
                                   .on_outbox = on_outbox,
                                   .outbox_arg = loop};
    digest_random(&options.seed, sizeof(options.seed));
    options.clock = &loop->remembers;
    options.near_ms = bound_for_tests("SAGAD_NEAR_MS");
    if (catalog_new(&loop->catalog) != SAGA_OK) {
        return fail(loop, "out of memory");
    }
    options.catalog = loop->catalog;
    if (core_new(&options, &loop->core) != SAGA_OK ||
        desk_open(loop->core, &loop->queue) != SAGA_OK) {
        return fail(loop, "out of memory");
    }
    desk_make(loop->queue, &loop->desk);
    if (core_recover(loop->core, loop->why, sizeof(loop->why)) != SAGA_OK) {
        return fail(loop, "cannot go on from what the store holds");
    }
    return 0;
}

static int open_wire(struct loop *loop)
{
    const struct options *options = loop->options;
    if (router_open(options->listen, (uint32_t)options->message_max, &loop->router, loop->why,
                    sizeof(loop->why)) != SAGA_OK) {
        return fail(loop, "the wire");
    }
    router_wire(loop->router, &loop->wire);
    struct peers_reader reader;
    struct outputs_reader outputs;
    if (looks_open(loop->store, loop->catalog, loop->core, &loop->looks) != SAGA_OK) {
        return fail(loop, "out of memory");
    }
    looks_reader(loop->looks, &reader);
    looks_outputs(loop->looks, &outputs);
    core_set_outputs(loop->core, &outputs);
    struct peers_options peers = {.heartbeat_ms = options->heartbeat_ms,
                                  .dead_ms = options->dead_ms,
                                  .message_max = (uint32_t)options->message_max,
                                  .server = SAGAD_VERSION,
                                  .endpoint = router_endpoint(loop->router)};
    digest_random(&peers.seed, sizeof(peers.seed));
    if (peers_new(&peers, &loop->wire, &reader, &loop->desk, &loop->peers) != SAGA_OK) {
        return fail(loop, "out of memory");
    }
    peers_on_event(loop->peers, core_event, loop->core);
    core_set_peers(loop->core, loop->peers);
    return 0;
}

static int open_outbox(struct loop *loop)
{
    const struct options *options = loop->options;
    if (options->webhooks.count == 0) {
        return 0;
    }
    struct outbox_options outbox = {.hooks = &options->webhooks,
                                    .source = options->event_source,
                                    .desk = &loop->desk,
                                    .now_ms = running_ms,
                                    .wall_ms = host_ms,
                                    .arg = loop};
    digest_random(&outbox.seed, sizeof(outbox.seed));
    snprintf(loop->why, sizeof(loop->why), "out of memory");
    if (loop->store->ops->reader_open(loop->store, &outbox.reader) != SAGA_OK) {
        return fail(loop, "the outbox");
    }
    if (transport_curl_open(SAGAD_VERSION, &outbox.transport) != SAGA_OK) {
        outbox.reader->ops->close(&outbox.reader);
        return fail(loop, "the outbox");
    }
    if (outbox_new(&outbox, &loop->outbox) != SAGA_OK) {
        outbox.transport->ops->close(&outbox.transport);
        outbox.reader->ops->close(&outbox.reader);
        return fail(loop, "the outbox");
    }
    bool started = courier_start(loop->outbox, &loop->courier) == SAGA_OK;
    return started ? 0 : fail(loop, "the outbox");
}

static int open_http(struct loop *loop)
{
    snprintf(loop->admin_path, sizeof(loop->admin_path), "%s/admin.token", loop->options->data);
    snprintf(loop->tokens_path, sizeof(loop->tokens_path), "%s/tokens", loop->options->data);
    struct api_options api = {.listen = loop->options->http,
                              .token_path = loop->admin_path,
                              .tokens_path = loop->tokens_path,
                              .version = SAGAD_VERSION,
                              .desk = &loop->desk,
                              .catalog = loop->catalog,
                              .hooks = &loop->options->webhooks,
                              .store = loop->store,
                              .host_ms = host_ms,
                              .running_ms = running_ms,
                              .is_ready = is_ready,
                              .arg = loop,
                              .patience_ms = bound_for_tests("SAGAD_HTTP_PATIENCE_MS"),
                              .held_max = bound_for_tests("SAGAD_HTTP_HELD")};
    if (api_open(&api, &loop->api, loop->why, sizeof(loop->why)) != SAGA_OK) {
        return fail(loop, "HTTP");
    }
    return 0;
}

static void say_ready(struct loop *loop)
{
    char http[64];
    snprintf(http, sizeof(http), "http://127.0.0.1:%u", api_port(loop->api));
    const char *host = strrchr(loop->options->http, ':');
    if (host) {
        snprintf(http, sizeof(http), "http://%.*s:%u", (int)(host - loop->options->http),
                 loop->options->http, api_port(loop->api));
    }
    log_line(LOG_INFO, "serving", "version", SAGAD_VERSION, "wire", router_endpoint(loop->router),
             "http", http, "store", loop->options->store, NULL);
    log_ready();
    notify("READY=1");
}

/* ---- serving ---- */

static void drain(struct loop *loop, int64_t at_ms)
{
    struct peers_stats stats;
    char tasks[24];
    char at_most[24];
    peers_stats(loop->peers, &stats);
    snprintf(tasks, sizeof(tasks), "%llu", (unsigned long long)stats.in_flight);
    snprintf(at_most, sizeof(at_most), "%lld", (long long)loop->options->drain_timeout_ms);
    log_line(LOG_INFO, "draining", "#running_tasks", tasks, "#at_most_ms", at_most, NULL);
    notify("STOPPING=1");
    atomic_store(&loop->is_ready, false);
    core_drain(loop->core);
    peers_drain(loop->peers, loop->options->drain_timeout_ms, at_ms);
    loop->drain_until_ms = at_ms + loop->options->drain_timeout_ms;
}

/* What wire and store have seen, for operators: asked for by SIGHUP, and said at the end. */
static void log_counts(const struct loop *loop)
{
    struct peers_stats peers;
    struct core_stats core;
    peers_stats(loop->peers, &peers);
    core_stats(loop->core, &core);
    const uint64_t values[] = {peers.received,       peers.sent,     peers.bad,    peers.multipart,
                               peers.unknown_tokens, peers.sessions, peers.queued, peers.in_flight,
                               core.commits,         core.rows,      core.sagas};
    char texts[ARRAY_COUNT(values)][24];
    for (size_t i = 0; i < ARRAY_COUNT(values); i++) {
        snprintf(texts[i], sizeof(texts[i]), "%llu", (unsigned long long)values[i]);
    }
    log_line(LOG_INFO, "counts", "#received", texts[0], "#sent", texts[1], "#bad", texts[2],
             "#multipart", texts[3], "#unknown_tokens", texts[4], "#sessions", texts[5], "#queued",
             texts[6], "#in_flight", texts[7], "#commits", texts[8], "#rows", texts[9], "#sagas",
             texts[10], NULL);
}

static void reload(struct loop *loop)
{
    char why[512] = "out of memory";
    if (api_reload(loop->api, why, sizeof(why)) == SAGA_OK) {
        log_line(LOG_INFO, "reloaded", "what", "tokens", NULL);
    } else {
        log_line(LOG_ERROR, "not_reloaded", "what", "tokens", "why", why, NULL);
    }
    if (clock_file() && clock_shift(&loop->clock, clock_file())) {
        log_line(LOG_INFO, "reloaded", "what", "clock", NULL);
    }
    log_counts(loop);
}

static void take_signals(struct loop *loop, int64_t at_ms)
{
    struct signalfd_siginfo signal;
    while (read(loop->signals, &signal, sizeof(signal)) == (ssize_t)sizeof(signal)) {
        if (signal.ssi_signo == SIGHUP) {
            reload(loop); /* keys and services come later */
        } else if (loop->drain_until_ms > 0) {
            loop->drain_until_ms = 1; /* asked twice: at once */
        } else {
            drain(loop, at_ms);
        }
    }
}

static bool is_over(const struct loop *loop, int64_t at_ms)
{
    if (loop->drain_until_ms == 0) {
        return false;
    }
    struct peers_stats stats;
    peers_stats(loop->peers, &stats);
    bool quiet = stats.in_flight == 0 && core_is_idle(loop->core);
    return quiet || at_ms >= loop->drain_until_ms;
}

static int64_t timeout_ms(const struct loop *loop, int64_t at_ms)
{
    int64_t due_ms = core_next_due(loop->core);
    if (loop->drain_until_ms > 0 && loop->drain_until_ms < due_ms) {
        due_ms = loop->drain_until_ms;
    }
    if (due_ms == INT64_MAX) {
        return 1000;
    }
    int64_t left_ms = due_ms - at_ms;
    return left_ms < 0 ? 0 : left_ms > 1000 ? 1000 : left_ms;
}

/* While a batch syncs, nothing that came now could leave, and a small one is held back for more:
 * what comes is decided some at a time, not one wake-up each. The store's word that the batch is
 * durable ends the wait at once. A full batch that does not sync waits for room on the disk: the
 * sockets are not looked at then, for nothing of what they have can be taken. */
static void wait(struct loop *loop, const int *wakes, int64_t at_ms)
{
    int64_t wait_ms = timeout_ms(loop, at_ms);
    bool syncs = core_is_syncing(loop->core);
    bool is_full = core_is_full(loop->core);
    if (!syncs && !is_full && !core_is_holding(loop->core)) {
        router_wait(loop->router, wakes, WAKE_COUNT, wait_ms);
        return;
    }
    struct pollfd polled[] = {{.fd = wakes[WAKE_STORE], .events = POLLIN},
                              {.fd = wakes[WAKE_SIGNALS], .events = POLLIN}};
    struct timespec time = {.tv_nsec = is_full ? FULL_WAIT_NS
                                       : syncs ? SYNC_WAIT_NS
                                               : HOLD_WAIT_NS};
    MAYBE(ppoll(polled, ARRAY_COUNT(polled), &time, NULL) > 0);
}

/* Input until the batch is full: some messages at a time, for one may be large. */
static void receive(struct loop *loop, int64_t at_ms)
{
    core_begin(loop->core, at_ms);
    desk_take(loop->queue);
    for (uint32_t i = 0; i < LIMIT_BATCH_EVENTS / RECEIVE_MAX; i++) {
        bool enough = i >= EAGER_PIECES && !core_is_syncing(loop->core);
        if (enough || core_is_full(loop->core) ||
            router_receive(loop->router, loop->peers, RECEIVE_MAX, at_ms) < RECEIVE_MAX) {
            return;
        }
    }
}

/* The loop: wait, take what has come, let the core do its round. */
static int serve(struct loop *loop)
{
    const int wakes[WAKE_COUNT] = {[WAKE_SIGNALS] = loop->signals,
                                   [WAKE_DESK] = desk_wake(loop->queue),
                                   [WAKE_STORE] = loop->store->ops->wake(loop->store),
                                   [WAKE_LOOKS] = looks_wake(loop->looks)};
    int64_t at_ms = look_at_clock(loop);
    enum saga_error rc = core_serve(loop->core, at_ms);
    atomic_store(&loop->is_ready, rc == SAGA_OK);
    if (rc == SAGA_OK) {
        say_ready(loop);
    }
    while (rc == SAGA_OK && !is_over(loop, at_ms)) {
        wait(loop, wakes, at_ms);
        at_ms = look_at_clock(loop);
        take_signals(loop, at_ms);
        looks_take(loop->looks);
        receive(loop, at_ms);
        rc = core_round(loop->core, at_ms);
        atomic_store(&loop->is_ready,
                     loop->drain_until_ms == 0 && rc == SAGA_OK && !core_is_disk_full(loop->core));
    }
    log_counts(loop);
    if (rc != SAGA_OK) {
        log_line(LOG_ERROR, "stopping", "why", error_sentence(rc), "what",
                 "a restart goes on from what is durable", NULL);
    }
    return rc == SAGA_OK ? 0 : 1;
}

static void close_all(struct loop *loop)
{
    if (loop->queue) {
        desk_shut(loop->queue);
    }
    core_destroy(&loop->core);
    api_close(&loop->api);
    courier_stop(&loop->courier);
    outbox_destroy(&loop->outbox);
    desk_close(&loop->queue);
    looks_close(&loop->looks);
    peers_destroy(&loop->peers);
    router_close(&loop->router);
    catalog_destroy(&loop->catalog);
    if (loop->store) {
        loop->store->ops->close(&loop->store);
    }
    if (loop->signals >= 0) {
        close(loop->signals);
    }
}

int loop_run(const struct options *options)
{
    struct loop loop = {.options = options, .signals = -1};
    int (*const rungs[])(struct loop *) = {open_signals, open_store, open_clock,  open_core,
                                           open_wire,    open_http,  open_outbox, serve};
    int code = 0;
    for (size_t i = 0; i < ARRAY_COUNT(rungs) && code == 0; i++) {
        code = rungs[i](&loop);
    }
    close_all(&loop);
    if (code == 0) {
        log_line(LOG_INFO, "stopped", NULL);
    }
    return code;
}
