/* template.c - fills compiled templates in: copy, look up, put strings together.
 *
 * In an interpolated string a str stands as it is, anything else as its JSON text. */
#include "language/template.h"

#include "base/json.h"
#include "base/limits.h"
#include "base/plain.h"
#include "jsonpath/jsonpath.h"
#include "language/document.h"
#include "language/template_scope.h"

/* A template at work: what was filled in so far, and what the rest may still cost. */
struct filling {
    const struct scope *scope;
    struct buf *out;
    size_t size_max;     /* of out */
    uint64_t steps_left; /* of all evaluations together */
    uint64_t nodes;      /* of the whole value; a reference that is still to come counts as one */
    struct buf found;    /* the array of a query with many values */
    struct span missing; /* the reference that did not get its value */
    enum saga_error error;
};

/* An array's head comes before its elements, but their count is known after them: the shortest head
 * is put at the end of the room that was left for the longest. */
static struct span put_count(struct buf *found, uint32_t count)
{
    uint8_t bytes[PLAIN_HEAD_MAX];
    struct buf head = {.data = bytes, .capacity = sizeof(bytes), .size_max = sizeof(bytes)};
    mp_put_array(&head, count);
    CHECK(!buf_failed(&head));
    size_t at = PLAIN_HEAD_MAX - head.size;
    memcpy(found->data + at, bytes, head.size);
    return (struct span){found->data + at, found->size - at};
}

/* All that the query finds, as an array in filling->found. */
static enum saga_error collect(struct filling *filling, const struct reference *reference,
                               const struct buf *document, struct span *array)
{
    struct jsonpath_run run;
    struct jsonpath_walk walk;
    struct span value;
    uint32_t count = 0;
    uint64_t nodes = 0;
    struct buf *found = &filling->found;
    buf_clear(found);
    (void)buf_reserve(found, PLAIN_HEAD_MAX);
    jsonpath_run_open(&run, buf_span(document), filling->steps_left);
    jsonpath_open(&walk, &run, reference->many);
    while (!buf_failed(found) && jsonpath_next(&walk, &value)) {
        struct mp mp = mp_open(value);
        (void)mp_skip_counted(&mp, &nodes);
        buf_write(found, value.data, value.size);
        count++;
        if (found->size > LIMIT_VALUE || nodes > MP_NODE_MAX) {
            return SAGA_TOO_LARGE;
        }
    }
    if (buf_failed(found)) {
        return SAGA_NO_MEMORY;
    }
    filling->steps_left = run.steps_left;
    *array = put_count(found, count);
    return jsonpath_run_result(&run);
}

static enum saga_error look_up_many(struct filling *filling, const struct reference *reference,
                                    struct span *array)
{
    PRE(reference->many && reference->document);
    struct buf document;
    buf_open(&document, LIMIT_SAGA_MEMORY);
    document_put(reference->document, filling->scope, &document);
    uint64_t cost = document.size / DOCUMENT_BYTES_PER_STEP;
    enum saga_error rc = SAGA_OK;
    if (buf_failed(&document)) {
        rc = SAGA_NO_MEMORY;
    } else if (cost >= filling->steps_left) {
        rc = SAGA_TOO_LARGE;
    } else {
        filling->steps_left -= cost;
        rc = collect(filling, reference, &document, array);
    }
    buf_close(&document);
    return rc;
}

/* Would the value still be one that a peer could send: not too many bytes or values, not too deep?
 * Otherwise values would grow from saga to saga until no participant could take them. */
static bool fits(struct filling *filling, const struct template_piece *piece,
                 const struct found *found)
{
    size_t size = found->is_text ? found->text.size : found->value.size;
    if (filling->out->size + size > filling->size_max) {
        return false;
    }
    if (found->is_text || piece->kind == TEMPLATE_TEXT) {
        return true;
    }
    struct mp_extent extent = mp_extent(found->value);
    uint64_t nodes = filling->nodes + extent.nodes - 1;
    if (nodes > MP_NODE_MAX || piece->depth + extent.depth > MP_VALUE_DEPTH_MAX) {
        return false;
    }
    POST(nodes >= filling->nodes); /* what is found counts for at least the reference */
    filling->nodes = nodes;
    return true;
}

/* As template_scope_find(), with the fallback of what is missing, or null where that may be; false
 * when a value is missing for good, or too much. */
static bool resolve(struct filling *filling, const struct template_piece *piece,
                    const struct reference *reference, struct found *found)
{
    enum saga_error rc = SAGA_OK;
    if (reference->many) {
        *found = (struct found){.is_text = false};
        rc = look_up_many(filling, reference, &found->value);
    } else {
        *found = template_scope_find(reference, filling->scope);
    }
    if (rc == SAGA_OK && !found->is_text && found->value.size == 0) {
        found->value = reference->fallback;
    }
    bool is_missing = !found->is_text && found->value.size == 0;
    bool gives_null = filling->scope->null_when_missing;
    if (rc == SAGA_OK && is_missing) {
        rc = SAGA_INVALID;
        gives_null = template_scope_gives_null(reference, filling->scope);
    } else if (rc == SAGA_OK && !fits(filling, piece, found)) {
        rc = SAGA_TOO_LARGE;
    }
    if (rc == SAGA_OK) {
        return true;
    }
    *found = (struct found){.value = MP_NIL_VALUE};
    if (gives_null && rc != SAGA_NO_MEMORY) {
        return true;
    }
    filling->missing = reference->written;
    filling->error = rc;
    POST(rc != SAGA_OK);
    return false;
}

static void put_found(const struct found *found, struct buf *out)
{
    if (found->is_text) {
        mp_put_str(out, found->text);
    } else {
        buf_write(out, found->value.data, found->value.size);
    }
}

/* Appends a value as it stands inside a longer text; false: it is too deep for JSON. */
static bool put_inside(const struct found *found, struct buf *out)
{
    struct span text = found->text;
    if (!found->is_text && mp_type(found->value) == MP_STR) {
        struct mp mp = mp_open(found->value);
        text = mp_str(&mp);
    } else if (!found->is_text) {
        enum saga_error rc = json_from_mp(found->value, out, JSON_COMPACT_STYLE);
        return rc == SAGA_OK || buf_failed(out);
    }
    buf_write(out, text.data, text.size);
    return true;
}

/* The size of a str comes before its bytes, but is known after them: they are put together behind
 * room for the longest head and then moved down to the head that they need. */
static bool put_text(const struct template_piece *piece, struct filling *filling)
{
    PRE(piece->kind == TEMPLATE_TEXT && piece->part_count > 0);
    struct buf *out = filling->out;
    size_t before = out->size;
    if (!buf_reserve(out, PLAIN_HEAD_MAX)) {
        return true;
    }
    for (uint32_t i = 0; i < piece->part_count; i++) {
        const struct template_part *part = &piece->parts[i];
        struct found found = {.text = part->text, .is_text = true};
        if (part->reference && !resolve(filling, piece, part->reference, &found)) {
            return false;
        }
        size_t size = out->size;
        bool fit = put_inside(&found, out) && out->size <= filling->size_max;
        if (!fit && filling->scope->null_when_missing) {
            buf_truncate(out, size);
            buf_text(out, "null");
        } else if (!fit) {
            filling->missing = part->reference ? part->reference->written : filling->missing;
            filling->error = SAGA_TOO_LARGE;
            return false;
        }
    }
    if (buf_failed(out)) {
        return true;
    }
    size_t size = out->size - before - PLAIN_HEAD_MAX;
    uint8_t head[PLAIN_HEAD_MAX];
    size_t head_size = (size_t)(plain_put_head(head, size) - head);
    uint8_t *at = out->data + before;
    memmove(at + head_size, at + PLAIN_HEAD_MAX, size);
    memcpy(at, head, head_size);
    buf_truncate(out, before + head_size + size);
    return true;
}

static bool put_piece(const struct template_piece *piece, struct filling *filling)
{
    struct found found;
    switch (piece->kind) {
    case TEMPLATE_BYTES:
        buf_write(filling->out, piece->bytes.data, piece->bytes.size);
        return true;
    case TEMPLATE_REFERENCE:
        if (!resolve(filling, piece, piece->reference, &found)) {
            return false;
        }
        put_found(&found, filling->out);
        return true;
    case TEMPLATE_TEXT:
        return put_text(piece, filling);
    }
    UNREACHABLE("template kind");
}

enum saga_error template_fill(const struct template *template, const struct scope *scope,
                              struct buf *out, struct span *missing)
{
    PRE(template != NULL && template->piece_count > 0);
    PRE(scope != NULL);
    PRE(missing != NULL);
    size_t before = out->size;
    struct filling filling = {.scope = scope,
                              .out = out,
                              .size_max = before + LIMIT_VALUE,
                              .steps_left = JSONPATH_STEPS,
                              .nodes = template->nodes};

    buf_open(&filling.found, LIMIT_SAGA_MEMORY);
    for (uint32_t i = 0; i < template->piece_count && filling.error == SAGA_OK; i++) {
        (void)put_piece(&template->pieces[i], &filling);
    }
    buf_close(&filling.found);
    *missing = filling.missing;
    if (filling.error == SAGA_OK && buf_failed(out)) {
        filling.error = SAGA_NO_MEMORY;
    }
    if (filling.error != SAGA_OK) {
        buf_truncate(out, before);
    }
    IMPLIES(filling.error == SAGA_OK, out->size > before);
    IMPLIES(filling.error == SAGA_INVALID, filling.missing.size > 0);
    return filling.error;
}
