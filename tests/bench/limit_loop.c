/* limit_loop.c - what the machine can give: the bare loop of the same libraries, beside which
 * tests/bench/run measures sagad.
 *
 * It does what no coordinator can do without: messages over a ROUTER, one row per saga and commit
 * in an append table (WAL, synchronous=FULL), nothing sent before its commit. It has no
 * definitions, no checks, no timers, no protocol: positions instead of names, slots instead of ids.
 * Modes:
 *
 *     chain   client process -> ROUTER -> participant process, four commits on a saga's path
 *     sqlite  the same rows committed in batches of --inflight, no messages
 *     zmq     the same messages, nothing stored
 *
 * Prints one line of JSON: sagas, seconds, latency in us, CPU seconds of the loop. */
#include <getopt.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

enum { BODY_SIZE = 120, MESSAGE_SIZE = 240, STEPS = 3, SLOTS_MAX = 8192 };

struct message {
    uint32_t slot;
    uint32_t step;
    uint8_t padding[MESSAGE_SIZE - 8];
};

struct loop {
    sqlite3 *db;
    sqlite3_stmt *insert;
    sqlite3_stmt *head;
    void *router;
    uint64_t saga[SLOTS_MAX];
    uint64_t last_saga;
    uint64_t lsn;
    uint64_t done;
    bool refuse;
    bool stores;
    bool sends;
};

static void die(const char *what)
{
    fprintf(stderr, "limit_loop: %s\n", what);
    exit(1);
}

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double cpu_s(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_utime.tv_sec + (double)usage.ru_utime.tv_usec / 1e6 +
           (double)usage.ru_stime.tv_sec + (double)usage.ru_stime.tv_usec / 1e6;
}

static void run_sql(sqlite3 *db, const char *sql)
{
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) {
        die(sqlite3_errmsg(db));
    }
}

static void open_store(struct loop *loop, const char *path)
{
    if (sqlite3_open(path, &loop->db) != SQLITE_OK) {
        die("cannot open the file");
    }
    run_sql(loop->db,
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
            "PRAGMA wal_autocheckpoint=4000; PRAGMA cache_size=-65536;"
            "CREATE TABLE event(lsn INTEGER PRIMARY KEY, saga INTEGER NOT NULL,"
            " seq INTEGER NOT NULL, prev INTEGER NOT NULL, body BLOB NOT NULL) STRICT;"
            "CREATE TABLE saga(saga INTEGER PRIMARY KEY, state INTEGER NOT NULL) STRICT");
    if (sqlite3_prepare_v2(loop->db, "INSERT INTO event VALUES(?,?,?,?,?)", -1, &loop->insert,
                           NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(loop->db, "INSERT OR REPLACE INTO saga VALUES(?,?)", -1, &loop->head,
                           NULL) != SQLITE_OK) {
        die(sqlite3_errmsg(loop->db));
    }
}

static void step(sqlite3_stmt *statement)
{
    if (sqlite3_step(statement) != SQLITE_DONE) {
        die("a statement failed");
    }
    sqlite3_reset(statement);
}

static void store(struct loop *loop, const struct message *messages, size_t count)
{
    static const uint8_t body[BODY_SIZE];
    run_sql(loop->db, "BEGIN IMMEDIATE");
    for (size_t i = 0; i < count; i++) {
        uint32_t at = messages[i].step;
        uint64_t saga = loop->saga[messages[i].slot];
        uint32_t last = loop->refuse ? 5 : STEPS;
        sqlite3_bind_int64(loop->insert, 1, (sqlite3_int64)++loop->lsn);
        sqlite3_bind_int64(loop->insert, 2, (sqlite3_int64)saga);
        sqlite3_bind_int(loop->insert, 3, (int)at);
        sqlite3_bind_int64(loop->insert, 4, 0);
        sqlite3_bind_blob(loop->insert, 5, body, BODY_SIZE, SQLITE_STATIC);
        step(loop->insert);
        if (at == 0 || at == last) {
            sqlite3_bind_int64(loop->head, 1, (sqlite3_int64)saga);
            sqlite3_bind_int(loop->head, 2, (int)at);
            step(loop->head);
        }
    }
    run_sql(loop->db, "COMMIT");
}

/* The other side of the socket: who = 'p' answers tasks, 'c' starts sagas and takes latencies. */
static void *dealer(const char *endpoint, char who)
{
    void *context = zmq_ctx_new();
    void *socket = zmq_socket(context, ZMQ_DEALER);
    int limit = 200000;
    zmq_setsockopt(socket, ZMQ_SNDHWM, &limit, sizeof(limit));
    zmq_setsockopt(socket, ZMQ_RCVHWM, &limit, sizeof(limit));
    zmq_setsockopt(socket, ZMQ_ROUTING_ID, &who, 1);
    if (zmq_connect(socket, endpoint) != 0) {
        die("connect");
    }
    zmq_send(socket, "", 0, 0);
    return socket;
}

static void participate(const char *endpoint)
{
    void *socket = dealer(endpoint, 'p');
    struct message message;
    while (zmq_recv(socket, &message, sizeof(message), 0) == sizeof(message)) {
        zmq_send(socket, &message, sizeof(message), 0);
    }
    exit(0);
}

static int by_size(const void *a, const void *b)
{
    double left = *(const double *)a;
    double right = *(const double *)b;
    return left < right ? -1 : left > right;
}

static void request(const char *endpoint, uint32_t inflight, double seconds, int out)
{
    void *socket = dealer(endpoint, 'c');
    static double begun[SLOTS_MAX];
    size_t count = 0;
    size_t room = 4 * 1024 * 1024;
    double *samples = calloc(room, sizeof(*samples));
    struct message message = {0};
    zmq_recv(socket, &message, sizeof(message), 0); /* all are there */
    double start = now_s();
    for (uint32_t i = 0; i < inflight; i++) {
        message = (struct message){.slot = i};
        begun[i] = now_s();
        zmq_send(socket, &message, sizeof(message), 0);
    }
    while (now_s() - start < seconds) {
        zmq_recv(socket, &message, sizeof(message), 0);
        double now = now_s();
        if (samples && count < room) {
            samples[count++] = now - begun[message.slot];
        }
        begun[message.slot] = now;
        message.step = 0;
        zmq_send(socket, &message, sizeof(message), 0);
    }
    double took = now_s() - start;
    if (samples && count > 0) {
        qsort(samples, count, sizeof(*samples), by_size);
        double result[4] = {(double)count, took, samples[count / 2] * 1e6,
                            samples[count * 99 / 100] * 1e6};
        if (write(out, result, sizeof(result)) != sizeof(result)) {
            exit(1);
        }
    }
    exit(0);
}

static void send_to(struct loop *loop, char who, const struct message *message)
{
    zmq_send(loop->router, &who, 1, ZMQ_SNDMORE);
    zmq_send(loop->router, message, sizeof(*message), 0);
}

/* One turn: all that has come, one commit, then everything leaves. */
static void turn(struct loop *loop, struct message *batch)
{
    size_t count = 0;
    char who;
    int flags = 0;
    uint32_t last = loop->refuse ? 5 : STEPS;
    while (count < SLOTS_MAX && zmq_recv(loop->router, &who, 1, flags) == 1) {
        struct message *message = &batch[count];
        zmq_recv(loop->router, message, sizeof(*message), 0);
        if (who == 'c') {
            loop->saga[message->slot] = ++loop->last_saga;
            message->step = 0;
        } else {
            message->step++;
        }
        count++;
        flags = ZMQ_DONTWAIT;
    }
    if (loop->stores && count > 0) {
        store(loop, batch, count);
    }
    for (size_t i = 0; i < count; i++) {
        bool over = batch[i].step == last;
        loop->done += over ? 1 : 0;
        send_to(loop, over ? 'c' : 'p', &batch[i]);
    }
}

static void run_messages(struct loop *loop, uint32_t inflight, double seconds)
{
    char endpoint[128];
    size_t size = sizeof(endpoint);
    int limit = 200000;
    int mandatory = 1;
    int out[2];
    void *context = zmq_ctx_new();
    /* A port is taken first and given to the children before ZeroMQ has any thread here. */
    void *probe = zmq_socket(context, ZMQ_ROUTER);
    if (zmq_bind(probe, "tcp://127.0.0.1:*") != 0 ||
        zmq_getsockopt(probe, ZMQ_LAST_ENDPOINT, endpoint, &size) != 0 || pipe(out) != 0) {
        die("bind");
    }
    zmq_close(probe);
    zmq_ctx_term(context);
    pid_t participant = fork();
    if (participant == 0) {
        participate(endpoint);
    }
    pid_t client = fork();
    if (client == 0) {
        request(endpoint, inflight, seconds, out[1]);
    }
    context = zmq_ctx_new();
    loop->router = zmq_socket(context, ZMQ_ROUTER);
    zmq_setsockopt(loop->router, ZMQ_SNDHWM, &limit, sizeof(limit));
    zmq_setsockopt(loop->router, ZMQ_RCVHWM, &limit, sizeof(limit));
    zmq_setsockopt(loop->router, ZMQ_ROUTER_MANDATORY, &mandatory, sizeof(mandatory));
    int wait_ms = 200;
    zmq_setsockopt(loop->router, ZMQ_RCVTIMEO, &wait_ms, sizeof(wait_ms));
    if (zmq_bind(loop->router, endpoint) != 0) {
        die("bind again");
    }
    for (int i = 0; i < 2; i++) {
        char who;
        while (zmq_recv(loop->router, &who, 1, 0) != 1) {
        }
        zmq_recv(loop->router, &who, 1, 0);
    }
    struct message *batch = calloc(SLOTS_MAX, sizeof(*batch));
    struct message go = {0};
    send_to(loop, 'c', &go);
    double cpu = cpu_s();
    int status;
    while (waitpid(client, &status, WNOHANG) == 0) {
        turn(loop, batch);
    }
    cpu = cpu_s() - cpu;
    double result[4];
    if (read(out[0], result, sizeof(result)) != sizeof(result)) {
        die("the client said nothing");
    }
    kill(participant, SIGKILL);
    waitpid(participant, &status, 0);
    printf(
        "{\"sagas\": %.0f, \"seconds\": %.3f, \"p50_us\": %.0f, \"p99_us\": %.0f, "
        "\"cpu_s\": %.3f}\n",
        result[0], result[1], result[2], result[3], cpu);
    free(batch);
}

static void run_rows(struct loop *loop, uint32_t inflight, double seconds)
{
    struct message *batch = calloc(inflight, sizeof(*batch));
    uint32_t last = loop->refuse ? 5 : STEPS;
    uint64_t rounds = 0;
    double start = now_s();
    double cpu = cpu_s();
    while (batch && now_s() - start < seconds) {
        for (uint32_t i = 0; i < inflight; i++) {
            batch[i].slot = i;
            batch[i].step = (uint32_t)(rounds % (last + 1));
            if (batch[i].step == 0) {
                loop->saga[i] = ++loop->last_saga;
            }
        }
        store(loop, batch, inflight);
        rounds++;
    }
    double took = now_s() - start;
    printf(
        "{\"sagas\": %.0f, \"seconds\": %.3f, \"p50_us\": %.0f, \"p99_us\": 0, "
        "\"cpu_s\": %.3f}\n",
        (double)rounds / (last + 1) * inflight, took, took / (double)rounds * 1e6, cpu_s() - cpu);
    free(batch);
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"mode", required_argument, NULL, 'm'},     {"file", required_argument, NULL, 'f'},
        {"inflight", required_argument, NULL, 'n'}, {"seconds", required_argument, NULL, 's'},
        {"refuse", no_argument, NULL, 'r'},         {NULL, 0, NULL, 0},
    };
    static struct loop loop;
    const char *mode = "chain";
    const char *file = "limit.db";
    uint32_t inflight = 64;
    double seconds = 3.0;
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (c) {
        case 'm':
            mode = optarg;
            break;
        case 'f':
            file = optarg;
            break;
        case 'n':
            inflight = (uint32_t)strtoul(optarg, NULL, 10);
            break;
        case 's':
            seconds = strtod(optarg, NULL);
            break;
        case 'r':
            loop.refuse = true;
            break;
        default:
            fputs(
                "usage: limit_loop --mode chain|sqlite|zmq --inflight N --file F --seconds S "
                "[--refuse]\n",
                stderr);
            return 2;
        }
    }
    if (inflight == 0 || inflight > SLOTS_MAX) {
        die("--inflight: 1 to 8192");
    }
    loop.stores = strcmp(mode, "zmq") != 0;
    loop.sends = strcmp(mode, "sqlite") != 0;
    if (loop.stores) {
        open_store(&loop, file);
    }
    if (loop.sends) {
        run_messages(&loop, inflight, seconds);
    } else {
        run_rows(&loop, inflight, seconds);
    }
    return 0;
}
