/* test_libsaga_session.c - libsaga and a coordinator that is slow, deaf, or new again.
 *
 * Seen to fail with: a full ledger that counts the task as garbage; a window that is told once a
 * turn and not when the bound is crossed; a task of an unknown kind that counts as garbage; a
 * cancelled attempt that is answered with the older one of its key; a new connection that is not
 * heard of; `ready` that does not wait for what lies unread; a waiting that is said at each try; a
 * `ready` after the `bye` that asks for tasks; frames of 1 MiB at most; progress of any size. */
#include "libsaga_world.h"

#include <unistd.h>

static void answer_ok(const struct saga_task *task, struct saga_answer *answer, void *arg)
{
    MAYBE(task->attempt > 1);
    MAYBE(arg);
    saga_put_int(saga_answer_ok(answer), 7);
}

/* ---- a coordinator whose commits take long ---- */

enum { TASKS = 40000, LIMIT_S = 120 /* only a broken libsaga is still at it then */ };

struct slow {
    struct script script;
    uint32_t window;       /* as told last */
    uint32_t sent;         /* tasks */
    uint32_t open;         /* of them without a result */
    uint32_t done;         /* of them named by `done` */
    uint32_t closed;       /* times that the window became 0 */
    bool answered[TASKS];  /* by the number of the task, which is its key */
    uint32_t order[TASKS]; /* the numbers, as their results came */
};

static void hear_result(struct slow *slow)
{
    char key[16];
    char status[16];
    cr_assert(saga_value_copy(slow->script.said, "key", key, sizeof(key)));
    cr_assert(saga_value_copy(slow->script.said, "status", status, sizeof(status)));
    cr_assert_str_eq(status, "ok", "task %s", key);
    uint32_t number = (uint32_t)strtoul(key, NULL, 10);
    if (slow->answered[number]) {
        return; /* sent again, for there is no `done` */
    }
    slow->answered[number] = true;
    slow->order[slow->sent - slow->open] = number;
    slow->open--;
}

static void hear_one(struct slow *slow)
{
    struct script *script = &slow->script;
    script_hear(script, "result");
    if (script_said(script, "ready")) {
        slow->window = (uint32_t)saga_value_int(script->said, "window", 0);
        script_welcome(script);
    } else if (script_said(script, "window")) {
        slow->window = (uint32_t)saga_value_int(script->said, "size", 0);
        slow->closed += slow->window == 0 ? 1 : 0;
    } else if (script_said(script, "result")) {
        hear_result(slow);
    }
}

/* As a coordinator does: a slot of the window is free again at the result. */
static void fill_window(struct slow *slow)
{
    while (slow->sent < TASKS && slow->open < slow->window) {
        char key[16];
        snprintf(key, sizeof(key), "%u", slow->sent++);
        slow->open++;
        script_task(&slow->script, key, 1);
    }
}

/* What has been answered becomes durable at last. */
static void say_done(struct slow *slow)
{
    enum { ROWS = 1000 };
    uint32_t answered = slow->sent - slow->open;
    while (slow->done < answered) {
        uint32_t count = answered - slow->done < ROWS ? answered - slow->done : ROWS;
        script_begin(&slow->script, "done", 1);
        mp_put_text(&slow->script.out, "results");
        mp_put_array(&slow->script.out, count);
        for (uint32_t i = 0; i < count; i++) {
            char key[16];
            snprintf(key, sizeof(key), "%u", slow->order[slow->done++]);
            mp_put_array(&slow->script.out, 3);
            mp_put_text(&slow->script.out, key);
            mp_put_int(&slow->script.out, 1);
            mp_put_text(&slow->script.out, "ok");
        }
        script_send(&slow->script);
    }
}

/* Every task is answered, though `done` comes only when no more tasks are wanted. */
static void withhold_done(struct saga_participant_options options)
{
    struct slow *slow = calloc(1, sizeof(*slow));
    struct served served;
    struct saga_participant_counts counts;
    script_open(&slow->script);
    served_begin(&served, options, &slow->script, answer_ok, NULL);
    while (slow->sent < TASKS || slow->open > 0) {
        hear_one(slow);
        fill_window(slow);
        if (slow->window == 0 && slow->open == 0) {
            say_done(slow);
        }
    }
    cr_assert_gt(slow->closed, 0, "so many results are more than it holds");
    say_done(slow);
    saga_participant_counts(served.participant, &counts);
    cr_assert_eq(counts.tasks, TASKS);
    cr_assert_eq(counts.garbage, 0);
    served_end(&served);
    script_close(&slow->script);
    free(slow);
}

Test(libsaga_session, answers_every_task_while_nothing_becomes_durable, .timeout = LIMIT_S)
{
    withhold_done((struct saga_participant_options){.window = 64, .workers = 8});
}

Test(libsaga_session, answers_every_task_inline_while_nothing_becomes_durable, .timeout = LIMIT_S)
{
    withhold_done(
        (struct saga_participant_options){.window = 1000, .workers = SAGA_WORKERS_INLINE});
}

/* ---- tasks that cannot be taken ---- */

static void expect_failed(const struct script *script, const char *key, const char *code)
{
    char text[64];
    cr_assert(saga_value_copy(script->said, "key", text, sizeof(text)));
    cr_assert_str_eq(text, key);
    cr_assert(saga_value_copy(script->said, "error.code", text, sizeof(text)));
    cr_assert_str_eq(text, code);
    cr_assert(saga_value_bool(script->said, "error.retryable", false));
    cr_assert_not(saga_value_bool(script->said, "error.in_doubt", true));
}

Test(libsaga_session, answers_a_task_of_a_kind_that_it_does_not_know)
{
    const struct saga_participant_options options = {.workers = SAGA_WORKERS_INLINE};
    struct script script;
    struct served served;
    script_open(&script);
    served_begin(&served, options, &script, answer_ok, NULL);
    script_await(&script, "ready");
    script_welcome(&script);
    script_begin(&script, "task", 4);
    script_text(&script, "key", "k");
    script_number(&script, "attempt", 4294967295);
    script_text(&script, "token", "a-token");
    script_text(&script, "kind", "dance");
    script_send(&script);
    script_await(&script, "result");
    expect_failed(&script, "k", "not_served");
    cr_assert_eq(saga_value_int(script.said, "attempt", 0), 4294967295);
    served_end(&served);
    script_close(&script);
}

/* A coordinator that does not keep to the window is answered all the same. */
Test(libsaga_session, answers_what_it_has_no_room_for)
{
    enum { WINDOW = 1, ROOM = PARTICIPANT_HELD_MAX + 2 * WINDOW };
    const struct saga_participant_options options = {.workers = SAGA_WORKERS_INLINE,
                                                     .window = WINDOW};
    struct script script;
    struct served served;
    char key[16];
    script_open(&script);
    served_begin(&served, options, &script, answer_ok, NULL);
    script_await(&script, "ready");
    script_welcome(&script);
    for (int i = 0; i <= ROOM; i++) {
        snprintf(key, sizeof(key), "%d", i);
        script_task(&script, key, 1);
    }
    for (int i = 0; i < ROOM; i++) {
        script_await(&script, "result");
        cr_assert_null(saga_value_find(script.said, "error").data, "%d", i);
    }
    script_await(&script, "result");
    expect_failed(&script, key, "overloaded");
    served_end(&served);
    script_close(&script);
}

/* ---- a handler that hangs ---- */

struct gate {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    uint32_t entered; /* handlers that began */
    bool is_open;     /* then they end */
};

static void gate_open(struct gate *gate)
{
    *gate = (struct gate){.is_open = false};
    pthread_mutex_init(&gate->mutex, NULL);
    pthread_cond_init(&gate->changed, NULL);
}

static void gate_close(struct gate *gate)
{
    pthread_cond_destroy(&gate->changed);
    pthread_mutex_destroy(&gate->mutex);
}

static void wait_at_gate(const struct saga_task *task, struct saga_answer *answer, void *arg)
{
    struct gate *gate = arg;
    pthread_mutex_lock(&gate->mutex);
    gate->entered++;
    pthread_cond_broadcast(&gate->changed);
    while (!gate->is_open) {
        pthread_cond_wait(&gate->changed, &gate->mutex);
    }
    pthread_mutex_unlock(&gate->mutex);
    saga_put_int(saga_answer_ok(answer), task->attempt);
}

static void await_entered(struct gate *gate, uint32_t count)
{
    pthread_mutex_lock(&gate->mutex);
    while (gate->entered < count) {
        pthread_cond_wait(&gate->changed, &gate->mutex);
    }
    pthread_mutex_unlock(&gate->mutex);
}

static void let_through(struct gate *gate)
{
    pthread_mutex_lock(&gate->mutex);
    gate->is_open = true;
    pthread_cond_broadcast(&gate->changed);
    pthread_mutex_unlock(&gate->mutex);
}

static void script_cancel(struct script *script, const char *key, int64_t attempt)
{
    script_begin(script, "cancel", 3);
    script_text(script, "key", key);
    script_number(script, "attempt", attempt);
    script_text(script, "reason", "timeout");
    script_send(script);
}

/* Time after time the coordinator gives up waiting and sends the next attempt. */
Test(libsaga_session, answers_each_cancelled_attempt_behind_a_handler_that_hangs)
{
    enum { ATTEMPTS = 100 };
    const struct saga_participant_options options = {.workers = 1};
    struct script script;
    struct served served;
    struct gate gate;
    script_open(&script);
    gate_open(&gate);
    served_begin(&served, options, &script, wait_at_gate, &gate);
    script_await(&script, "ready");
    script_welcome(&script);
    script_task(&script, "k", 1);
    await_entered(&gate, 1);
    script_cancel(&script, "k", 1);
    for (int64_t attempt = 2; attempt <= ATTEMPTS; attempt++) {
        script_task(&script, "k", attempt);
        script_cancel(&script, "k", attempt);
        script_await(&script, "result");
        cr_assert_eq(saga_value_int(script.said, "attempt", 0), attempt);
        char code[16];
        cr_assert(saga_value_copy(script.said, "error.code", code, sizeof(code)));
        cr_assert_str_eq(code, "cancelled");
        cr_assert(saga_value_bool(script.said, "error.retryable", false), "no refusal");
    }
    let_through(&gate);
    script_await(&script, "result");
    cr_assert_eq(saga_value_int(script.said, "attempt", 0), 1);
    cr_assert_eq(saga_value_int(script.said, "output", 0), 1);
    cr_assert_eq(gate.entered, 1);
    served_end(&served);
    gate_close(&gate);
    script_close(&script);
}

/* ---- a coordinator that was killed and is back ---- */

static bool names(struct saga_value running, const char *key)
{
    char text[32];
    for (size_t i = 0; i < saga_value_count(running); i++) {
        struct saga_value one = saga_value_at(running, i);
        cr_assert(saga_value_copy(one, "key", text, sizeof(text)));
        cr_assert_eq(saga_value_int(one, "attempt", 0), 1);
        if (strcmp(text, key) == 0) {
            return true;
        }
    }
    return false;
}

/* The next heartbeat would be minutes away. */
Test(libsaga_session, says_ready_as_soon_as_its_connection_is_new)
{
    const struct saga_participant_options options = {.workers = 1};
    struct script script;
    struct served served;
    struct gate gate;
    char before[64];
    char instance[64];
    script_open(&script);
    gate_open(&gate);
    served_begin(&served, options, &script, wait_at_gate, &gate);
    script_await(&script, "ready");
    cr_assert(saga_value_copy(script.said, "instance", before, sizeof(before)));
    script_welcome(&script);
    script_task(&script, "waits", 1);
    script_task(&script, "answered", 1);
    script_cancel(&script, "answered", 1);
    script_await(&script, "result");
    await_entered(&gate, 1);
    for (int i = 0; i < 3; i++) {
        script_restart(&script);
        script_await(&script, "ready");
        cr_assert(saga_value_copy(script.said, "instance", instance, sizeof(instance)));
        cr_assert_str_eq(instance, before);
        struct saga_value running = saga_value_find(script.said, "running");
        cr_assert_eq(saga_value_count(running), 2);
        cr_assert(names(running, "waits"));
        cr_assert(names(running, "answered"), "no `done` has named it");
        script_welcome(&script);
        script_await(&script, "result"); /* again, for the connection is new */
    }
    let_through(&gate);
    served_end(&served);
    gate_close(&gate);
    script_close(&script);
}

/* ---- leaving ---- */

/* On a new connection `ready` would ask for tasks again. */
Test(libsaga_session, asks_for_no_more_tasks_once_it_leaves)
{
    const struct saga_participant_options options = {.workers = 1, .window = 5};
    struct script script;
    struct served served;
    struct gate gate;
    script_open(&script);
    gate_open(&gate);
    served_begin(&served, options, &script, wait_at_gate, &gate);
    script_await(&script, "ready");
    cr_assert_eq(saga_value_int(script.said, "window", 0), 5);
    script_welcome(&script);
    script_task(&script, "k", 1);
    await_entered(&gate, 1);
    saga_participant_stop(served.participant);
    script_await(&script, "bye");
    script_restart(&script);
    script_await(&script, "ready");
    cr_assert_eq(saga_value_int(script.said, "window", -1), 0);
    cr_assert(names(saga_value_find(script.said, "running"), "k"));
    script_welcome(&script);
    script_await(&script, "bye");
    let_through(&gate);
    script_await(&script, "result");
    served_end(&served);
    gate_close(&gate);
    script_close(&script);
}

/* The process can end though a handler does not. */
Test(libsaga_session, leaves_when_its_time_is_over)
{
    static struct gate gate; /* the handler waits there until the process ends */
    const struct saga_participant_options options = {.workers = 2, .stop_ms = 100};
    struct script script;
    struct served served;
    script_open(&script);
    gate_open(&gate);
    served_begin(&served, options, &script, wait_at_gate, &gate);
    script_await(&script, "ready");
    script_welcome(&script);
    script_task(&script, "k", 1);
    await_entered(&gate, 1);
    saga_participant_stop(served.participant);
    cr_assert_eq(pthread_join(served.thread, NULL), 0);
    cr_assert_eq(served.rc, SAGA_UNAVAILABLE);
    saga_participant_close(&served.participant);
    cr_assert_null(served.participant);
    script_close(&script);
}

/* ---- sizes, and what is not known ---- */

static void count_input(const struct saga_task *task, struct saga_answer *answer, void *arg)
{
    MAYBE(arg);
    struct saga_pack *output = saga_answer_ok(answer);
    saga_put_array(output, 2);
    saga_put_int(output, (int64_t)saga_value_count(saga_value_find(task->input, "numbers")));
    saga_put_int(output, (int64_t)saga_value_find(task->output, "text").size);
}

/* What the coordinator puts together is bounded by 3 MiB and by nothing else. */
Test(libsaga_session, takes_tasks_of_three_mebibytes)
{
    enum { NUMBERS = 150000, TEXT = 2800000 };
    const struct saga_participant_options options = {.workers = 1};
    struct script script;
    struct served served;
    char *text = calloc(1, TEXT + 1);
    memset(text, 'x', TEXT);
    script_open(&script);
    served_begin(&served, options, &script, count_input, NULL);
    script_await(&script, "ready");
    script_welcome(&script);
    script_task_begin(&script, "k", 1, 3);
    mp_put_text(&script.out, "input");
    mp_put_map(&script.out, 1);
    mp_put_text(&script.out, "numbers");
    mp_put_array(&script.out, NUMBERS);
    for (int64_t i = 0; i < NUMBERS; i++) {
        mp_put_int(&script.out, i % 100);
    }
    mp_put_text(&script.out, "a key of a later version");
    mp_put_map(&script.out, 1);
    mp_put_text(&script.out, "key");
    mp_put_array(&script.out, 0);
    mp_put_text(&script.out, "output");
    mp_put_map(&script.out, 1);
    script_text(&script, "text", text);
    script_send(&script);
    script_await(&script, "result");
    cr_assert_eq(saga_value_int(script.said, "output.0", 0), NUMBERS);
    cr_assert_eq(saga_value_int(script.said, "output.1", 0), TEXT + 5);
    served_end(&served);
    script_close(&script);
    free(text);
}

struct long_text {
    size_t size;
    enum saga_error heartbeat; /* what saga_participant_heartbeat() said to it */
};

static void answer_long(const struct saga_task *task, struct saga_answer *answer, void *arg)
{
    struct long_text *text = arg;
    struct saga_pack *pack = saga_pack_new();
    char *bytes = calloc(1, text->size);
    memset(bytes, 'x', text->size);
    saga_put_bytes(pack, bytes, text->size);
    text->heartbeat = saga_participant_heartbeat(task, saga_pack_value(pack));
    saga_put_value(saga_answer_ok(answer), saga_pack_value(pack));
    free(bytes);
    saga_pack_destroy(&pack);
}

/* ZeroMQ drops a message that is too large without a word, and the connection with it. */
Test(libsaga_session, sends_no_message_larger_than_it_may)
{
    enum { SMALL = 2000 };
    const struct saga_participant_options options = {.workers = 1};
    struct script script;
    struct served served;
    struct long_text text = {.size = SMALL};
    char code[32];
    script_open(&script);
    served_begin(&served, options, &script, answer_long, &text);
    script_await(&script, "ready");
    script_welcome_with(&script, SMALL);
    script_task(&script, "k", 1);
    script_await(&script, "result");
    cr_assert(saga_value_copy(script.said, "error.code", code, sizeof(code)));
    cr_assert_str_eq(code, "bad_output");
    served_end(&served);
    cr_assert_eq(text.heartbeat, SAGA_TOO_LARGE);
    script_close(&script);
}

/* ---- the same, step by step, without a thread ---- */

struct steps {
    struct saga_participant *participant;
    enum saga_notice notice; /* the last one */
    char text[256];          /* of it */
    uint32_t notices;        /* so far */
};

static void note(enum saga_notice notice, const char *text, void *arg)
{
    struct steps *steps = arg;
    steps->notice = notice;
    snprintf(steps->text, sizeof(steps->text), "%s", text);
    steps->notices++;
}

static void steps_open(struct steps *steps, const struct script *script)
{
    const struct saga_participant_options options = {.endpoint = script->endpoint,
                                                     .workers = SAGA_WORKERS_INLINE,
                                                     .notice = note,
                                                     .notice_arg = steps};
    *steps = (struct steps){.notices = 0};
    cr_assert_eq(saga_participant_open(&options, &steps->participant), SAGA_OK);
    cr_assert_eq(saga_participant_serve(steps->participant, "t.work", answer_ok, NULL), SAGA_OK);
    steps->participant->now_ms = link_now_ms();
    cr_assert_eq(connection_open(steps->participant), SAGA_OK);
}

static void await_readable(void *socket)
{
    zmq_pollitem_t item = {.socket = socket, .events = ZMQ_POLLIN};
    cr_assert_eq(zmq_poll(&item, 1, SCRIPT_PATIENCE_MS), 1);
}

/* A task that was received and not read is not yet taken: `ready` must not come before it. */
Test(libsaga_session, says_ready_when_it_has_read_what_the_old_connection_brought)
{
    struct script script;
    struct steps steps;
    script_open(&script);
    steps_open(&steps, &script);
    struct saga_participant *participant = steps.participant;
    script_await(&script, "ready");
    script_welcome(&script);
    while (!participant->is_welcome) {
        await_readable(participant->socket);
        (void)session_read(participant);
    }
    script_task(&script, "unread", 1);
    await_readable(participant->socket);
    script_restart(&script);
    while (!participant->owes_ready) {
        await_readable(participant->watch);
        connection_watch(participant);
    }
    cr_assert_eq(steps.notice, SAGA_NOTICE_LOST);
    session_turn(participant, false);
    cr_assert_not(session_read(participant));
    session_turn(participant, true);
    script_await(&script, "ready");
    cr_assert(names(saga_value_find(script.said, "running"), "unread"));
    saga_participant_close(&steps.participant);
    script_close(&script);
}

/* ---- no coordinator ---- */

Test(libsaga_session, says_once_that_it_waits_for_a_coordinator)
{
    struct script script;
    struct steps steps;
    script_open(&script);
    zmq_close(script.router);
    /* A port that was given back may be another test's by now; this name is nobody's. */
    snprintf(script.endpoint, sizeof(script.endpoint), "ipc://@libsaga-%d", (int)getpid());
    steps_open(&steps, &script);
    struct saga_participant *participant = steps.participant;
    for (int tries = 0; tries < 4; tries++) {
        await_readable(participant->watch);
        connection_watch(participant);
    }
    cr_assert_eq(steps.notices, 1);
    cr_assert_eq(steps.notice, SAGA_NOTICE_WAITING);
    cr_assert_str_eq(steps.text, script.endpoint);

    char endpoint[256];
    snprintf(endpoint, sizeof(endpoint), "%s", script.endpoint);
    script_bind(&script, endpoint);
    script_await(&script, "ready");
    script_welcome(&script);
    while (!participant->is_welcome) {
        await_readable(participant->socket);
        (void)session_read(participant);
    }
    cr_assert_eq(steps.notices, 2);
    cr_assert_eq(steps.notice, SAGA_NOTICE_WELCOME);
    saga_participant_close(&steps.participant);
    script_close(&script);
}
