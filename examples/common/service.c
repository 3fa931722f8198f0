/* service.c - options, database, libsaga: what any participant has, once for all of them.
 *
 *     flights [--endpoint tcp://127.0.0.1:7701] [--database flights.db] [--accidents DIR] [--list]
 *
 * --accidents is for seeing sagas survive: a file DIR/hotels.reserve.after.kill makes the process
 * kill itself, once, after hotels.reserve has committed and before it has answered. The moments are
 * "before" the transaction, "inside" it and "after" it; the ends are "kill" and "stop" (frozen,
 * until somebody sends SIGCONT). */
#include "service.h"

#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { BUSY_TIMEOUT_MS = 5000, EXIT_USAGE = 2 };

struct options {
    const char *endpoint;
    const char *database;
    const char *accidents; /* NULL: none happen */
    bool list;
};

/* What a handler needs to know. */
struct desk {
    const struct service_action *action;
    const char *accidents;
    sqlite3 *db;
};

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

static void have_accident(const struct desk *desk, const char *moment)
{
    static const struct {
        const char *name;
        int number;
    } ends[] = {{"kill", SIGKILL}, {"stop", SIGSTOP}};
    char path[4096];
    for (size_t i = 0; desk->accidents && i < sizeof(ends) / sizeof(*ends); i++) {
        snprintf(path, sizeof(path), "%s/%s.%s.%s", desk->accidents, desk->action->name, moment,
                 ends[i].name);
        if (unlink(path) == 0) {
            raise(ends[i].number);
        }
    }
}

/* Inside the transaction. */
static void work(const struct saga_task *task, struct saga_answer *answer, void *arg)
{
    const struct desk *desk = arg;
    desk->action->work(task, answer, desk->db);
    have_accident(desk, "inside");
}

/* The handler of every action. The barrier sees to it that each effect happens once. */
static void handle(const struct saga_task *task, struct saga_answer *answer, void *arg)
{
    struct desk *desk = arg;
    have_accident(desk, "before");
    saga_barrier_run(desk->db, task, answer, work, desk);
    have_accident(desk, "after");
}

static bool serve(const struct service *service, const struct options *options, sqlite3 *db)
{
    struct saga_participant_options how = {
        .endpoint = options->endpoint,
        .barrier = true,
        .notice = print_notice,
        .notice_arg = (void *)service->name,
    };
    struct desk desks[SERVICE_ACTION_MAX];
    enum saga_error rc = saga_participant_open(&how, &serving);
    if (rc != SAGA_OK) {
        goto out;
    }
    for (size_t i = 0; i < SERVICE_ACTION_MAX && service->actions[i].name; i++) {
        desks[i] = (struct desk){&service->actions[i], options->accidents, db};
        rc = saga_participant_serve(serving, service->actions[i].name, handle, &desks[i]);
        if (rc != SAGA_OK) {
            goto out;
        }
    }
    signal(SIGTERM, stop);
    signal(SIGINT, stop);
    rc = saga_participant_run(serving);
    signal(SIGTERM, SIG_DFL);
    signal(SIGINT, SIG_DFL);

out:
    saga_participant_close(&serving);
    if (rc != SAGA_OK) {
        fprintf(stderr, "%s: %s\n", service->name, saga_error_text(rc));
    }
    return rc == SAGA_OK;
}

static bool create(const struct service *service, sqlite3 *db)
{
    return sqlite3_exec(db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL) == SQLITE_OK &&
           sqlite3_exec(db, service->schema, NULL, NULL, NULL) == SQLITE_OK &&
           saga_barrier_create(db) == SAGA_OK;
}

static int print_line(void *arg, int count, char **texts, char **names)
{
    (void)arg;
    (void)names;
    return count == 1 && puts(texts[0] ? texts[0] : "") >= 0 ? 0 : 1;
}

static bool read_options(struct options *options, int argc, char **argv)
{
    static const struct option known[] = {
        {"endpoint", required_argument, NULL, 'e'},
        {"database", required_argument, NULL, 'd'},
        {"accidents", required_argument, NULL, 'a'},
        {"list", no_argument, NULL, 'l'},
        {NULL, 0, NULL, 0},
    };
    for (int letter = 0; (letter = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        if (letter == 'e') {
            options->endpoint = optarg;
        } else if (letter == 'd') {
            options->database = optarg;
        } else if (letter == 'a') {
            options->accidents = optarg;
        } else if (letter == 'l') {
            options->list = true;
        } else {
            return false;
        }
    }
    return optind == argc;
}

int service_main(const struct service *service, int argc, char **argv)
{
    char own[64];
    snprintf(own, sizeof(own), "%s.db", service->name);
    struct options options = {.endpoint = SAGA_ENDPOINT, .database = own};
    if (!read_options(&options, argc, argv)) {
        fprintf(stderr, "usage: %s [--endpoint E] [--database FILE] [--accidents DIR] [--list]\n",
                service->name);
        return EXIT_USAGE;
    }

    sqlite3 *db = NULL;
    bool good = sqlite3_open(options.database, &db) == SQLITE_OK &&
                sqlite3_busy_timeout(db, BUSY_TIMEOUT_MS) == SQLITE_OK && create(service, db);
    if (good && options.list) {
        good = sqlite3_exec(db, service->list, print_line, NULL, NULL) == SQLITE_OK;
    }
    if (!good) {
        fprintf(stderr, "%s: %s: %s\n", service->name, options.database, sqlite3_errmsg(db));
    } else if (!options.list) {
        good = serve(service, &options, db);
    }
    sqlite3_close(db);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

int service_execute(sqlite3 *db, const char *sql, const char *const texts[SERVICE_TEXT_MAX])
{
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    for (int i = 0; i < SERVICE_TEXT_MAX && texts[i] && rc == SQLITE_OK; i++) {
        rc = sqlite3_bind_text(statement, i + 1, texts[i], -1, SQLITE_TRANSIENT);
    }
    if (rc == SQLITE_OK) {
        rc = sqlite3_step(statement);
    }
    sqlite3_finalize(statement);
    return rc;
}

void service_answer_broken(struct saga_answer *answer, sqlite3 *db)
{
    saga_answer_failed(answer,
                       &(struct saga_failure){.code = "database", .message = sqlite3_errmsg(db)});
}

void service_answer_refused(struct saga_answer *answer, const char *code, const char *message)
{
    saga_answer_failed(answer,
                       &(struct saga_failure){.code = code, .message = message, .refused = true});
}
