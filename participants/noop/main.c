/* main.c - saga-noop: serves actions and answers at once, for measuring and trying out. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/flags.h"
#include "saga.h"

enum { RULES_MAX = 64, TEXT_MAX = 128 };

/* How an action behaves when it is not to answer ok. */
enum conduct { CONDUCT_FAIL, CONDUCT_REFUSE, CONDUCT_IN_DOUBT, CONDUCT_SILENT, CONDUCT_LATER };

struct rule {
    char action[TEXT_MAX];
    char code[TEXT_MAX];
    enum conduct conduct;
    long times; /* how often it still holds; negative: always */
};

struct noop {
    struct saga_participant_options options;
    struct rule rules[RULES_MAX];
    size_t rule_count;
    const char *actions[RULES_MAX * 4];
    size_t action_count;
    long delay_ms;
    bool quiet;
};

static struct saga_participant *running; /* for the signal handler alone */

static void stop(int signal)
{
    (void)signal;
    saga_participant_stop(running);
}

static void print_notice(enum saga_notice notice, const char *text, void *arg)
{
    const struct noop *noop = arg;
    if (!noop->quiet || notice == SAGA_NOTICE_ERROR) {
        fprintf(stderr, "saga-noop: %s %s\n", saga_notice_phrase(notice), text);
    }
}

static const struct row {
    const char *name;
    int has_value;
    int key;
    const char *argument;
    const char *help;
} rows[] = {
    {"connect", 1, 'c', "ENDPOINT", "the coordinator (" SAGA_ENDPOINT ")"},
    {"actions", 1, 'a', "A.B,C.D", "serve these actions"},
    {"action", 1, 'a', "A.B", "serve this one too"},
    {"window", 1, 'w', "N", "tasks at once (64)"},
    {"delay", 1, 'd', "MS", "answer after so long"},
    {"fail", 1, CONDUCT_FAIL + 1000, "ACTION[:CODE]", "always fails; may be tried again"},
    {"refuse", 1, CONDUCT_REFUSE + 1000, "ACTION[:CODE]", "always refuses, for good"},
    {"in-doubt", 1, CONDUCT_IN_DOUBT + 1000, "ACTION[:CODE]", "fails without knowing its effect"},
    {"silent", 1, CONDUCT_SILENT + 1000, "ACTION", "takes the task and never answers"},
    {"later", 1, CONDUCT_LATER + 1000, "ACTION", "answers `later`; finish it by its token"},
    {"fail-first", 1, 'f', "N:ACTION", "fails the first N times"},
    {"barrier", 0, 'b', NULL, "say that the database has a barrier"},
    {"quiet", 0, 'q', NULL, "print nothing but errors"},
    {"version", 0, 'v', NULL, "print the version"},
    {"help", 0, 'h', NULL, "this"},
};
enum { ROW_COUNT = sizeof(rows) / sizeof(rows[0]) };

static void help(FILE *out)
{
    fputs(
        "usage: saga-noop [OPTION...]\n\n"
        "A participant that does nothing and says that it is done, at once: for measuring\n"
        "sagad and for trying out definitions. Undos and checks are served like actions.\n\n",
        out);
    for (int i = 0; i < ROW_COUNT; i++) {
        char left[48];
        snprintf(left, sizeof(left), "--%s%s%s", rows[i].name, rows[i].argument ? " " : "",
                 rows[i].argument ? rows[i].argument : "");
        fprintf(out, "  %-26s %s\n", left, rows[i].help);
    }
    fputs("\nSIGTERM says bye, answers what was taken, and exits with 0.\n", out);
}

static void usage(const char *why)
{
    fprintf(stderr, "saga-noop: %s; see --help\n", why);
    exit(2);
}

/* "ACTION[:CODE]" */
static void add_rule(struct noop *noop, enum conduct conduct, const char *text, long times)
{
    if (noop->rule_count == RULES_MAX) {
        usage("too many rules");
    }
    struct rule *rule = &noop->rules[noop->rule_count++];
    const char *colon = strchr(text, ':');
    size_t size = colon ? (size_t)(colon - text) : strlen(text);
    if (size == 0 || size >= TEXT_MAX || (colon && strlen(colon + 1) >= TEXT_MAX)) {
        usage("an action is SERVICE.OPERATION, then perhaps :CODE");
    }
    memcpy(rule->action, text, size);
    snprintf(rule->code, sizeof(rule->code), "%s", colon ? colon + 1 : "noop");
    rule->conduct = conduct;
    rule->times = times;
}

static void add_actions(struct noop *noop, char *list)
{
    char *rest = NULL;
    for (char *name = strtok_r(list, ",", &rest); name; name = strtok_r(NULL, ",", &rest)) {
        if (noop->action_count == sizeof(noop->actions) / sizeof(noop->actions[0])) {
            usage("too many actions");
        }
        noop->actions[noop->action_count++] = name;
    }
}

static long number(const char *text)
{
    char *end;
    long value = strtol(text, &end, 10);
    if (end == text || *end != '\0' || value < 0) {
        usage("a number is expected");
    }
    return value;
}

static void add_fail_first(struct noop *noop, const char *text)
{
    char *end;
    long times = strtol(text, &end, 10);
    if (times <= 0 || *end != ':') {
        usage("--fail-first is N:ACTION");
    }
    add_rule(noop, CONDUCT_FAIL, end + 1, times);
}

static void take_option(struct noop *noop, int key, char *value)
{
    switch (key) {
    case 'c':
        noop->options.endpoint = value;
        return;
    case 'a':
        add_actions(noop, value);
        return;
    case 'w':
        noop->options.window = (uint32_t)number(value);
        return;
    case 'd':
        noop->delay_ms = number(value);
        return;
    case 'f':
        add_fail_first(noop, value);
        return;
    case 'b':
        noop->options.barrier = true;
        return;
    case 'q':
        noop->quiet = true;
        return;
    case 'v':
        puts("saga-noop " SAGA_VERSION);
        exit(0);
    case 'h':
        help(stdout);
        exit(0);
    default:
        if (key < 1000) {
            usage("not an option");
        }
        add_rule(noop, (enum conduct)(key - 1000), value, -1);
    }
}

static void read_options(struct noop *noop, int argc, char **argv)
{
    struct option table[ROW_COUNT + 1] = {{0}};
    for (int i = 0; i < ROW_COUNT; i++) {
        table[i] = (struct option){rows[i].name, rows[i].has_value, NULL, rows[i].key};
    }
    int at = 0;
    for (int c; (c = getopt_long(argc, argv, "", table, &at)) != -1;) {
        if (c == '?' || !flags_is_whole("saga-noop", argv, table[at].name)) {
            exit(2);
        }
        take_option(noop, c, optarg);
    }
    if (optind < argc) {
        usage("an argument too many");
    }
    if (noop->action_count == 0) {
        usage("nothing to serve: say --actions");
    }
}

static struct rule *rule_of(struct noop *noop, const char *action)
{
    for (size_t i = 0; i < noop->rule_count; i++) {
        struct rule *rule = &noop->rules[i];
        if (rule->times != 0 && strcmp(rule->action, action) == 0) {
            rule->times -= rule->times > 0 ? 1 : 0;
            return rule;
        }
    }
    return NULL;
}

static void wait_ms(long ms)
{
    struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    nanosleep(&time, NULL);
}

/* Holds the worker until the task is no longer wanted, so that no answer ever counts. */
static void say_nothing(const struct saga_task *task)
{
    while (saga_task_ttl_ms(task) > 0 && !saga_task_cancelled(task)) {
        wait_ms(50);
    }
}

static void serve(const struct saga_task *task, struct saga_answer *answer, void *arg)
{
    struct noop *noop = arg;
    struct rule *rule = rule_of(noop, task->action);
    if (noop->delay_ms > 0) {
        wait_ms(noop->delay_ms);
    }
    if (!rule) {
        struct saga_pack *output = saga_answer_ok(answer);
        saga_put_map(output, 1);
        saga_put_str(output, "id");
        saga_put_str(output, "noop");
        return;
    }
    struct saga_failure failure = {.code = rule->code, .message = "as told by saga-noop"};
    switch (rule->conduct) {
    case CONDUCT_LATER:
        saga_answer_later(answer);
        if (!noop->quiet) {
            printf("%s %s later, token %s\n", task->key, task->action, task->token);
        }
        return;
    case CONDUCT_SILENT:
        say_nothing(task);
        failure.in_doubt = true;
        break;
    case CONDUCT_REFUSE:
        failure.refused = true;
        break;
    case CONDUCT_IN_DOUBT:
        failure.in_doubt = true;
        break;
    case CONDUCT_FAIL:
        break;
    }
    saga_answer_failed(answer, &failure);
}

static bool may_block(const struct noop *noop)
{
    bool blocks = noop->delay_ms > 0;
    for (size_t i = 0; i < noop->rule_count; i++) {
        blocks = blocks || noop->rules[i].conduct == CONDUCT_SILENT;
    }
    return blocks;
}

int main(int argc, char **argv)
{
    struct noop noop = {.options = {.workers = SAGA_WORKERS_INLINE, .notice = print_notice}};
    noop.options.notice_arg = &noop;
    read_options(&noop, argc, argv);
    if (may_block(&noop)) {
        noop.options.workers = 16;
    }
    if (saga_participant_open(&noop.options, &running) != SAGA_OK) {
        usage("the endpoint or the window is wrong");
    }
    for (size_t i = 0; i < noop.action_count; i++) {
        if (saga_participant_serve(running, noop.actions[i], serve, &noop) != SAGA_OK) {
            usage("an action is SERVICE.OPERATION, each once");
        }
    }
    struct sigaction action = {.sa_handler = stop};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    setvbuf(stdout, NULL, _IOLBF, 0);
    enum saga_error rc = saga_participant_run(running);
    struct saga_participant_counts counts;
    saga_participant_counts(running, &counts);
    if (!noop.quiet) {
        printf("%llu tasks, %llu ok, %llu failed, %llu later\n", (unsigned long long)counts.tasks,
               (unsigned long long)counts.ok, (unsigned long long)counts.failed,
               (unsigned long long)counts.later);
    }
    saga_participant_close(&running);
    if (rc != SAGA_OK) {
        fprintf(stderr, "saga-noop: %s\n", saga_error_text(rc));
    }
    return rc == SAGA_OK ? 0 : 1;
}
