/* libsaga_world.h - a coordinator that says what a test wants, and a participant in a thread.
 *
 * The script is a ROUTER on a free port with one peer. Each wait has a limit, which only a broken
 * libsaga meets: nothing is asserted of times. */
#ifndef LIBSAGA_WORLD_H
#define LIBSAGA_WORLD_H

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>

#include <zmq.h>

#include "base/mp.h"
#include "participants/connection.h"
#include "participants/session.h"

enum {
    SCRIPT_PATIENCE_MS = 20000,  /* for what must come */
    SCRIPT_CALM_MS = 10 * 60000, /* heartbeat_ms of a welcome: no test lasts so long */
};

struct script {
    void *context;
    void *router;
    char endpoint[256];
    zmq_msg_t peer;         /* whose message came last */
    zmq_msg_t frame;        /* that message */
    struct saga_value said; /* that message, read */
    struct buf out;
};

static inline void script_bind(struct script *script, const char *endpoint)
{
    int none = 0;
    int patience_ms = SCRIPT_PATIENCE_MS;
    int unbounded = 0;
    size_t size = sizeof(script->endpoint);
    script->router = zmq_socket(script->context, ZMQ_ROUTER);
    zmq_setsockopt(script->router, ZMQ_LINGER, &none, sizeof(none));
    zmq_setsockopt(script->router, ZMQ_RCVTIMEO, &patience_ms, sizeof(patience_ms));
    zmq_setsockopt(script->router, ZMQ_SNDHWM, &unbounded, sizeof(unbounded));
    zmq_setsockopt(script->router, ZMQ_RCVHWM, &unbounded, sizeof(unbounded));
    /* The port of a socket that was just closed is free once its thread has heard of that. */
    int rc = zmq_bind(script->router, endpoint);
    while (rc != 0 && errno == EADDRINUSE) {
        rc = zmq_bind(script->router, endpoint);
    }
    cr_assert_eq(rc, 0);
    cr_assert_eq(zmq_getsockopt(script->router, ZMQ_LAST_ENDPOINT, script->endpoint, &size), 0);
}

static inline void script_open(struct script *script)
{
    *script = (struct script){.context = zmq_ctx_new()};
    zmq_msg_init(&script->peer);
    zmq_msg_init(&script->frame);
    buf_open(&script->out, 4u << 20);
    script_bind(script, "tcp://127.0.0.1:*");
}

static inline void script_close(struct script *script)
{
    zmq_close(script->router);
    zmq_msg_close(&script->peer);
    zmq_msg_close(&script->frame);
    buf_close(&script->out);
    zmq_ctx_term(script->context);
}

/* Killed and started again at the same place: what was under way is lost. */
static inline void script_restart(struct script *script)
{
    char endpoint[256];
    snprintf(endpoint, sizeof(endpoint), "%s", script->endpoint);
    zmq_close(script->router);
    script_bind(script, endpoint);
}

/* The next message, of any type; script->said reads it. */
static inline void script_hear(struct script *script, const char *awaited)
{
    const char *why = NULL;
    cr_assert_gt(zmq_msg_recv(&script->peer, script->router, 0), 0, "no %s comes", awaited);
    cr_assert_gt(zmq_msg_recv(&script->frame, script->router, 0), 0);
    struct span bytes = span_of(zmq_msg_data(&script->frame), zmq_msg_size(&script->frame));
    cr_assert_eq(mp_check(bytes, &why), SAGA_OK, "%s", why);
    script->said = (struct saga_value){bytes.data, bytes.size};
}

static inline bool script_said(const struct script *script, const char *type)
{
    char text[32];
    return saga_value_copy(script->said, "type", text, sizeof(text)) && strcmp(text, type) == 0;
}

/* The next message of this type; those before it are of no interest. */
static inline void script_await(struct script *script, const char *type)
{
    do {
        script_hear(script, type);
    } while (!script_said(script, type));
}

static inline void script_begin(struct script *script, const char *type, uint32_t pairs)
{
    buf_clear(&script->out);
    mp_put_map(&script->out, pairs + 2);
    mp_put_text(&script->out, "v");
    mp_put_int(&script->out, 1);
    mp_put_text(&script->out, "type");
    mp_put_text(&script->out, type);
}

static inline void script_send(struct script *script)
{
    zmq_msg_t peer;
    zmq_msg_init(&peer);
    zmq_msg_copy(&peer, &script->peer);
    cr_assert_not(buf_failed(&script->out));
    cr_assert_gt(zmq_msg_send(&peer, script->router, ZMQ_SNDMORE), 0);
    cr_assert_gt(zmq_send(script->router, script->out.data, script->out.size, 0), 0);
}

static inline void script_number(struct script *script, const char *key, int64_t number)
{
    mp_put_text(&script->out, key);
    mp_put_int(&script->out, number);
}

static inline void script_text(struct script *script, const char *key, const char *text)
{
    mp_put_text(&script->out, key);
    mp_put_text(&script->out, text);
}

static inline void script_welcome_with(struct script *script, int64_t max_message)
{
    script_begin(script, "welcome", 4);
    script_text(script, "session", "s");
    script_number(script, "heartbeat_ms", SCRIPT_CALM_MS);
    script_number(script, "dead_ms", SCRIPT_CALM_MS);
    script_number(script, "max_message", max_message);
    script_send(script);
}

static inline void script_welcome(struct script *script)
{
    script_welcome_with(script, 1 << 20);
}

/* Begins a task of action t.work with so many more pairs, which the caller puts and sends. */
static inline void script_task_begin(struct script *script, const char *key, int64_t attempt,
                                     uint32_t more)
{
    script_begin(script, "task", 8 + more);
    script_text(script, "key", key);
    script_number(script, "attempt", attempt);
    script_text(script, "token", "9f86d081884c7d659a2feaa0c55ad015");
    script_text(script, "saga", "trip-1");
    script_text(script, "step", "flight");
    script_text(script, "kind", "do");
    script_text(script, "action", "t.work");
    script_number(script, "ttl_ms", SCRIPT_CALM_MS);
}

static inline void script_task(struct script *script, const char *key, int64_t attempt)
{
    script_task_begin(script, key, attempt, 0);
    script_send(script);
}

/* ---- a participant ---- */

struct served {
    struct saga_participant *participant;
    pthread_t thread;
    enum saga_error rc; /* of saga_participant_run() */
};

static inline void *served_run(void *arg)
{
    struct served *served = arg;
    served->rc = saga_participant_run(served->participant);
    return NULL;
}

/* Serves t.work, in a thread, until served_end(). */
static inline void served_begin(struct served *served, struct saga_participant_options options,
                                const struct script *script, saga_handler_fn *handler, void *arg)
{
    options.endpoint = script->endpoint;
    cr_assert_eq(saga_participant_open(&options, &served->participant), SAGA_OK);
    cr_assert_eq(saga_participant_serve(served->participant, "t.work", handler, arg), SAGA_OK);
    cr_assert_eq(pthread_create(&served->thread, NULL, served_run, served), 0);
}

/* Asks it to stop, twice: for what nobody says `done` of it does not wait. */
static inline void served_end(struct served *served)
{
    saga_participant_stop(served->participant);
    saga_participant_stop(served->participant);
    cr_assert_eq(pthread_join(served->thread, NULL), 0);
    cr_assert_eq(served->rc, SAGA_OK);
    saga_participant_close(&served->participant);
}

#endif
