/* readers.h - threads that read the store, each through a reader of its own.
 *
 * What looks into the store for long is done here: not on the thread of HTTP, nor on the one that
 * decides, where one long read would keep everybody else waiting. */
#ifndef STORE_READERS_H
#define STORE_READERS_H

#include "base/check.h"
#include "base/error.h"
#include "store/store.h"

struct readers;

/* Something to be done by one of the threads. The memory is the caller's until it runs. */
struct readers_job {
    void (*run)(struct readers_job *job, struct store_reader *reader);
    struct readers_job *next; /* the readers' */
};

enum readers_rank {
    READERS_FIRST, /* somebody waits for what they have changed */
    READERS_LAST,  /* somebody looks: gives way to all who decide, store and answer */
};

/* Starts so many threads. What the store says, or SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error readers_open(struct store *store, uint32_t count, enum readers_rank rank,
                                        struct readers **readers);
/* Any thread. In the order in which they come. False: it is too late, the job was not taken. */
MUST_CHECK bool readers_run(struct readers *readers, struct readers_job *job);
/* Does what is left, and ends the threads; no job is taken from now on. */
void readers_shut(struct readers *readers);
void readers_close(struct readers **readers);

#endif
