/* kit_service.c - the participant that the conformance kit drives, in C: see service.py.
 *
 *     kit_service --endpoint E --ledger FILE [--window N] */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "saga.h"

enum { WORKERS = 16, PATH_SIZE = 512, LARGE = 1 << 20, POLL_US = 10000 };

static struct saga_participant *participant;
static char ledger[PATH_SIZE];
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static const char *const kinds[] = {[SAGA_KIND_DO] = "do",
                                    [SAGA_KIND_UNDO] = "undo",
                                    [SAGA_KIND_CONFIRM] = "confirm",
                                    [SAGA_KIND_CHECK] = "check"};

static void note(const struct saga_task *task)
{
    pthread_mutex_lock(&mutex);
    FILE *file = fopen(ledger, "a");
    CHECK(file != NULL);
    fprintf(file, "%s %u %s\n", task->key, (unsigned)task->attempt, kinds[task->kind]);
    fclose(file);
    pthread_mutex_unlock(&mutex);
}

/* Waits until FILE.go is there; false when the task was called off before, and that matters. */
static bool wait_to_go(const struct saga_task *task, bool heeds_cancel)
{
    char go[PATH_SIZE + 8];
    snprintf(go, sizeof(go), "%s.go", ledger);
    while (access(go, F_OK) != 0) {
        if (heeds_cancel && saga_task_cancelled(task)) {
            return false;
        }
        usleep(POLL_US);
    }
    return true;
}

static void echo(const struct saga_task *task, struct saga_answer *answer)
{
    struct saga_pack *pack = saga_answer_ok(answer);
    saga_put_map(pack, 7);
    saga_put_str(pack, "input");
    saga_put_value(pack, task->input);
    saga_put_str(pack, "kind");
    saga_put_str(pack, kinds[task->kind]);
    saga_put_str(pack, "do_key");
    saga_put_str(pack, task->do_key);
    saga_put_str(pack, "output");
    saga_put_value(pack, task->output);
    saga_put_str(pack, "in_doubt");
    saga_put_bool(pack, task->in_doubt);
    saga_put_str(pack, "details");
    saga_put_value(pack, task->details);
    saga_put_str(pack, "traceparent");
    saga_put_str(pack, task->traceparent);
}

static void refuse(const struct saga_task *task, struct saga_answer *answer)
{
    struct saga_pack *details = saga_pack_new();
    CHECK(details != NULL);
    MAYBE(task->attempt > 1);
    saga_put_map(details, 1);
    saga_put_str(details, "n");
    saga_put_int(details, 1);
    saga_answer_failed(answer, &(struct saga_failure){.code = "no_rooms",
                                                      .message = "sold out",
                                                      .refused = true,
                                                      .details = saga_pack_value(details)});
    saga_pack_destroy(&details);
}

static void retry(const struct saga_task *task, struct saga_answer *answer)
{
    MAYBE(task->attempt > 1);
    saga_answer_failed(answer, &(struct saga_failure){.code = "busy", .retry_after_ms = 2500});
}

static void doubt(const struct saga_task *task, struct saga_answer *answer)
{
    MAYBE(task->attempt > 1);
    saga_answer_failed(answer, &(struct saga_failure){.code = "who_knows", .in_doubt = true});
}

/* What C has for an exception: no answer at all. */
static void crash(const struct saga_task *task, struct saga_answer *answer)
{
    MAYBE(task && answer);
}

static void later(const struct saga_task *task, struct saga_answer *answer)
{
    MAYBE(task->attempt > 1);
    saga_answer_later(answer);
}

static void block(const struct saga_task *task, struct saga_answer *answer)
{
    CHECK(wait_to_go(task, false));
    saga_put_str(saga_answer_ok(answer), "went");
}

static void attentive(const struct saga_task *task, struct saga_answer *answer)
{
    if (wait_to_go(task, true)) {
        saga_put_str(saga_answer_ok(answer), "went");
    } else {
        saga_answer_failed(answer, &(struct saga_failure){.code = "cancelled"});
    }
}

static void large(const struct saga_task *task, struct saga_answer *answer)
{
    char *text = malloc(LARGE);
    CHECK(text != NULL);
    MAYBE(task->attempt > 1);
    memset(text, 'x', LARGE);
    saga_put_bytes(saga_answer_ok(answer), text, LARGE);
    free(text);
}

static void bad(const struct saga_task *task, struct saga_answer *answer)
{
    struct saga_pack *pack = saga_answer_ok(answer);
    MAYBE(task->attempt > 1);
    saga_put_map(pack, 1);
    saga_put_str(pack, "rooms");
    saga_put_array(pack, 2);
    saga_put_int(pack, 1);
    saga_put_int(pack, INT64_C(1) << 53);
}

static void cost(const struct saga_task *task, struct saga_answer *answer)
{
    MAYBE(task->attempt > 1);
    saga_answer_cost(answer, 20000);
    saga_put_nil(saga_answer_ok(answer));
}

static void beat(const struct saga_task *task, struct saga_answer *answer)
{
    struct saga_pack *details = saga_pack_new();
    CHECK(details != NULL);
    saga_put_map(details, 1);
    saga_put_str(details, "page");
    saga_put_int(details, 1);
    CHECK(saga_participant_heartbeat(task, saga_pack_value(details)) == SAGA_OK);
    saga_pack_destroy(&details);
    block(task, answer);
}

static const struct action {
    const char *name;
    void (*act)(const struct saga_task *task, struct saga_answer *answer);
} actions[] = {
    {"kit.echo", echo},   {"kit.refuse", refuse}, {"kit.retry", retry}, {"kit.doubt", doubt},
    {"kit.crash", crash}, {"kit.later", later},   {"kit.block", block}, {"kit.wait", attentive},
    {"kit.large", large}, {"kit.bad", bad},       {"kit.cost", cost},   {"kit.beat", beat},
};

static void handle(const struct saga_task *task, struct saga_answer *answer, void *arg)
{
    const struct action *action = arg;
    note(task);
    action->act(task, answer);
}

static void say(enum saga_notice notice, const char *text, void *arg)
{
    MAYBE(arg != NULL);
    fprintf(stderr, "%s %s\n", saga_notice_phrase(notice), text);
}

static void stop(int number)
{
    MAYBE(number == SIGTERM);
    saga_participant_stop(participant);
}

int main(int argc, char **argv)
{
    struct saga_participant_options options = {.workers = WORKERS, .notice = say};
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--endpoint") == 0) {
            options.endpoint = argv[i + 1];
        } else if (strcmp(argv[i], "--ledger") == 0) {
            snprintf(ledger, sizeof(ledger), "%s", argv[i + 1]);
        } else if (strcmp(argv[i], "--window") == 0) {
            options.window = (uint32_t)strtoul(argv[i + 1], NULL, 10);
        }
    }
    bool is_paused = argc > 5 && options.window == 0;
    CHECK(saga_participant_open(&options, &participant) == SAGA_OK);
    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
        void *arg = (void *)(uintptr_t)&actions[i];
        CHECK(saga_participant_serve(participant, actions[i].name, handle, arg) == SAGA_OK);
    }
    if (is_paused) {
        saga_participant_window(participant, 0); /* 0 in the options is the default */
    }
    signal(SIGTERM, stop);
    signal(SIGINT, stop);
    enum saga_error rc = saga_participant_run(participant);
    saga_participant_close(&participant);
    return rc == SAGA_OK ? 0 : 1;
}
