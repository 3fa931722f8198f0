/* template.c - fills compiled templates in: copy, look up, put strings together.
 *
 * In an interpolated string a str stands as it is, anything else as its JSON text. */
#include "engine/template.h"

#include "base/json.h"
#include "base/mp.h"
#include "engine/template_form.h"

/* What a reference found: a msgpack value, or text that is not packed yet. */
struct found {
    struct span value; /* empty: see text */
    struct span text;
    bool is_text;
};

static struct span output_of(const struct scope *scope, uint32_t step)
{
    return scope->step_output == NULL ? (struct span){NULL, 0}
                                      : scope->step_output(step, scope->arg);
}

static bool gives_null(const struct reference *reference, const struct scope *scope)
{
    if (scope->null_when_missing) {
        return true;
    }
    if (reference->root != REFERENCE_OUTPUT && reference->root != REFERENCE_STATUS) {
        return false;
    }
    return scope->step_gives_null != NULL && scope->step_gives_null(reference->step, scope->arg);
}

static struct found look_up(const struct reference *reference, const struct scope *scope)
{
    struct found found = {.is_text = false};
    struct span root = {NULL, 0};

    switch (reference->root) {
    case REFERENCE_INPUT:
        root = scope->input;
        break;
    case REFERENCE_OUTPUT:
        root = output_of(scope, reference->step);
        break;
    case REFERENCE_REASON:
        root = scope->reason;
        break;
    case REFERENCE_STATUS:
        if (scope->step_status != NULL) {
            const char *name = scope->step_status(reference->step, scope->arg);
            found.text = name == NULL ? found.text : span_text(name);
        }
        found.is_text = found.text.size > 0;
        return found;
    case REFERENCE_ID:
        found.text = scope->saga_id;
        found.is_text = true;
        return found;
    }
    found.value = jsonpath_follow(reference->rest, root);
    return found;
}

/* As look_up(), with null for what may be missing; false when it is missing for good. */
static bool resolve(const struct reference *reference, const struct scope *scope,
                    struct found *found)
{
    *found = look_up(reference, scope);
    if (!found->is_text && found->value.size == 0) {
        found->value = MP_NIL_VALUE;
        return gives_null(reference, scope);
    }
    return true;
}

static void put_found(const struct found *found, struct buf *out)
{
    if (found->is_text) {
        mp_put_str(out, found->text);
    } else {
        buf_write(out, found->value.data, found->value.size);
    }
}

/* A value inside a longer text. */
static void put_inside(const struct found *found, struct buf *out)
{
    struct span text = found->text;
    if (!found->is_text && mp_type(found->value) == MP_STR) {
        struct mp mp = mp_open(found->value);
        text = mp_str(&mp);
    } else if (!found->is_text) {
        enum saga_error rc = json_from_mp(found->value, out, JSON_COMPACT_STYLE);
        /* Values were checked when they came in: what remains is a full buffer, which says so. */
        CHECK(rc == SAGA_OK || buf_failed(out));
        return;
    }
    buf_write(out, text.data, text.size);
}

/* The size of a str comes before its bytes, but is known after them: they are put together behind
 * room for the longest header and then moved down to the header that they need. */
static bool put_text(const struct template_piece *piece, const struct scope *scope, struct buf *out,
                     struct span *missing)
{
    enum { HEADER_MAX = 5 };
    size_t before = out->size;
    if (buf_reserve(out, HEADER_MAX) == NULL) {
        return true;
    }
    for (uint32_t i = 0; i < piece->part_count; i++) {
        const struct template_part *part = &piece->parts[i];
        struct found found = {.text = part->text, .is_text = true};
        if (part->reference != NULL && !resolve(part->reference, scope, &found)) {
            *missing = part->reference->written;
            return false;
        }
        put_inside(&found, out);
    }
    if (buf_failed(out)) {
        return true;
    }
    size_t size = out->size - before - HEADER_MAX;
    uint8_t header[HEADER_MAX] = {0xdb, (uint8_t)(size >> 24), (uint8_t)(size >> 16),
                                  (uint8_t)(size >> 8), (uint8_t)size};
    size_t header_size = HEADER_MAX;
    if (size < 32) {
        header[0] = (uint8_t)(0xa0 | size);
        header_size = 1;
    } else if (size < 0x100) {
        header[0] = 0xd9;
        header[1] = (uint8_t)size;
        header_size = 2;
    } else if (size < 0x10000) {
        header[0] = 0xda;
        header[1] = (uint8_t)(size >> 8);
        header[2] = (uint8_t)size;
        header_size = 3;
    }
    uint8_t *at = out->data + before;
    memmove(at + header_size, at + HEADER_MAX, size);
    memcpy(at, header, header_size);
    buf_truncate(out, before + header_size + size);
    return true;
}

static bool put_piece(const struct template_piece *piece, const struct scope *scope,
                      struct buf *out, struct span *missing)
{
    struct found found;
    switch (piece->kind) {
    case TEMPLATE_BYTES:
        buf_write(out, piece->bytes.data, piece->bytes.size);
        return true;
    case TEMPLATE_REFERENCE:
        if (!resolve(piece->reference, scope, &found)) {
            *missing = piece->reference->written;
            return false;
        }
        put_found(&found, out);
        return true;
    case TEMPLATE_TEXT:
        return put_text(piece, scope, out, missing);
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

    *missing = (struct span){NULL, 0};
    for (uint32_t i = 0; i < template->piece_count; i++) {
        if (!put_piece(&template->pieces[i], scope, out, missing)) {
            buf_truncate(out, before);
            return SAGA_INVALID;
        }
    }
    return buf_failed(out) ? SAGA_NO_MEMORY : SAGA_OK;
}
