/* open_load.c - drives open sagas of three steps and keeps N of them in flight: the load of
 * tests/bench/run --open.
 *
 * A saga is begin, three times register and complete, commit: eight requests, each sent when the
 * one before is answered, and each answer is durable. One socket, raw messages: a client of libsaga
 * has one request open. Prints one line of JSON: sagas, seconds and microseconds of a saga. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#include "saga.h"

enum { SLOTS_MAX = 4096, SAMPLE_MAX = 4 * 1024 * 1024, KEY_SIZE = 160, STEPS = 3 };
/* The requests of a saga, in order: in between each step registers, then completes. */
enum { PLACE_BEGIN = 0, PLACE_FIRST = 1, PLACE_COMMIT = PLACE_FIRST + 2 * STEPS };

struct slot {
    char saga[64];
    char key[KEY_SIZE]; /* of the step that is open */
    int place;
    int64_t begun_ns;
};

struct load {
    void *socket;
    struct saga_pack *pack;
    struct slot slots[SLOTS_MAX];
    uint32_t *samples;
    size_t ended;
    size_t started;
    int64_t until_ns;
};

static const char *const steps[STEPS] = {"flight", "hotel", "itinerary"};
static const char *const undos[STEPS] = {"flights.cancel", "hotels.release", "none"};

static void die(const char *what, const char *why)
{
    fprintf(stderr, "open_load: %s: %s\n", what, why);
    exit(1);
}

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void put(struct saga_pack *pack, const char *key, const char *text)
{
    saga_put_str(pack, key);
    saga_put_str(pack, text);
}

static void put_input(struct saga_pack *pack)
{
    saga_put_str(pack, "input");
    saga_put_map(pack, 2);
    put(pack, "trip", "MUC-LIS-2026-12-24");
    put(pack, "seat", "14C");
}

static void put_head(struct saga_pack *pack, uint32_t more, const char *type, const char *request)
{
    saga_pack_clear(pack);
    saga_put_map(pack, 3 + more);
    saga_put_str(pack, "v");
    saga_put_int(pack, 1);
    put(pack, "type", type);
    put(pack, "request", request);
}

static void put_step(struct saga_pack *pack, const struct slot *slot, const char *request)
{
    int step = (slot->place - PLACE_FIRST) / 2;
    if ((slot->place - PLACE_FIRST) % 2 == 0) {
        put_head(pack, 4, "register", request);
        put_input(pack);
        saga_put_str(pack, "compensate");
        if (strcmp(undos[step], "none") == 0) {
            saga_put_str(pack, "none");
        } else {
            saga_put_map(pack, 1);
            put(pack, "action", undos[step]);
        }
    } else {
        put_head(pack, 4, "complete", request);
        put(pack, "key", slot->key);
        put(pack, "status", "ok");
    }
    put(pack, "step", steps[step]);
}

static void say(struct load *load, size_t index)
{
    struct slot *slot = &load->slots[index];
    struct saga_pack *pack = load->pack;
    char request[16];
    snprintf(request, sizeof(request), "%zu", index);
    if (slot->place == PLACE_BEGIN) {
        slot->begun_ns = now_ns();
        snprintf(slot->saga, sizeof(slot->saga), "o-%d-%zu", (int)getpid(), load->started++);
        put_head(pack, 4, "begin", request);
        put(pack, "name", "booking");
        saga_put_str(pack, "timeout_ms");
        saga_put_int(pack, 600000);
        put_input(pack);
    } else if (slot->place == PLACE_COMMIT) {
        put_head(pack, 2, "commit", request);
        put(pack, "wait", "settled");
    } else {
        put_step(pack, slot, request);
    }
    put(pack, "saga", slot->saga);
    struct saga_value value = saga_pack_value(pack);
    if (!value.data || zmq_send(load->socket, value.data, value.size, 0) < 0) {
        die("send", value.data ? zmq_strerror(zmq_errno()) : "no whole message");
    }
}

static void end(struct load *load, size_t index)
{
    int64_t took_us = (now_ns() - load->slots[index].begun_ns) / 1000;
    if (load->ended < SAMPLE_MAX) {
        load->samples[load->ended] = (uint32_t)took_us;
    }
    load->ended++;
    load->slots[index].place = PLACE_BEGIN;
}

static void take(struct load *load, struct saga_value reply)
{
    char text[64];
    if (!saga_value_copy(reply, "request", text, sizeof(text)) ||
        strtoul(text, NULL, 10) >= SLOTS_MAX) {
        die("a reply", "of no request");
    }
    size_t index = strtoul(text, NULL, 10);
    struct slot *slot = &load->slots[index];
    if (saga_value_copy(reply, "code", text, sizeof(text))) {
        die("refused", text);
    }
    if (!saga_value_copy(reply, "key", slot->key, sizeof(slot->key))) {
        slot->key[0] = '\0';
    }
    if (slot->place == PLACE_COMMIT) {
        if (!saga_value_copy(reply, "status", text, sizeof(text)) ||
            strcmp(text, "completed") != 0) {
            die("committed, but", text);
        }
        end(load, index);
    } else {
        slot->place++;
    }
    if (slot->place != PLACE_BEGIN || now_ns() < load->until_ns) {
        say(load, index);
    }
}

static int rises(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void report(const struct load *load, double seconds)
{
    size_t count = load->ended < SAMPLE_MAX ? load->ended : SAMPLE_MAX;
    qsort(load->samples, count, sizeof(*load->samples), rises);
    printf("{\"sagas\": %zu, \"right\": %zu, \"seconds\": %.3f, \"p50_us\": %u, \"p99_us\": %u}\n",
           load->ended, load->ended, seconds, count ? load->samples[count / 2] : 0,
           count ? load->samples[count * 99 / 100] : 0);
}

int main(int argc, char **argv)
{
    static struct load load;
    if (argc != 4) {
        fputs("usage: open_load ENDPOINT INFLIGHT SECONDS\n", stderr);
        return 2;
    }
    size_t inflight = strtoul(argv[2], NULL, 10);
    if (inflight == 0 || inflight > SLOTS_MAX) {
        die("INFLIGHT", "1 to 4096");
    }
    void *context = zmq_ctx_new();
    int unlimited = 0;
    load.socket = zmq_socket(context, ZMQ_DEALER);
    load.pack = saga_pack_new();
    load.samples = calloc(SAMPLE_MAX, sizeof(*load.samples));
    if (!load.socket || !load.pack || !load.samples ||
        zmq_setsockopt(load.socket, ZMQ_SNDHWM, &unlimited, sizeof(unlimited)) != 0 ||
        zmq_connect(load.socket, argv[1]) != 0) {
        die("connect", argv[1]);
    }
    int64_t begun_ns = now_ns();
    load.until_ns = begun_ns + (int64_t)(strtod(argv[3], NULL) * 1e9);
    for (size_t i = 0; i < inflight; i++) {
        say(&load, i);
    }
    zmq_msg_t message;
    zmq_msg_init(&message);
    while (load.ended < load.started) {
        if (zmq_msg_recv(&message, load.socket, 0) < 0) {
            die("receive", zmq_strerror(zmq_errno()));
        }
        take(&load, (struct saga_value){zmq_msg_data(&message), zmq_msg_size(&message)});
    }
    report(&load, (double)(now_ns() - begun_ns) / 1e9);
    zmq_msg_close(&message);
    zmq_close(load.socket);
    zmq_ctx_term(context);
    saga_pack_destroy(&load.pack);
    free(load.samples);
    return 0;
}
