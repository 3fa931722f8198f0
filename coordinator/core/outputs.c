/* outputs.c - reads the output of a saga that settled long ago, for a request that asks for the
 * saga again. */
#include "core/outputs.h"

#include <stdlib.h>

#include "core/aside.h"
#include "core/state.h"
#include "door/request.h"
#include "store/catalog.h"
#include "view/view.h"

struct output_read {
    struct output_look look; /* the first member: `done` is given a pointer to it */
    struct core *core;       /* NULL: the core has ended, and has answered the request */
    struct request *request;
    enum saga_state state; /* of the saga, when the request came */
    uint32_t version;
    struct output_read *next;
    struct output_read *prev; /* NULL: this is the first in the list */
    uint8_t name[2 * LIMIT_SAGA_ID];
};

void core_set_outputs(struct core *core, const struct outputs_reader *reader)
{
    core->outputs = *reader;
}

/* ---- the reader's ---- */

static enum saga_error load(struct store_reader *reader, const struct catalog *catalog,
                            struct output_look *look, struct arena *arena)
{
    struct saga_image image;
    struct view view;
    enum saga_error rc = reader->ops->load_one(reader, look->saga, arena, &image);
    if (rc != SAGA_OK) {
        return rc;
    }
    const struct definition *definition = catalog_of_saga(catalog, &image.head);
    rc = definition ? view_make(&image, definition, arena, &view) : SAGA_STORE_CORRUPT;
    if (rc == SAGA_OK) {
        buf_write(&look->output, view.output.data, view.output.size);
    }
    return rc == SAGA_OK && buf_failed(&look->output) ? SAGA_NO_MEMORY : rc;
}

void outputs_load(struct store_reader *reader, const struct catalog *catalog,
                  struct output_look *look)
{
    struct arena arena;
    arena_open(&arena, &arena_heap, (size_t)4 * LIMIT_SAGA_MEMORY);
    look->error = load(reader, catalog, look, &arena);
    arena_close(&arena);
}

/* ---- the core's ---- */

static void link_read(struct core *core, struct output_read *read)
{
    read->next = core->output_reads;
    if (read->next) {
        read->next->prev = read;
    }
    core->output_reads = read;
}

static void unlink_read(struct core *core, struct output_read *read)
{
    if (read->next) {
        read->next->prev = read->prev;
    }
    if (read->prev) {
        read->prev->next = read->next;
    } else {
        CHECK(core->output_reads == read);
        core->output_reads = read->next;
    }
}

static void give_back(struct output_read *read)
{
    buf_close(&read->look.output);
    free(read);
}

static void done(struct output_look *look)
{
    struct output_read *read = (struct output_read *)look;
    if (read->core) {
        struct request *request = read->request;
        struct answer answer = {.error = look->error,
                                .saga = look->saga,
                                .state = read->state,
                                .duplicate = request->duplicate,
                                .version = read->version};
        if (look->error == SAGA_OK) {
            answer.output = buf_span(&look->output);
        } else if (look->error == SAGA_STORE_CORRUPT) {
            answer.error = SAGA_CONFLICT;
            answer.why = ASIDE_WHY;
        }
        unlink_read(read->core, read);
        request->answer(request, &answer);
    }
    give_back(read);
}

void outputs_ask(struct core *core, struct request *request, const struct answer *answer)
{
    const struct outputs_reader *reader = &core->outputs;
    struct output_read *read = calloc(1, sizeof(*read));
    if (!read || answer->saga.size > sizeof(read->name)) {
        free(read);
        request_answer(request, SAGA_NO_MEMORY, NULL);
        return;
    }
    memcpy(read->name, answer->saga.data, answer->saga.size);
    read->look.saga = span_of(read->name, answer->saga.size);
    read->look.done = done;
    buf_open(&read->look.output, LIMIT_SAGA_MEMORY);
    read->core = core;
    read->request = request;
    read->state = answer->state;
    read->version = answer->version;
    link_read(core, read);
    enum saga_error rc = reader->read ? reader->read(&read->look, reader->arg) : SAGA_UNAVAILABLE;
    if (rc != SAGA_OK) {
        unlink_read(core, read);
        give_back(read);
        request_answer(request, rc, NULL);
    }
}

void outputs_close(struct core *core)
{
    while (core->output_reads) {
        struct output_read *read = core->output_reads;
        unlink_read(core, read);
        read->core = NULL;
        request_answer(read->request, SAGA_UNAVAILABLE, STOPPING);
    }
}
