/* researcher.c - a participant that reads sources, slowly and for money, and notes what they say.
 *
 *     researcher [--endpoint tcp://127.0.0.1:7701] [--database research.db] [--accidents DIR]
 *                [--list notes|calls]
 *
 * Reading takes pages; after each it reports progress, so a reader that hangs is noticed, and one
 * that follows goes on at that page. The note is an effect in its own database, made once by
 * the barrier. Every call is written down as well, in a table that nobody undoes: whoever wants to
 * know what was really done reads these tables and not what the coordinator says.
 *
 * The price of a source comes with the input (`price`, in millionths of a dollar) and goes back as
 * the cost of the attempt.
 *
 * --accidents is for trouble: DIR/s07.429 makes the provider answer "too many requests" once,
 * DIR/s05.400 "bad request", and DIR/s15.stop freezes the process in the middle of step s15. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <saga.h>
#include <sqlite3.h>

enum { PAGES = 10, PAGE_MS = 10, LIMIT_MS = 1500, BUSY_TIMEOUT_MS = 5000, EXIT_USAGE = 2 };

struct desk {
    sqlite3 *db;
    const char *accidents; /* NULL: none happen */
};

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS note (key TEXT PRIMARY KEY, saga TEXT NOT NULL,"
    " step TEXT NOT NULL, text TEXT NOT NULL) STRICT;"
    "CREATE TABLE IF NOT EXISTS call (id INTEGER PRIMARY KEY, saga TEXT NOT NULL,"
    " step TEXT NOT NULL, kind TEXT NOT NULL, said TEXT NOT NULL) STRICT;"
    "CREATE TABLE IF NOT EXISTS busy (step TEXT PRIMARY KEY, until_ms INTEGER NOT NULL) STRICT;";

/* A signal handler has no argument: the participant that SIGTERM stops. */
static struct saga_participant *serving;

static void stop(int number)
{
    (void)number;
    saga_participant_stop(serving);
}

static void print_notice(enum saga_notice notice, const char *text, void *arg)
{
    fprintf(stderr, "%s: %s %s\n", (const char *)arg, saga_notice_phrase(notice), text);
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void pause_ms(long ms)
{
    struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    while (nanosleep(&left, &left) != 0 && errno == EINTR) {
        continue;
    }
}

/* One statement with texts for its parameters, a NULL ends them. SQLITE_ROW: it gave a row, whose
 * first column is *value. */
static int run(sqlite3 *db, const char *sql, const char *const texts[5], int64_t *value)
{
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    for (int i = 0; i < 5 && texts[i] && rc == SQLITE_OK; i++) {
        rc = sqlite3_bind_text(statement, i + 1, texts[i], -1, SQLITE_TRANSIENT);
    }
    if (rc == SQLITE_OK) {
        rc = sqlite3_step(statement);
    }
    if (rc == SQLITE_ROW && value) {
        *value = sqlite3_column_int64(statement, 0);
    }
    sqlite3_finalize(statement);
    return rc;
}

static void write_call(const struct desk *desk, const struct saga_task *task, const char *said)
{
    const char *kind = task->kind == SAGA_KIND_UNDO ? "undo" : "do";
    (void)run(desk->db, "INSERT INTO call (saga, step, kind, said) VALUES (?, ?, ?, ?)",
              (const char *const[5]){task->saga, task->step, kind, said}, NULL);
}

static bool has_accident(const struct desk *desk, const struct saga_task *task, const char *what)
{
    char path[4096];
    snprintf(path, sizeof(path), "%s/%s.%s", desk->accidents ? desk->accidents : "", task->step,
             what);
    return desk->accidents && unlink(path) == 0;
}

/* The provider may refuse to be read; false: it has, and the answer says so. */
static bool ask_provider(const struct desk *desk, const struct saga_task *task,
                         struct saga_answer *answer)
{
    char until[32];
    int64_t until_ms = 0;
    if (has_accident(desk, task, "400")) {
        write_call(desk, task, "400");
        saga_answer_failed(
            answer, &(struct saga_failure){
                        .code = "bad_request", .message = "400: no such source", .refused = true});
        return false;
    }
    if (has_accident(desk, task, "429")) {
        snprintf(until, sizeof(until), "%" PRId64, now_ms() + LIMIT_MS);
        (void)run(desk->db, "REPLACE INTO busy VALUES (?, CAST(? AS INTEGER))",
                  (const char *const[5]){task->step, until}, NULL);
        write_call(desk, task, "429");
        saga_answer_failed(answer, &(struct saga_failure){.code = "rate_limited",
                                                          .message = "429: too many requests",
                                                          .retry_after_ms = LIMIT_MS});
        return false;
    }
    (void)run(desk->db, "SELECT until_ms FROM busy WHERE step = ?",
              (const char *const[5]){task->step}, &until_ms);
    if (until_ms > now_ms()) {
        write_call(desk, task, "429 again: too soon");
        saga_answer_failed(answer, &(struct saga_failure){.code = "rate_limited",
                                                          .retry_after_ms = until_ms - now_ms()});
        return false;
    }
    return true;
}

/* Reads page after page, from where the attempt before this one got to. */
static bool read_pages(const struct desk *desk, const struct saga_task *task,
                       struct saga_answer *answer)
{
    struct saga_pack *progress = saga_pack_new();
    int64_t page = saga_value_int(task->details, "page", 0);
    while (page < PAGES && !saga_task_cancelled(task)) {
        pause_ms(PAGE_MS);
        page++;
        saga_pack_clear(progress);
        saga_put_map(progress, 1);
        saga_put_str(progress, "page");
        saga_put_int(progress, page);
        saga_participant_heartbeat(task, saga_pack_value(progress));
        if (page == PAGES / 2 && has_accident(desk, task, "stop")) {
            raise(SIGSTOP);
        }
    }
    saga_pack_destroy(&progress);
    if (page < PAGES) {
        saga_answer_failed(answer, &(struct saga_failure){.code = "cancelled"});
    }
    return page == PAGES;
}

/* Inside the barrier's transaction. */
static void note(const struct saga_task *task, struct saga_answer *answer, void *arg)
{
    const struct desk *desk = arg;
    char question[128];
    char text[256];
    if (!saga_value_copy(task->input, "question", question, sizeof(question))) {
        snprintf(question, sizeof(question), "?");
    }
    snprintf(text, sizeof(text), "source %" PRId64 " on %s",
             saga_value_int(task->input, "source", 0), question);
    int rc = run(desk->db, "INSERT INTO note VALUES (?, ?, ?, ?)",
                 (const char *const[5]){task->key, task->saga, task->step, text}, NULL);
    if (rc != SQLITE_DONE) {
        saga_answer_failed(answer, &(struct saga_failure){.code = "database",
                                                          .message = sqlite3_errmsg(desk->db)});
        return;
    }
    struct saga_pack *output = saga_answer_ok(answer);
    saga_put_map(output, 1);
    saga_put_str(output, "note");
    saga_put_str(output, text);
}

static void read_source(const struct saga_task *task, struct saga_answer *answer, void *arg)
{
    const struct desk *desk = arg;
    int64_t there = 0;
    /* If the note is there and only the answer was lost, the barrier gives the answer again, and
     * the source is not read and paid for twice. */
    (void)run(desk->db, "SELECT count(*) FROM note WHERE key = ?",
              (const char *const[5]){task->key}, &there);
    if (there == 0 && !ask_provider(desk, task, answer)) {
        return;
    }
    write_call(desk, task, there == 0 ? "read" : "remembered");
    if (there == 0 && !read_pages(desk, task, answer)) {
        return;
    }
    saga_barrier_run(desk->db, task, answer, note, arg);
    saga_answer_cost(answer, saga_value_int(task->input, "price", 0));
}

static void erase(const struct saga_task *task, struct saga_answer *answer, void *arg)
{
    const struct desk *desk = arg;
    int rc =
        run(desk->db, "DELETE FROM note WHERE key = ?", (const char *const[5]){task->do_key}, NULL);
    if (rc == SQLITE_DONE) {
        saga_answer_ok(answer);
    } else {
        saga_answer_failed(answer, &(struct saga_failure){.code = "database"});
    }
}

static void forget(const struct saga_task *task, struct saga_answer *answer, void *arg)
{
    write_call(arg, task, "forget");
    saga_barrier_run(((const struct desk *)arg)->db, task, answer, erase, arg);
}

static bool serve(struct desk *desk, const char *endpoint)
{
    static char name[] = "researcher";
    struct saga_participant_options how = {
        .endpoint = endpoint, .barrier = true, .notice = print_notice, .notice_arg = name};
    enum saga_error rc = saga_participant_open(&how, &serving);
    if (rc != SAGA_OK) {
        goto out;
    }
    rc = saga_participant_serve(serving, "research.read", read_source, desk);
    if (rc != SAGA_OK) {
        goto out;
    }
    rc = saga_participant_serve(serving, "research.forget", forget, desk);
    if (rc != SAGA_OK) {
        goto out;
    }
    signal(SIGTERM, stop);
    signal(SIGINT, stop);
    rc = saga_participant_run(serving);
    signal(SIGTERM, SIG_DFL);
    signal(SIGINT, SIG_DFL);

out:
    saga_participant_close(&serving);
    if (rc != SAGA_OK) {
        fprintf(stderr, "researcher: %s\n", saga_error_text(rc));
    }
    return rc == SAGA_OK;
}

static int print_line(void *arg, int count, char **texts, char **names)
{
    (void)arg;
    (void)names;
    return count == 1 && puts(texts[0] ? texts[0] : "") >= 0 ? 0 : 1;
}

/* What is in the tables, a line each; false: there is no such table. */
static bool list(sqlite3 *db, const char *table)
{
    const char *notes = "SELECT printf('%s %s %s', saga, step, text) FROM note ORDER BY step";
    const char *calls =
        "SELECT printf('%s %s %s %s', saga, step, kind, said) FROM call ORDER BY id";
    const char *sql = strcmp(table, "notes") == 0 ? notes : calls;
    bool known = sql == notes || strcmp(table, "calls") == 0;
    return known && sqlite3_exec(db, sql, print_line, NULL, NULL) == SQLITE_OK;
}

int main(int argc, char **argv)
{
    static const struct option known[] = {
        {"endpoint", required_argument, NULL, 'e'},
        {"database", required_argument, NULL, 'd'},
        {"accidents", required_argument, NULL, 'a'},
        {"list", required_argument, NULL, 'l'},
        {NULL, 0, NULL, 0},
    };
    const char *texts[128] = {['e'] = SAGA_ENDPOINT, ['d'] = "research.db"};
    for (int letter = 0; (letter = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        if (letter == '?') {
            return EXIT_USAGE;
        }
        texts[letter] = optarg;
    }
    struct desk desk = {.accidents = texts['a']};
    bool good = sqlite3_open(texts['d'], &desk.db) == SQLITE_OK &&
                sqlite3_busy_timeout(desk.db, BUSY_TIMEOUT_MS) == SQLITE_OK &&
                sqlite3_exec(desk.db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL) == SQLITE_OK &&
                sqlite3_exec(desk.db, schema, NULL, NULL, NULL) == SQLITE_OK &&
                saga_barrier_create(desk.db) == SAGA_OK;
    if (!good) {
        fprintf(stderr, "researcher: %s: %s\n", texts['d'], sqlite3_errmsg(desk.db));
    } else {
        good = texts['l'] ? list(desk.db, texts['l']) : serve(&desk, texts['e']);
    }
    sqlite3_close(desk.db);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
