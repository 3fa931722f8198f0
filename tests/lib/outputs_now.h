/* outputs_now.h - outputs that a core asks for are read at once, or when the test says. */
#ifndef LIB_OUTPUTS_NOW_H
#define LIB_OUTPUTS_NOW_H

#include "base/check.h"
#include "core/outputs.h"
#include "store/store.h"

struct outputs_now {
    struct store *store;
    const struct catalog *catalog;
    bool is_held;              /* the next one waits for outputs_now_go() */
    enum saga_error refuses;   /* with this, unless it is SAGA_OK */
    struct output_look *waits; /* NULL = none does */
};

static inline void outputs_now_load(struct outputs_now *now, struct output_look *look)
{
    struct store_reader *reader = NULL;
    look->error = now->store->ops->reader_open(now->store, &reader);
    if (look->error == SAGA_OK) {
        outputs_load(reader, now->catalog, look);
        reader->ops->close(&reader);
    }
    look->done(look);
}

static inline enum saga_error outputs_now_read(struct output_look *look, void *arg)
{
    struct outputs_now *now = arg;
    if (now->refuses != SAGA_OK) {
        return now->refuses;
    }
    if (now->is_held) {
        CHECK(!now->waits);
        now->waits = look;
    } else {
        outputs_now_load(now, look);
    }
    return SAGA_OK;
}

/* Reads the one that waits. */
static inline void outputs_now_go(struct outputs_now *now)
{
    struct output_look *look = now->waits;
    CHECK(look != NULL);
    now->waits = NULL;
    outputs_now_load(now, look);
}

/* A core that has just been made. */
static inline void outputs_now_set(struct outputs_now *now, struct store *store,
                                   const struct catalog *catalog, struct core *core)
{
    const struct outputs_reader reader = {.read = outputs_now_read, .arg = now};
    *now = (struct outputs_now){.store = store, .catalog = catalog};
    core_set_outputs(core, &reader);
}

#endif
