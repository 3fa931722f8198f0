/* json.c - JSON text to one msgpack value, through jansson.
 *
 * jansson parses, refuses duplicate keys and knows line and column; the tree that it gives is
 * walked with a stack of our own. What it accepts and our data model does not (integers that
 * JavaScript cannot hold, too deep, too many values) is refused on that walk, where the line is
 * known no more: the message then holds a JSON Pointer. */
#include "base/json.h"

#include <jansson.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/limits.h"
#include "base/mp.h"

struct frame {
    json_t *value;   /* an array or object, borrowed */
    void *item;      /* object: where its iteration stands */
    const char *key; /* object: of the element that is being read */
    size_t index;    /* of the element that comes next */
};

struct reader {
    struct buf *out;
    struct json_problem *problem;
    struct frame frames[MP_DEPTH_MAX];
    uint32_t depth;
    uint32_t nodes;
    enum saga_error rc;
};

/* Where the reader stands, as a JSON Pointer without escapes: it is for people. */
static void write_pointer(const struct reader *r, char *text, size_t size)
{
    size_t at = 0;
    text[0] = '\0';
    for (uint32_t i = 0; i < r->depth && at < size; i++) {
        const struct frame *frame = &r->frames[i];
        int wrote = json_is_object(frame->value)
                        ? snprintf(text + at, size - at, "/%s", frame->key)
                        : snprintf(text + at, size - at, "/%zu", frame->index - 1);
        at += (size_t)wrote;
    }
}

static void refuse(struct reader *r, enum saga_error rc, const char *what)
{
    char pointer[80];
    write_pointer(r, pointer, sizeof(pointer));
    (void)snprintf(r->problem->detail, sizeof(r->problem->detail), "%s%s%s", pointer,
                   pointer[0] == '\0' ? "" : ": ", what);
    r->rc = rc;
}

static void open_frame(struct reader *r, json_t *value)
{
    if (r->depth == MP_DEPTH_MAX) {
        refuse(r, SAGA_BAD_MESSAGE, "nested too deep");
        return;
    }
    struct frame *frame = &r->frames[r->depth++];
    *frame = (struct frame){.value = value};
    if (json_is_object(value)) {
        frame->item = json_object_iter(value);
        mp_put_map(r->out, (uint32_t)json_object_size(value));
    } else {
        mp_put_array(r->out, (uint32_t)json_array_size(value));
    }
}

static void read_integer(struct reader *r, json_int_t value)
{
    if (value > MP_INT_MAX || value < -MP_INT_MAX) {
        refuse(r, SAGA_BAD_MESSAGE,
               "an integer beyond +-9007199254740991 loses digits elsewhere; send it as text");
        return;
    }
    mp_put_int(r->out, value);
}

static void read_one(struct reader *r, json_t *value)
{
    if (++r->nodes > MP_NODE_MAX) {
        refuse(r, SAGA_TOO_LARGE, "too many values");
        return;
    }
    switch (json_typeof(value)) {
    case JSON_OBJECT:
    case JSON_ARRAY:
        open_frame(r, value);
        break;
    case JSON_STRING:
        mp_put_str(r->out, span_of(json_string_value(value), json_string_length(value)));
        break;
    case JSON_INTEGER:
        read_integer(r, json_integer_value(value));
        break;
    case JSON_REAL:
        mp_put_double(r->out, json_real_value(value));
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        mp_put_bool(r->out, json_is_true(value));
        break;
    case JSON_NULL:
        mp_put_nil(r->out);
        break;
    }
}

/* The next element of the innermost array or object, or the end of it. */
static void advance(struct reader *r)
{
    struct frame *frame = &r->frames[r->depth - 1];
    json_t *next = NULL;
    if (json_is_array(frame->value)) {
        next = json_array_get(frame->value, frame->index++);
    } else if (frame->item) {
        frame->key = json_object_iter_key(frame->item);
        next = json_object_iter_value(frame->item);
        frame->item = json_object_iter_next(frame->value, frame->item);
        r->nodes++;
        mp_put_text(r->out, frame->key);
    }
    if (!next) {
        r->depth--;
    } else {
        read_one(r, next);
    }
}

/* ---- memory ---- */

/* When jansson 2.14 is refused memory in the middle of a token it calls the token wrong, or reads
 * and writes past its buffer. So a refusal does not return to it: it ends the reading, and what was
 * taken for it goes as a whole. */
static _Thread_local struct {
    struct arena *arena; /* of the text that this thread is reading; NULL: it reads none */
    jmp_buf no_memory;
} reading;

static void *take(size_t size)
{
    if (!reading.arena) {
        return malloc(size);
    }
    void *piece = arena_take(reading.arena, size);
    if (!piece) {
        longjmp(reading.no_memory, 1);
    }
    return piece;
}

static void give(void *piece)
{
    if (!reading.arena) {
        free(piece);
    }
}

static void lend_memory(void)
{
    json_set_alloc_funcs(take, give);
}

/* The tree lives in the arena; it is not to be given back by itself. NULL and no SAGA_OK: *error
 * says why when it is SAGA_BAD_MESSAGE. */
static enum saga_error load(struct span text, struct arena *arena, json_t **root,
                            json_error_t *error)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    CHECK(pthread_once(&once, lend_memory) == 0);
    PRE(!reading.arena);
    reading.arena = arena;
    if (setjmp(reading.no_memory) == 0) {
        *root = json_loadb((const char *)text.data, text.size,
                           JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL, error);
        reading.arena = NULL;
        return *root ? SAGA_OK : SAGA_BAD_MESSAGE;
    }
    reading.arena = NULL;
    return SAGA_NO_MEMORY;
}

/* ---- the door ---- */

static void note_syntax(const json_error_t *error, struct json_problem *problem)
{
    (void)snprintf(problem->detail, sizeof(problem->detail), "%.*s",
                   (int)sizeof(problem->detail) - 1, error->text);
    problem->line = error->line < 0 ? 0 : (uint32_t)error->line;
    problem->column = error->column < 0 ? 0 : (uint32_t)error->column;
}

static void read_all(struct reader *r, json_t *root)
{
    size_t before = r->out->size;
    read_one(r, root);
    while (r->depth > 0 && r->rc == SAGA_OK && !buf_failed(r->out)) {
        advance(r);
    }
    if (r->rc == SAGA_OK && buf_failed(r->out)) {
        r->rc = SAGA_NO_MEMORY;
    }
    if (r->rc != SAGA_OK) {
        buf_truncate(r->out, before);
    }
}

enum saga_error json_to_mp(struct span text, struct buf *out, struct json_problem *problem)
{
    PRE(out != NULL);
    PRE(problem != NULL);
    struct reader r = {.out = out, .problem = problem};
    struct arena arena;
    json_t *root = NULL;
    json_error_t error;

    *problem = (struct json_problem){.line = 0};
    if (text.size > LIMIT_MESSAGE_IN) {
        refuse(&r, SAGA_TOO_LARGE, "larger than the limit");
        return r.rc;
    }

    arena_open(&arena, &arena_heap, SIZE_MAX);
    r.rc = load(text, &arena, &root, &error);
    if (r.rc == SAGA_OK) {
        read_all(&r, root);
    } else if (r.rc == SAGA_BAD_MESSAGE) {
        note_syntax(&error, problem);
    }
    arena_close(&arena);
    return r.rc;
}
