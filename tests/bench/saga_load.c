/* saga_load.c - starts sagas and keeps N of them in flight: the load of tests/bench/run.
 *
 * A closed loop: an answer (the saga has ended) starts the next saga. Prints one line of JSON:
 * sagas ended, seconds, latency from start to answer in microseconds, and how many ended how. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "saga.h"

enum { SAMPLE_MAX = 4 * 1024 * 1024 };

struct load {
    struct saga_client *client;
    struct saga_start start;
    int64_t until_ns;
    uint64_t ended;
    uint64_t right;     /* ended as wanted */
    const char *wanted; /* status */
    int64_t *begun_ns;  /* by slot */
    uint32_t *samples;  /* latency in us */
    size_t sample_count;
    uint64_t target; /* stop after this many starts; 0 = by time */
    uint64_t started;
};

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void start_one(struct load *load, size_t slot)
{
    load->begun_ns[slot] = now_ns();
    load->started++;
    enum saga_error rc =
        saga_client_start_async(load->client, &load->start, (void *)(uintptr_t)slot);
    if (rc != SAGA_OK) {
        fprintf(stderr, "saga_load: start: %s\n", saga_error_text(rc));
        exit(1);
    }
}

static bool goes_on(const struct load *load)
{
    return load->target > 0 ? load->started < load->target : now_ns() < load->until_ns;
}

static void ended(const struct saga_reply *reply, void *tag, void *arg)
{
    struct load *load = arg;
    size_t slot = (size_t)(uintptr_t)tag;
    if (reply->error != SAGA_OK) {
        fprintf(stderr, "saga_load: %s: %s\n", saga_error_code(reply->error), reply->message);
        exit(1);
    }
    load->ended++;
    load->right += strcmp(reply->status, load->wanted) == 0 ? 1 : 0;
    if (load->sample_count < SAMPLE_MAX) {
        int64_t us = (now_ns() - load->begun_ns[slot]) / 1000;
        load->samples[load->sample_count++] = (uint32_t)us;
    }
    if (goes_on(load)) {
        start_one(load, slot);
    }
}

/* The sample that this part of all samples is not above. By counting the upper and then the lower
 * halves: sorting would be a third of all that this program does. */
static uint32_t percentile(const struct load *load, double part)
{
    static uint32_t counts[1 << 16];
    uint32_t bits = 0;
    if (load->sample_count == 0) {
        return 0;
    }
    size_t rank = (size_t)((double)(load->sample_count - 1) * part);
    for (int shift = 16; shift >= 0; shift -= 16) {
        memset(counts, 0, sizeof(counts));
        for (size_t i = 0; i < load->sample_count; i++) {
            if (shift == 16 || load->samples[i] >> 16 == bits >> 16) {
                counts[load->samples[i] >> shift & 0xffff]++;
            }
        }
        uint32_t half = 0;
        while (rank >= counts[half]) {
            rank -= counts[half++];
        }
        bits |= half << shift;
    }
    return bits;
}

static void usage(void)
{
    fputs(
        "usage: saga_load --connect ENDPOINT --definition NAME --inflight N [--seconds S]\n"
        "                 [--count N] [--wanted STATUS] [--stored]\n",
        stderr);
    exit(2);
}

struct settings {
    struct saga_client_options client;
    size_t inflight;
    double seconds;
};

static void read_options(int argc, char **argv, struct load *load, struct settings *settings)
{
    static const struct option options[] = {
        {"connect", required_argument, NULL, 'c'},  {"definition", required_argument, NULL, 'd'},
        {"inflight", required_argument, NULL, 'n'}, {"seconds", required_argument, NULL, 's'},
        {"count", required_argument, NULL, 'k'},    {"wanted", required_argument, NULL, 'w'},
        {"stored", no_argument, NULL, 'o'},         {NULL, 0, NULL, 0},
    };
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (c) {
        case 'c':
            settings->client.endpoint = optarg;
            break;
        case 'd':
            load->start.definition = optarg;
            break;
        case 'n':
            settings->inflight = strtoul(optarg, NULL, 10);
            break;
        case 's':
            settings->seconds = strtod(optarg, NULL);
            break;
        case 'k':
            load->target = strtoull(optarg, NULL, 10);
            break;
        case 'w':
            load->wanted = optarg;
            break;
        case 'o':
            load->start.wait = SAGA_WAIT_STORED;
            load->wanted = "running";
            break;
        default:
            usage();
        }
    }
}

int main(int argc, char **argv)
{
    struct settings settings = {.client = {.timeout_ms = 60000}, .inflight = 1, .seconds = 3.0};
    struct load load = {.wanted = "completed"};
    load.start.wait = SAGA_WAIT_SETTLED;
    load.start.wait_ms = 60000;
    read_options(argc, argv, &load, &settings);
    size_t inflight = settings.inflight;
    if (!load.start.definition || inflight == 0) {
        usage();
    }
    settings.client.open_max = (uint32_t)inflight;
    struct saga_pack *input = saga_pack_new();
    load.begun_ns = calloc(inflight, sizeof(*load.begun_ns));
    load.samples = calloc(SAMPLE_MAX, sizeof(*load.samples));
    if (!input || !load.begun_ns || !load.samples ||
        saga_client_open(&settings.client, &load.client) != SAGA_OK) {
        fputs("saga_load: cannot begin\n", stderr);
        return 1;
    }
    saga_put_map(input, 2);
    saga_put_str(input, "trip");
    saga_put_str(input, "MUC-LIS-2026-12-24");
    saga_put_str(input, "seat");
    saga_put_str(input, "14C");
    load.start.input = saga_pack_value(input);
    int64_t begun_ns = now_ns();
    load.until_ns = begun_ns + (int64_t)(settings.seconds * 1e9);
    for (size_t i = 0; i < inflight && goes_on(&load); i++) {
        start_one(&load, i);
    }
    while (saga_client_open_count(load.client) > 0) {
        (void)saga_client_poll(load.client, 1000, ended, &load);
    }
    double took = (double)(now_ns() - begun_ns) / 1e9;
    printf(
        "{\"sagas\": %llu, \"right\": %llu, \"seconds\": %.3f, \"p50_us\": %u, \"p99_us\": %u, "
        "\"p999_us\": %u}\n",
        (unsigned long long)load.ended, (unsigned long long)load.right, took,
        percentile(&load, 0.5), percentile(&load, 0.99), percentile(&load, 0.999));
    saga_client_close(&load.client);
    saga_pack_destroy(&input);
    free(load.begun_ns);
    free(load.samples);
    return load.right == load.ended ? 0 : 1;
}
