/* yaml.c - libyaml's events to msgpack, in one loop over a stack of open arrays and maps.
 *
 * msgpack wants the number of elements before the first one, YAML knows it after the last: arrays
 * and maps get headers of the widest form, whose count is written when they end. */
#include "ctl/yaml.h"

#include <stdio.h>
#include <stdlib.h>
#include <yaml.h>

#include "base/limits.h"
#include "base/mp.h"
#include "ctl/yaml_scalar.h"

#define NODE_NONE UINT32_MAX

struct frame {
    uint32_t node;
    uint32_t count;   /* elements, or pairs, so far */
    size_t header_at; /* in document->value */
    bool is_map;
    bool has_key; /* a key was read, its value comes next */
    size_t key_at;
    size_t key_size;
    struct yaml_mark key_mark;
};

struct reader {
    struct span text;
    struct yaml_document *document;
    struct yaml_problem *problem;
    struct frame frames[MP_DEPTH_MAX];
    uint32_t depth;
    uint32_t documents;
    struct yaml_mark mark; /* of the event at hand */
    enum saga_error rc;
};

static struct yaml_mark mark_of(yaml_mark_t mark)
{
    return (struct yaml_mark){(uint32_t)mark.line + 1, (uint32_t)mark.column + 1};
}

static void refuse(struct reader *r, enum saga_error rc, const char *detail)
{
    r->rc = rc;
    r->problem->mark = r->mark;
    (void)snprintf(r->problem->detail, sizeof(r->problem->detail), "%s", detail);
}

/* --- nodes ------------------------------------------------------------------------------------ */

static struct yaml_node *take_node(struct reader *r)
{
    struct yaml_document *document = r->document;
    if (document->node_count == YAML_NODES_MAX) {
        refuse(r, SAGA_TOO_LARGE, "too many values");
        return NULL;
    }
    if (document->node_count == document->node_capacity) {
        uint32_t capacity = document->node_capacity == 0 ? 64 : 2 * document->node_capacity;
        struct yaml_node *nodes = realloc(document->nodes, capacity * sizeof(*nodes));
        if (!nodes) {
            r->rc = SAGA_NO_MEMORY;
            return NULL;
        }
        document->nodes = nodes;
        document->node_capacity = capacity;
    }
    return &document->nodes[document->node_count++];
}

/* Hangs a value into the tree: in a map under the key that was read last. */
static void add_node(struct reader *r)
{
    uint32_t index = r->document->node_count;
    struct yaml_node *node = take_node(r);
    if (!node) {
        return;
    }
    *node = (struct yaml_node){
        .parent = index, .previous = NODE_NONE, .last = NODE_NONE, .mark = r->mark};
    if (r->depth == 0) {
        return;
    }
    struct frame *frame = &r->frames[r->depth - 1];
    struct yaml_node *parent = &r->document->nodes[frame->node];
    node->parent = frame->node;
    node->index = frame->count++;
    node->previous = parent->last;
    parent->last = index;
    if (frame->is_map) {
        node->has_key = true;
        node->key_at = frame->key_at;
        node->key_size = frame->key_size;
        node->mark = frame->key_mark;
        frame->has_key = false;
    }
}

static struct span key_of(const struct yaml_document *document, const struct yaml_node *node)
{
    /* Until a key has bytes, document->keys has no memory to point into. */
    return node->key_size > 0 ? span_of(document->keys.data + node->key_at, node->key_size)
                              : span_of(NULL, 0);
}

/* --- events ----------------------------------------------------------------------------------- */

static void read_key(struct reader *r, struct span key, bool is_plain)
{
    struct frame *frame = &r->frames[r->depth - 1];
    struct yaml_document *document = r->document;
    char detail[160];
    if (is_plain && span_is(key, "<<")) {
        refuse(r, SAGA_BAD_MESSAGE, "merge keys are not supported");
        return;
    }
    if (frame->count == YAML_KEYS_MAX) {
        refuse(r, SAGA_TOO_LARGE, "too many keys in one map");
        return;
    }
    for (uint32_t i = document->nodes[frame->node].last; i != NODE_NONE;
         i = document->nodes[i].previous) {
        const struct yaml_node *node = &document->nodes[i];
        if (span_equal(key_of(document, node), key)) {
            (void)snprintf(detail, sizeof(detail), "the key '%.*s' stands in line %u already",
                           key.size < 64 ? (int)key.size : 64, (const char *)key.data,
                           node->mark.line);
            refuse(r, SAGA_BAD_MESSAGE, detail);
            return;
        }
    }
    frame->has_key = true;
    frame->key_at = document->keys.size;
    frame->key_size = key.size;
    frame->key_mark = r->mark;
    buf_write(&document->keys, key.data, key.size);
    mp_put_str(&document->value, key);
}

static bool awaits_key(const struct reader *r)
{
    return r->depth > 0 && r->frames[r->depth - 1].is_map && !r->frames[r->depth - 1].has_key;
}

static void read_scalar(struct reader *r, const yaml_event_t *event)
{
    struct span text = {event->data.scalar.value, event->data.scalar.length};
    bool is_plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    const char *wrong = NULL;
    if (awaits_key(r)) {
        read_key(r, text, is_plain);
        return;
    }
    add_node(r);
    if (is_plain) {
        wrong = yaml_scalar_put(text, &r->document->value);
    } else {
        mp_put_str(&r->document->value, text);
    }
    if (wrong && r->rc == SAGA_OK) {
        refuse(r, SAGA_BAD_MESSAGE, wrong);
    }
}

static void open_frame(struct reader *r, bool is_map)
{
    static const uint8_t headers[2][5] = {{0xdd}, {0xdf}};
    if (awaits_key(r)) {
        refuse(r, SAGA_BAD_MESSAGE, "a key must be text");
        return;
    }
    if (r->depth == MP_DEPTH_MAX) {
        refuse(r, SAGA_BAD_MESSAGE, "nested too deep");
        return;
    }
    uint32_t node = r->document->node_count;
    add_node(r);
    r->frames[r->depth++] =
        (struct frame){.node = node, .is_map = is_map, .header_at = r->document->value.size};
    buf_write(&r->document->value, headers[is_map], sizeof(headers[is_map]));
}

static void close_frame(struct reader *r)
{
    PRE(r->depth > 0);
    const struct frame *frame = &r->frames[--r->depth];
    if (buf_failed(&r->document->value)) {
        return;
    }
    uint8_t *header = r->document->value.data + frame->header_at;
    for (int i = 0; i < 4; i++) {
        header[1 + i] = (uint8_t)(frame->count >> (24 - 8 * i));
    }
}

/* Anchors and tags, which three kinds of events may carry. */
static void check_dress(struct reader *r, const yaml_char_t *anchor, const yaml_char_t *tag)
{
    if (anchor) {
        refuse(r, SAGA_BAD_MESSAGE, "anchors are not supported");
    } else if (tag) {
        refuse(r, SAGA_BAD_MESSAGE, "tags are not supported");
    }
}

static void read_event(struct reader *r, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        check_dress(r, event->data.scalar.anchor, event->data.scalar.tag);
        if (r->rc == SAGA_OK) {
            read_scalar(r, event);
        }
        break;
    case YAML_SEQUENCE_START_EVENT:
        check_dress(r, event->data.sequence_start.anchor, event->data.sequence_start.tag);
        if (r->rc == SAGA_OK) {
            open_frame(r, false);
        }
        break;
    case YAML_MAPPING_START_EVENT:
        check_dress(r, event->data.mapping_start.anchor, event->data.mapping_start.tag);
        if (r->rc == SAGA_OK) {
            open_frame(r, true);
        }
        break;
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        close_frame(r);
        break;
    case YAML_ALIAS_EVENT:
        refuse(r, SAGA_BAD_MESSAGE, "aliases are not supported");
        break;
    case YAML_DOCUMENT_START_EVENT:
        if (++r->documents > 1) {
            refuse(r, SAGA_BAD_MESSAGE, "a second document; one file holds one");
        }
        break;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        break;
    }
}

/* libyaml's reader knows only the byte at which the text stops being UTF-8. */
static struct yaml_mark mark_of_byte(struct span text, size_t offset)
{
    struct yaml_mark mark = {1, 1};
    for (size_t i = 0; i < offset && i < text.size; i++) {
        bool is_end = text.data[i] == '\n';
        bool is_first_byte = (text.data[i] & 0xC0) != 0x80;
        mark.line += is_end;
        mark.column = is_end ? 1 : mark.column + is_first_byte;
    }
    return mark;
}

static void note_syntax(struct reader *r, const yaml_parser_t *parser)
{
    const char *problem = parser->problem ? parser->problem : "not YAML";
    char detail[160];
    if (parser->error == YAML_MEMORY_ERROR) {
        r->rc = SAGA_NO_MEMORY;
        return;
    }
    r->mark = parser->error == YAML_READER_ERROR ? mark_of_byte(r->text, parser->problem_offset)
                                                 : mark_of(parser->problem_mark);
    (void)snprintf(detail, sizeof(detail), "%s%s%s", problem, parser->context ? " " : "",
                   parser->context ? parser->context : "");
    refuse(r, SAGA_BAD_MESSAGE, detail);
}

static void read_events(struct reader *r, yaml_parser_t *parser)
{
    bool at_end = false;
    while (!at_end && r->rc == SAGA_OK) {
        yaml_event_t event;
        if (!yaml_parser_parse(parser, &event)) {
            note_syntax(r, parser);
            return;
        }
        r->mark = mark_of(event.start_mark);
        at_end = event.type == YAML_STREAM_END_EVENT;
        read_event(r, &event);
        yaml_event_delete(&event);
    }
    if (r->rc == SAGA_OK && r->documents == 0) {
        refuse(r, SAGA_BAD_MESSAGE, "nothing in it");
    }
}

enum saga_error yaml_open(struct yaml_document *document, struct span text,
                          struct yaml_problem *problem)
{
    PRE(document != NULL);
    PRE(problem != NULL);
    struct reader r = {.text = text, .document = document, .problem = problem, .mark = {1, 1}};
    yaml_parser_t parser;

    *document = (struct yaml_document){.nodes = NULL};
    *problem = (struct yaml_problem){.mark = {1, 1}};
    buf_open(&document->value, 8 * LIMIT_DEFINITION); /* "[]" takes 2 bytes, its header 5 */
    buf_open(&document->keys, LIMIT_DEFINITION);
    if (text.size > LIMIT_DEFINITION) {
        refuse(&r, SAGA_TOO_LARGE, "larger than the limit of 256 KiB");
        return r.rc;
    }
    if (!yaml_parser_initialize(&parser)) {
        return SAGA_NO_MEMORY;
    }

    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    const uint8_t *bytes = text.size == 0 ? (const uint8_t *)"" : text.data;
    yaml_parser_set_input_string(&parser, bytes, text.size);
    read_events(&r, &parser);
    yaml_parser_delete(&parser);

    if (r.rc == SAGA_OK && (buf_failed(&document->value) || buf_failed(&document->keys))) {
        r.rc = SAGA_NO_MEMORY;
    }
    return r.rc;
}

void yaml_close(struct yaml_document *document)
{
    buf_close(&document->value);
    buf_close(&document->keys);
    free(document->nodes);
    *document = (struct yaml_document){.nodes = NULL};
}

/* --- marks ------------------------------------------------------------------------------------ */

/* Does the token of a JSON Pointer, with ~0 and ~1 for ~ and /, name this node? */
static bool is_named(const struct yaml_document *document, const struct yaml_node *node,
                     struct span token)
{
    if (!node->has_key) {
        char digits[16];
        (void)snprintf(digits, sizeof(digits), "%u", node->index);
        return span_is(token, digits);
    }
    struct span key = key_of(document, node);
    size_t at = 0;
    for (size_t i = 0; i < token.size; i++, at++) {
        uint8_t byte = token.data[i];
        if (byte == '~' && i + 1 < token.size) {
            byte = token.data[++i] == '1' ? '/' : '~';
        }
        if (at == key.size || key.data[at] != byte) {
            return false;
        }
    }
    return at == key.size;
}

struct yaml_mark yaml_find(const struct yaml_document *document, struct span pointer)
{
    uint32_t at = 0;
    size_t first = 1; /* behind the slash that begins a token */
    if (document->node_count == 0) {
        return (struct yaml_mark){0, 0};
    }
    while (first <= pointer.size) {
        size_t end = first;
        while (end < pointer.size && pointer.data[end] != '/') {
            end++;
        }
        struct span token = {pointer.data + first, end - first};
        uint32_t child = document->nodes[at].last;
        while (child != NODE_NONE && !is_named(document, &document->nodes[child], token)) {
            child = document->nodes[child].previous;
        }
        if (child == NODE_NONE) {
            break;
        }
        at = child;
        first = end + 1;
    }
    return document->nodes[at].mark;
}
