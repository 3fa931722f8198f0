/* test_libsaga_open.c - a client that drives an open saga, and a coordinator that says what a test
 * wants.
 *
 * Seen to fail with: a step that is done and acted on again; an output that is lost; the work's
 * failure told as success; an id that is not said. */
#include "libsaga_world.h"
#include "participants/client.h"
#include "participants/message.h"

/* Answers each request with the next of `replies`, until there is none left. */
struct coordinator {
    struct script script;
    pthread_t thread;
    void (*answer)(struct coordinator *coordinator, uint32_t number);
    uint32_t count;      /* requests to answer */
    char heard[8][4096]; /* the requests, as bytes */
    size_t heard_size[8];
    const char *state;   /* of a register */
    const char *outcome; /* of a complete */
};

static void reply_begin(struct coordinator *coordinator, uint32_t pairs)
{
    char request[32];
    struct script *script = &coordinator->script;
    cr_assert(saga_value_copy(script->said, "request", request, sizeof(request)));
    script_begin(script, "reply", pairs + 1);
    script_text(script, "request", request);
}

static void *coordinate(void *arg)
{
    struct coordinator *coordinator = arg;
    struct script *script = &coordinator->script;
    for (uint32_t i = 0; i < coordinator->count; i++) {
        script_hear(script, "a request");
        cr_assert_leq(script->said.size, sizeof(coordinator->heard[i]));
        memcpy(coordinator->heard[i], script->said.data, script->said.size);
        coordinator->heard_size[i] = script->said.size;
        if (script_said(script, "register")) {
            bool is_done = strcmp(coordinator->state, "done") == 0;
            reply_begin(coordinator, is_done ? 3 : 2);
            script_text(script, "state", coordinator->state);
            script_text(script, "key", "order-17/charge/do");
            if (is_done) {
                script_text(script, "output", "remembered");
            }
        } else if (script_said(script, "complete")) {
            reply_begin(coordinator, 1);
            script_text(script, "state", coordinator->outcome);
        } else {
            reply_begin(coordinator, 2);
            script_text(script, "saga", "order-17");
            script_text(script, "status", "running");
        }
        script_send(script);
    }
    return NULL;
}

static void coordinator_begin(struct coordinator *coordinator, uint32_t count,
                              struct saga_client **client)
{
    coordinator->count = count;
    script_open(&coordinator->script);
    const struct saga_client_options options = {.endpoint = coordinator->script.endpoint};
    cr_assert_eq(saga_client_open(&options, client), SAGA_OK);
    cr_assert_eq(pthread_create(&coordinator->thread, NULL, coordinate, coordinator), 0);
}

static void coordinator_end(struct coordinator *coordinator, struct saga_client **client)
{
    cr_assert_eq(pthread_join(coordinator->thread, NULL), 0);
    saga_client_close(client);
    script_close(&coordinator->script);
}

static struct saga_value heard(const struct coordinator *coordinator, uint32_t index)
{
    return (struct saga_value){coordinator->heard[index], coordinator->heard_size[index]};
}

static void assert_text(struct saga_value value, const char *path, const char *expected)
{
    char text[256];
    cr_assert(saga_value_copy(value, path, text, sizeof(text)), "%s is there", path);
    cr_assert_str_eq(text, expected, "%s", path);
}

static const struct saga_step charge_step = {
    .saga = "order-17", .step = "charge", .compensate = {.action = "payments.refund"}};

struct work {
    int calls;
    struct saga_failure failure;
    bool fails;
    bool puts_too_much; /* two values where one may stand */
};

static void charge(const char *key, struct saga_answer *answer, void *arg)
{
    struct work *work = arg;
    work->calls++;
    cr_assert_str_eq(key, "order-17/charge/do");
    saga_answer_cost(answer, 20000);
    if (work->fails) {
        saga_answer_failed(answer, &work->failure);
        return;
    }
    struct saga_pack *output = saga_answer_ok(answer);
    saga_put_int(output, 17);
    if (work->puts_too_much) {
        saga_put_int(output, 18);
    }
}

Test(libsaga_open, does_a_step_and_says_so, .timeout = 60)
{
    struct coordinator coordinator = {.state = "new", .outcome = "done"};
    struct saga_client *client;
    struct saga_reply reply;
    struct work work = {0};
    coordinator_begin(&coordinator, 2, &client);
    cr_assert_eq(saga_open_run(client, &charge_step, charge, &work, &reply), SAGA_OK);
    cr_assert_eq(work.calls, 1);
    cr_assert_eq(saga_value_int(reply.output, "", 0), 17);
    coordinator_end(&coordinator, &client);
    assert_text(heard(&coordinator, 0), "type", "register");
    assert_text(heard(&coordinator, 0), "compensate.action", "payments.refund");
    assert_text(heard(&coordinator, 1), "type", "complete");
    assert_text(heard(&coordinator, 1), "key", "order-17/charge/do");
    assert_text(heard(&coordinator, 1), "status", "ok");
    cr_assert_eq(saga_value_int(heard(&coordinator, 1), "output", 0), 17);
    cr_assert_eq(saga_value_int(heard(&coordinator, 1), "cost_usd_micros", 0), 20000);
}

Test(libsaga_open, acts_once_on_what_is_done, .timeout = 60)
{
    struct coordinator coordinator = {.state = "done"};
    struct saga_client *client;
    struct saga_reply reply;
    struct work work = {0};
    coordinator_begin(&coordinator, 1, &client);
    cr_assert_eq(saga_open_run(client, &charge_step, charge, &work, &reply), SAGA_OK);
    cr_assert_eq(work.calls, 0);
    assert_text(reply.output, "", "remembered");
    coordinator_end(&coordinator, &client);
}

/* What the work says, and what the caller and the coordinator hear of that. */
static void fail_with(struct work work, const char *outcome, const char *message, const char *code)
{
    struct coordinator coordinator = {.state = "open", .outcome = outcome};
    struct saga_client *client;
    struct saga_reply reply;
    coordinator_begin(&coordinator, 2, &client);
    cr_assert_eq(saga_open_run(client, &charge_step, charge, &work, &reply),
                 SAGA_PRECONDITION_FAILED);
    cr_assert_eq(work.calls, 1);
    cr_assert_str_eq(reply.message, message);
    cr_assert_str_eq(reply.state, outcome);
    cr_assert_null(reply.output.data);
    coordinator_end(&coordinator, &client);
    assert_text(heard(&coordinator, 1), "status", "failed");
    assert_text(heard(&coordinator, 1), "error.code", code);
    cr_assert_eq(saga_value_int(heard(&coordinator, 1), "cost_usd_micros", 0), 20000);
}

Test(libsaga_open, tells_what_the_work_could_not, .timeout = 60)
{
    struct saga_failure declined = {.code = "declined", .message = "no money", .refused = true};
    fail_with((struct work){.fails = true, .failure = declined}, "failed", "no money", "declined");
    struct saga_failure lost = {.code = "lost", .in_doubt = true};
    fail_with((struct work){.fails = true, .failure = lost}, "open", "lost", "lost");
    fail_with((struct work){.puts_too_much = true}, "open", "trailing bytes at the top",
              "bad_output");
}

Test(libsaga_open, begins_and_ends, .timeout = 60)
{
    static const char retry[] = "\x81\xa5retry\x81\xacmax_attempts\x05";
    struct coordinator coordinator = {.state = "new"};
    struct saga_client *client;
    struct saga_reply reply;
    coordinator_begin(&coordinator, 5, &client);
    cr_assert_eq(saga_open_begin(client, &(struct saga_begin){.name = "order"}, &reply), SAGA_OK);
    cr_assert_str_eq(reply.status, "running");
    struct saga_step step = charge_step;
    step.compensate.options = (struct saga_value){retry, sizeof(retry) - 1};
    step.compensate.input = (struct saga_value){"\x07", 1};
    step.confirm = (struct saga_call){.action = "payments.settle"};
    cr_assert_eq(saga_open_step(client, &step, &reply), SAGA_OK);
    cr_assert_str_eq(reply.key, "order-17/charge/do");
    step.compensate = (struct saga_call){.action = "none"};
    cr_assert_eq(saga_open_step(client, &step, &reply), SAGA_OK);
    const struct saga_end end = {.saga = "order-17", .wait = SAGA_WAIT_SETTLED, .wait_ms = 7};
    cr_assert_eq(saga_open_commit(client, &end, &reply), SAGA_OK);
    cr_assert_eq(saga_open_abort(
                     client, &(struct saga_end){.saga = "order-17", .message = "too slow"}, &reply),
                 SAGA_OK);
    coordinator_end(&coordinator, &client);
    char id[64];
    cr_assert(saga_value_copy(heard(&coordinator, 0), "saga", id, sizeof(id)));
    cr_assert_eq(strlen(id), 36, "an id is made");
    cr_assert_eq(saga_value_int(heard(&coordinator, 0), "timeout_ms", 0), 600000);
    cr_assert_eq(saga_value_int(heard(&coordinator, 1), "compensate.input", 0), 7);
    cr_assert_eq(saga_value_int(heard(&coordinator, 1), "compensate.retry.max_attempts", 0), 5);
    assert_text(heard(&coordinator, 1), "confirm.action", "payments.settle");
    assert_text(heard(&coordinator, 2), "compensate", "none");
    assert_text(heard(&coordinator, 3), "wait", "settled");
    cr_assert_eq(saga_value_int(heard(&coordinator, 3), "wait_ms", 0), 7);
    assert_text(heard(&coordinator, 4), "reason.code", "aborted");
    assert_text(heard(&coordinator, 4), "reason.message", "too slow");
}

Test(libsaga_open, sends_nothing_that_is_wrong)
{
    static char large[1000000];
    const struct saga_client_options options = {.endpoint = "ipc://@libsaga-nobody"};
    struct saga_client *client;
    struct saga_reply reply;
    cr_assert_eq(saga_client_open(&options, &client), SAGA_OK);
    cr_assert_eq(saga_open_begin(client, &(struct saga_begin){.saga = "s"}, &reply), SAGA_INVALID);
    cr_assert_eq(
        saga_open_begin(client, &(struct saga_begin){.name = "n", .input = {large, sizeof(large)}},
                        &reply),
        SAGA_TOO_LARGE);
    struct saga_step step = charge_step;
    step.step = NULL;
    cr_assert_eq(saga_open_step(client, &step, &reply), SAGA_INVALID);
    step = charge_step;
    step.compensate.options = (struct saga_value){"\x07", 1};
    cr_assert_eq(saga_open_step(client, &step, &reply), SAGA_INVALID, "options that are no map");
    step = charge_step;
    step.compensate.input = (struct saga_value){"\xc1", 1};
    cr_assert_eq(saga_open_step(client, &step, &reply), SAGA_INVALID, "an input that is none");
    const struct saga_complete complete = {.saga = "s", .step = "t"};
    cr_assert_eq(saga_open_complete(client, &complete, &reply), SAGA_INVALID, "no key");
    cr_assert_eq(saga_open_commit(client, &(struct saga_end){0}, &reply), SAGA_INVALID);
    cr_assert_eq(saga_open_abort(client, &(struct saga_end){.code = "c"}, &reply), SAGA_INVALID);
    cr_assert_eq(reply.error, SAGA_INVALID);
    saga_client_close(&client);
}
