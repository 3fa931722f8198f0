/* template_compile.c - finds the references in a value and cuts it into pieces around them.
 *
 * The value is copied once; the runs of bytes between references are spans of that copy. A str
 * without a dollar stays part of its run. Keys of maps are never templates.
 *
 *   "$.a" or "$[0]"   the whole str is one reference
 *   "${$.a}"          a reference inside a longer text
 *   "$.a ?? 1"        each of them with a fallback, any JSON value
 *   "$$"              a dollar
 *   "$" otherwise     itself */
#include "language/template_compile.h"

#include "base/plain.h"
#include "jsonpath/jsonpath.h"
#include "language/definition_draft.h"
#include "language/reference_read.h"
#include "language/template_form.h"
#include "language/template_lookalike.h"
#include "reading/reading_walk.h"
#include "reading/reading_words.h"

enum { REFERENCES_MAX = 1000 }; /* in one string: far more than a person writes */

/* --- strings ---------------------------------------------------------------------------------- */

/* A string while it is cut into parts. */
struct cutter {
    struct compile *c;
    const struct template_view *view;
    struct span text;
    size_t at;
    struct template_part *parts; /* with room for all that the text may hold */
    uint32_t count;
    uint8_t *literal; /* decoded literal text, of all parts */
    size_t literal_size;
    bool has_reference;
};

static void add_literal(struct cutter *cutter, uint8_t byte)
{
    PRE(cutter->literal_size < cutter->text.size);
    bool joins = cutter->count > 0 && !cutter->parts[cutter->count - 1].reference;
    cutter->literal[cutter->literal_size++] = byte;
    if (!joins) {
        cutter->parts[cutter->count++].text =
            (struct span){cutter->literal + cutter->literal_size - 1, 0};
    }
    cutter->parts[cutter->count - 1].text.size++;
}

static size_t blanks_at(struct span text, size_t at)
{
    size_t first = at;
    while (at < text.size && text.data[at] == ' ') {
        at++;
    }
    return at - first;
}

/* "${ $.a.b }"; the cursor is at its "${". */
static bool add_reference(struct cutter *cutter)
{
    PRE(cutter->text.data[cutter->at] == '$');
    struct span text = cutter->text;
    size_t at = cutter->at + 2;
    size_t size = 0;
    at += blanks_at(text, at);
    struct quoted written =
        reading_quote((struct span){text.data + cutter->at, text.size - cutter->at});
    if (at >= text.size || text.data[at] != '$') {
        reading_error(&cutter->c->reading,
                      "'%s': a reference such as ${$.input.name} must stand here; "
                      "write $$ for a dollar",
                      written.text);
        return false;
    }
    const struct reference *reference = reference_read(
        cutter->c, cutter->view, (struct span){text.data + at, text.size - at}, &size);
    if (!reference) {
        return false;
    }
    at += size;
    at += blanks_at(text, at);
    if (at >= text.size || text.data[at] != '}') {
        reading_error(&cutter->c->reading, "'%s': the reference does not end with '}'",
                      written.text);
        return false;
    }
    cutter->parts[cutter->count++].reference = reference;
    cutter->has_reference = true;
    cutter->at = at + 1;
    return true;
}

static bool cut_text(struct cutter *cutter)
{
    struct span text = cutter->text;
    while (cutter->at < text.size) {
        uint8_t byte = text.data[cutter->at];
        uint8_t next = cutter->at + 1 < text.size ? text.data[cutter->at + 1] : 0;
        if (byte == '$' && next == '{') {
            if (!add_reference(cutter)) {
                return false;
            }
            continue;
        }
        add_literal(cutter, byte);
        cutter->at += byte == '$' && next == '$' ? 2 : 1;
    }
    return true;
}

static uint32_t count_dollars(struct span text)
{
    uint32_t count = 0;
    for (size_t i = 0; i < text.size; i++) {
        count += text.data[i] == '$';
    }
    return count;
}

/* A constant str, packed as a run of bytes. */
static bool pack_literal(struct compile *c, struct span text, struct template_piece *piece)
{
    uint8_t *bytes = reading_take(&c->reading, PLAIN_HEAD_MAX + text.size, 1);
    if (!bytes) {
        return false;
    }
    piece->kind = TEMPLATE_BYTES;
    piece->bytes = (struct span){bytes, (size_t)(plain_put(bytes, text) - bytes)};
    return true;
}

/* Is the whole text one reference? */
static bool is_reference(struct span text)
{
    return text.size > 1 && text.data[0] == '$' && (text.data[1] == '.' || text.data[1] == '[');
}

/* Compiles a str that holds a dollar into one piece. */
static bool compile_string(struct compile *c, const struct template_view *view, struct span text,
                           struct template_piece *piece)
{
    PRE(text.size > 0);
    if (is_reference(text)) {
        size_t size = 0;
        piece->kind = TEMPLATE_REFERENCE;
        piece->reference = reference_read(c, view, text, &size);
        bool has_fallback = piece->reference && piece->reference->fallback.size > 0;
        size += has_fallback ? blanks_at(text, size) : 0;
        if (piece->reference && size < text.size) {
            struct jsonpath_problem problem = {
                size, has_fallback ? "the fallback must be one JSON value, and nothing after it"
                                   : "'.', '[' or '?\?' must stand here, or the end"};
            reference_read_refuse(c, text, &problem);
            return false;
        }
        return piece->reference != NULL;
    }
    uint32_t most = 2 * count_dollars(text) + 1;
    if (most > REFERENCES_MAX) {
        reading_error(&c->reading, "holds more than %d dollars", REFERENCES_MAX / 2);
        return false;
    }
    struct cutter cutter = {
        .c = c,
        .view = view,
        .text = text,
        .parts = reading_take(&c->reading, most, sizeof(*cutter.parts)),
        .literal = reading_take(&c->reading, text.size, 1),
    };
    if (!cutter.parts || !cutter.literal || !cut_text(&cutter)) {
        return false;
    }
    if (!cutter.has_reference) {
        return pack_literal(c, (struct span){cutter.literal, cutter.literal_size}, piece);
    }
    CHECK(cutter.count > 0 && cutter.count <= most);
    piece->kind = TEMPLATE_TEXT;
    piece->parts = cutter.parts;
    piece->part_count = cutter.count;
    return true;
}

/* --- values ----------------------------------------------------------------------------------- */

/* The text of a str that holds a dollar; false for anything else. */
static bool is_dynamic(struct span value, struct span *text)
{
    struct mp mp = mp_open(value);
    *text = mp_type(value) == MP_STR ? mp_str(&mp) : (struct span){NULL, 0};
    return text->size > 0 && memchr(text->data, '$', text->size) != NULL;
}

static uint32_t count_dynamic(struct compile *c, struct span value)
{
    struct walk walk = reading_walk(&c->reading, value);
    struct span item;
    struct span text;
    uint32_t count = 0;
    while (reading_walk_next(&walk, &c->reading, &item)) {
        count += is_dynamic(item, &text);
    }
    return count;
}

static void add_run(struct template *template, struct template_piece *pieces, const uint8_t *first,
                    const uint8_t *end)
{
    if (end > first) {
        pieces[template->piece_count++] = (struct template_piece){
            .kind = TEMPLATE_BYTES, .bytes = {first, (size_t)(end - first)}};
    }
}

const struct template *template_compile(struct compile *c, struct span value,
                                        const struct template_view *view)
{
    PRE(value.size > 0);
    struct span copy = reading_copy(&c->reading, value);
    struct template *template = reading_take(&c->reading, 1, sizeof(*template));
    if (c->reading.no_memory) {
        return NULL;
    }
    uint32_t most = 2 * count_dynamic(c, copy) + 1;
    struct template_piece *pieces = reading_take(&c->reading, most, sizeof(*pieces));
    if (!pieces) {
        return NULL;
    }
    struct walk walk = reading_walk(&c->reading, copy);
    const uint8_t *run = copy.data;
    bool ok = true;
    struct span item;
    struct span text;
    while (reading_walk_next(&walk, &c->reading, &item)) {
        bool has_dollar = is_dynamic(item, &text);
        if (!is_reference(text)) {
            template_lookalike_warn(c, text);
        }
        if (!has_dollar) {
            continue;
        }
        add_run(template, pieces, run, item.data);
        run = item.data + item.size;
        CHECK(template->piece_count < most);
        struct template_piece *piece = &pieces[template->piece_count++];
        piece->depth = walk.depth;
        ok &= compile_string(c, view, text, piece);
    }
    add_run(template, pieces, run, copy.data + copy.size);
    template->pieces = pieces;
    template->nodes = mp_extent(copy).nodes;
    CHECK(template->piece_count > 0 && template->piece_count <= most);
    return ok ? template : NULL;
}
