/* outputs.h - the output of a saga that settled long ago, for who asks for the saga once more.
 *
 * The output lies in one of the saga's rows, which are folded to find it: that is not for the
 * thread that decides. Somebody else reads, and brings the output to the loop. */
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

/* An output that is asked for. */
struct output_look {
    struct span saga;  /* external id; stays until `done` */
    struct buf output; /* msgpack; empty = there is none */
    enum saga_error error;
    /* Once the rest is set, on the loop's thread. The core may be gone by then. */
    void (*done)(struct output_look *look);
};

struct outputs_reader {
    /* SAGA_OK: taken, and `done` is called, perhaps before this returns. Else it is not. */
    MUST_CHECK enum saga_error (*read)(struct output_look *look, void *arg);
    void *arg;
};

/* Who reads. Before core_serve(). */
void core_set_outputs(struct core *core, const struct outputs_reader *reader);

/* What the reader does, in any thread: sets output and error. */
void outputs_load(struct store_reader *reader, const struct catalog *catalog,
                  struct output_look *look);

/* Gives the answer when the output is there, in which it then lies. */
void outputs_ask(struct core *core, struct request *request, const struct answer *answer);

/* Answers `unavailable` to all who wait for an output. */
void outputs_close(struct core *core);

#endif
