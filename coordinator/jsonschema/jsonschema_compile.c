/* jsonschema_compile.c - from a document to nodes: each schema once, in the order in which it is
 * found.
 *
 * A schema's keywords are read without going into the schemas inside: those are queued, each with
 * the way to it, so that there is no recursion and a problem still knows its place. References are
 * resolved at the end, when all nodes are known: a reference must name one of them. */
#include "jsonschema/jsonschema.h"

#include "base/mp.h"
#include "jsonschema/jsonschema_compiler.h"
#include "jsonschema/jsonschema_keywords.h"
#include "jsonschema/jsonschema_pattern.h"
#include "reading/reading.h"
#include "reading/reading_words.h"

/* Takes the next part of a JSON Pointer, unescaped, into `part`; false: the pointer is not well
 * formed. */
static bool next_part(struct span *pointer, char part[256], size_t *size)
{
    *size = 0;
    size_t at = 1;
    if (pointer->size == 0 || pointer->data[0] != '/') {
        return false;
    }
    for (; at < pointer->size && pointer->data[at] != '/'; at++) {
        char byte = (char)pointer->data[at];
        if (byte == '~' && at + 1 < pointer->size) {
            byte = pointer->data[++at] == '0' ? '~' : '/';
        } else if (byte == '%' && at + 2 < pointer->size &&
                   jsonschema_pattern_hex(pointer->data[at + 1]) >= 0 &&
                   jsonschema_pattern_hex(pointer->data[at + 2]) >= 0) {
            byte = (char)(jsonschema_pattern_hex(pointer->data[at + 1]) << 4 |
                          jsonschema_pattern_hex(pointer->data[at + 2]));
            at += 2;
        }
        if (*size == 255) {
            return false;
        }
        part[(*size)++] = byte;
    }
    *pointer = span_of(pointer->data + at, pointer->size - at);
    return true;
}

/* Reads an index of a list; false: the part is not one to nine digits. */
static bool read_index(const char *part, size_t size, uint64_t *index)
{
    bool ok = size > 0 && size < 10;
    *index = 0;
    for (size_t i = 0; i < size && ok; i++) {
        ok = part[i] >= '0' && part[i] <= '9';
        *index = *index * 10 + (uint64_t)(part[i] - '0');
    }
    return ok;
}

static struct span step_into(struct span value, const char *part, size_t size)
{
    uint64_t index;
    if (mp_type(value) == MP_MAP) {
        return mp_find(value, span_of(part, size));
    }
    bool is_index = mp_type(value) == MP_ARRAY && read_index(part, size, &index);
    return is_index ? mp_at(value, index) : (struct span){NULL, 0};
}

/* The node that a reference names; JSONSCHEMA_NONE when it names none. */
static uint16_t resolve(const struct jsonschema_compiler *s, struct span reference)
{
    struct span value = s->document;
    struct span pointer = span_of(reference.data + 1, reference.size - 1);
    char part[256];
    size_t size = 0;
    while (pointer.size > 0 && value.size > 0) {
        if (!next_part(&pointer, part, &size)) {
            return JSONSCHEMA_NONE;
        }
        value = step_into(value, part, size);
    }
    for (uint32_t i = 0; i < s->count && value.size > 0; i++) {
        if (s->drafts[i].value.data == value.data) {
            return (uint16_t)i;
        }
    }
    return JSONSCHEMA_NONE;
}

/* A schema whose references lead back to itself without a step into the value never ends. */
static bool is_endless(const struct jsonschema_compiler *s, uint16_t node)
{
    uint16_t at = node;
    for (uint32_t i = 0; i <= s->count && at != JSONSCHEMA_NONE; i++) {
        at = s->nodes[at].children[CHILD_REF];
    }
    return at != JSONSCHEMA_NONE;
}

static void resolve_all(struct jsonschema_compiler *s)
{
    for (uint32_t i = 0; i < s->count; i++) {
        struct span reference = s->references[i];
        if (reference.size == 0) {
            continue;
        }
        struct place place = s->reading->place;
        jsonschema_compiler_enter(s, (uint16_t)i);
        (void)reading_enter_key(s->reading, "$ref");
        if (reference.data[0] != '#') {
            reading_error(s->reading, "must begin with '#': a place in the same schema, not '%s'",
                          reading_quote(reference).text);
        } else {
            uint16_t target = resolve(s, reference);
            s->nodes[i].children[CHILD_REF] = target;
            if (target == JSONSCHEMA_NONE) {
                reading_error(s->reading, "there is no schema at '%s'",
                              reading_quote(reference).text);
            }
        }
        reading_leave(s->reading, place);
    }
    for (uint32_t i = 0; i < s->count; i++) {
        if (s->references[i].size > 0 && is_endless(s, (uint16_t)i)) {
            struct place place = s->reading->place;
            jsonschema_compiler_enter(s, (uint16_t)i);
            reading_error(s->reading, "refers to itself without end");
            reading_leave(s->reading, place);
        }
    }
}

static const struct jsonschema *hand_over(struct jsonschema_compiler *s)
{
    struct jsonschema *schema = reading_take(s->reading, 1, sizeof(*schema));
    struct jsonschema_node *nodes = reading_take(s->reading, s->count, sizeof(*nodes));
    if (!schema || !nodes) {
        return NULL;
    }
    memcpy(nodes, s->nodes, s->count * sizeof(*nodes));
    *schema = (struct jsonschema){.nodes = nodes, .node_count = s->count};
    return schema;
}

const struct jsonschema *jsonschema_compile(struct reading *reading, struct span document)
{
    PRE(document.size > 0);
    uint32_t errors = reading->error_count;
    struct jsonschema_compiler s = {
        .reading = reading,
        .document = reading_copy(reading, document),
        .nodes = reading_scratch(reading, JSONSCHEMA_NODES_MAX, sizeof(struct jsonschema_node)),
        .drafts = reading_scratch(reading, JSONSCHEMA_NODES_MAX, sizeof(struct jsonschema_draft)),
        .references = reading_scratch(reading, JSONSCHEMA_NODES_MAX, sizeof(struct span)),
        .room = reading_scratch(reading, 1, sizeof(struct regexp_room)),
        .pattern_room = reading_scratch(reading, JSONSCHEMA_PATTERN_BYTES, 1),
    };
    if (reading->no_memory) {
        return NULL;
    }
    const struct jsonschema_draft whole = {
        .value = s.document, .parent = JSONSCHEMA_NONE, .word = "", .index = -1};
    (void)jsonschema_compiler_add(&s, &whole);
    for (uint32_t i = 0; i < s.count && !reading->no_memory; i++) {
        struct place place = reading->place;
        jsonschema_compiler_enter(&s, (uint16_t)i);
        jsonschema_keywords_read(&s, (uint16_t)i);
        reading_leave(reading, place);
    }
    resolve_all(&s);
    return reading->error_count == errors && !reading->no_memory ? hand_over(&s) : NULL;
}
