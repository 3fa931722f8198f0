/* courier.c - one round after the other, until it is told to stop. */
#include "outbox/courier.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { PUMP_MS = 1000 };

struct courier {
    struct outbox *outbox; /* borrowed */
    pthread_t thread;
    atomic_bool stop;
};

static void *work(void *arg)
{
    struct courier *courier = arg;
    while (!atomic_load(&courier->stop)) {
        outbox_pump(courier->outbox, PUMP_MS);
    }
    return NULL;
}

enum saga_error courier_start(struct outbox *outbox, struct courier **courier)
{
    struct courier *made = calloc(1, sizeof(*made));
    if (!made) {
        return SAGA_NO_MEMORY;
    }
    made->outbox = outbox;
    if (pthread_create(&made->thread, NULL, work, made) != 0) {
        free(made);
        return SAGA_NO_MEMORY;
    }
    *courier = made;
    return SAGA_OK;
}

void courier_stop(struct courier **courier)
{
    struct courier *gone = *courier;
    if (gone) {
        atomic_store(&gone->stop, true);
        outbox_wake(gone->outbox, false);
        pthread_join(gone->thread, NULL);
        free(gone);
        *courier = NULL;
    }
}
