/* outputs.h - reads the output of a saga that settled long ago, for a request that asks for the
 * saga again.
 *
 * The output lies in one of the saga's rows, which are folded to find it: too slow for the
 * thread that decides. So another thread reads the rows, and hands the output to the loop. */
#ifndef CORE_OUTPUTS_H
#define CORE_OUTPUTS_H

#include "base/buf.h"
#include "base/check.h"
#include "base/error.h"
#include "base/span.h"

struct answer;
struct catalog;
struct core;
struct request;
struct store_reader;

/* An output that a request wants. */
struct output_look {
    struct span saga;  /* id of the saga; stays until `done` is called */
    struct buf output; /* msgpack; empty = the saga has none */
    enum saga_error error;
    /* Called on the loop's thread when output and error are set. The core may have ended by
     * then. */
    void (*done)(struct output_look *look);
};

struct outputs_reader {
    /* Takes the wish. SAGA_OK: `done` will be called, perhaps before this function returns; else
     * `done` is never called. */
    MUST_CHECK enum saga_error (*read)(struct output_look *look, void *arg);
    void *arg;
};

/* Sets who reads outputs; to be called before core_serve(). */
void core_set_outputs(struct core *core, const struct outputs_reader *reader);

/* Reads the output out of the saga's rows and sets output and error of *look; for the reader, in
 * any thread. */
void outputs_load(struct store_reader *reader, const struct catalog *catalog,
                  struct output_look *look);

/* Answers the request when the output has been read, with *answer and the output in it. */
void outputs_ask(struct core *core, struct request *request, const struct answer *answer);

/* Answers `unavailable` to all requests that wait for an output. */
void outputs_close(struct core *core);

#endif
