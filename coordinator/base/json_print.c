/* json_print.c - msgpack values as JSON text: compact, pretty, or canonical (RFC 8785).
 *
 * One loop over a stack of open arrays and maps, no recursion. A single cursor walks the bytes;
 * only the canonical form jumps, because it visits the keys of a map in sorted order: it notes the
 * entries of each open map in a table that grows and shrinks with the stack. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/mp.h"

struct entry {
    struct span key;
    struct span value;
};

struct frame {
    uint32_t count; /* elements, or pairs */
    uint32_t next;  /* the one to print next */
    bool is_map;
    size_t first;    /* sorted map: where its entries begin */
    struct mp after; /* sorted map: the cursor behind it */
};

struct printer {
    struct buf *out;
    struct mp mp; /* at what comes next */
    bool pretty;
    bool sorted;
    uint32_t depth;
    struct frame frames[MP_SHOWN_DEPTH_MAX];
    struct entry *entries; /* owned; used only when sorted */
    size_t entry_count;
    size_t entry_capacity;
    enum saga_error rc;
};

static void print_text(struct buf *out, struct span text)
{
    static const char names[] = {['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f',
                                 ['\r'] = 'r', ['"'] = '"',  ['\\'] = '\\'};
    size_t first = 0;

    buf_write(out, "\"", 1);
    for (size_t i = 0; i < text.size; i++) {
        uint8_t c = text.data[i];
        if (c >= 0x20 && c != '"' && c != '\\') {
            continue;
        }
        buf_write(out, text.data + first, i - first);
        first = i + 1;
        if (names[c] != 0) {
            const char escape[2] = {'\\', names[c]};
            buf_write(out, escape, 2);
        } else {
            buf_format(out, "\\u%04x", c);
        }
    }
    if (first < text.size) { /* a text that is broken has no address to add to */
        buf_write(out, text.data + first, text.size - first);
    }
    buf_write(out, "\"", 1);
}

static void print_double(struct printer *p, double value)
{
    char text[JSON_NUMBER_SIZE];
    if (!isfinite(value)) {
        p->rc = SAGA_BAD_MESSAGE;
        return;
    }
    buf_write(p->out, text, json_number(value, text));
}

static void new_line(struct printer *p)
{
    if (p->pretty) {
        buf_format(p->out, "\n%*s", (int)(2 * p->depth), "");
    }
}

/* RFC 8785 sorts by UTF-16 units. That is the order of UTF-8 bytes, but for characters beyond
 * U+FFFF: their surrogates (from 0xD800) come before U+E000..U+FFFF. */
static int compare(const void *left, const void *right)
{
    struct span a = ((const struct entry *)left)->key;
    struct span b = ((const struct entry *)right)->key;
    size_t size = a.size < b.size ? a.size : b.size;
    for (size_t i = 0; i < size; i++) {
        if (a.data[i] != b.data[i]) {
            uint8_t x = a.data[i];
            uint8_t y = b.data[i];
            if (x >= 0xEE && y >= 0xEE && (x >= 0xF0) != (y >= 0xF0)) {
                return x >= 0xF0 ? -1 : 1;
            }
            return x < y ? -1 : 1;
        }
    }
    return (a.size > b.size) - (a.size < b.size);
}

static bool grow(struct printer *p, size_t count)
{
    if (count <= p->entry_capacity - p->entry_count) {
        return true;
    }
    size_t capacity = 2 * p->entry_capacity + count;
    struct entry *entries = realloc(p->entries, capacity * sizeof(*entries));
    if (!entries) {
        p->rc = SAGA_NO_MEMORY;
        return false;
    }
    p->entries = entries;
    p->entry_capacity = capacity;
    return true;
}

/* Notes the pairs of the map that the cursor stands in and sorts them. */
static void sort_entries(struct printer *p, struct frame *frame)
{
    frame->first = p->entry_count;
    if (frame->count > (size_t)(p->mp.end - p->mp.at) || !grow(p, frame->count)) {
        p->rc = p->rc != SAGA_OK ? p->rc : SAGA_BAD_MESSAGE;
        return;
    }
    for (uint32_t i = 0; i < frame->count; i++) {
        struct span key = mp_str(&p->mp);
        struct span value = mp_skip(&p->mp);
        p->entries[p->entry_count++] = (struct entry){key, value};
    }
    if (p->mp.bad) {
        p->rc = SAGA_BAD_MESSAGE;
        return;
    }
    frame->after = p->mp;
    if (frame->count > 1) {
        qsort(p->entries + frame->first, frame->count, sizeof(*p->entries), compare);
    }
}

static void open_container(struct printer *p, bool is_map)
{
    if (p->depth == MP_SHOWN_DEPTH_MAX) {
        p->rc = SAGA_BAD_MESSAGE;
        return;
    }
    struct frame *frame = &p->frames[p->depth++];
    *frame = (struct frame){.is_map = is_map};
    frame->count = is_map ? mp_map(&p->mp) : mp_array(&p->mp);
    if (is_map && p->sorted) {
        sort_entries(p, frame);
    }
    buf_write(p->out, is_map ? "{" : "[", 1);
}

/* Prints the scalar, or the opening bracket, that the cursor stands at. */
static void print_one(struct printer *p)
{
    char text[JSON_NUMBER_SIZE];
    switch (mp_peek(&p->mp)) {
    case MP_NIL:
        mp_nil(&p->mp);
        buf_write(p->out, "null", 4);
        break;
    case MP_BOOL:
        buf_text(p->out, mp_bool(&p->mp) ? "true" : "false");
        break;
    case MP_INT:
        buf_write(p->out, text,
                  (size_t)snprintf(text, sizeof(text), "%lld", (long long)mp_int(&p->mp)));
        break;
    case MP_DOUBLE:
        print_double(p, mp_double(&p->mp));
        break;
    case MP_STR:
        print_text(p->out, mp_str(&p->mp));
        break;
    case MP_ARRAY:
        open_container(p, false);
        break;
    case MP_MAP:
        open_container(p, true);
        break;
    case MP_BIN:
    case MP_NONE:
        p->rc = SAGA_BAD_MESSAGE;
        break;
    }
}

/* Goes to the next element of the innermost container and prints what stands before it, or closes
 * the container. */
static void advance(struct printer *p)
{
    struct frame *frame = &p->frames[p->depth - 1];
    if (frame->next == frame->count) {
        p->depth--;
        if (frame->count > 0) {
            new_line(p);
        }
        buf_write(p->out, frame->is_map ? "}" : "]", 1);
        if (frame->is_map && p->sorted) {
            p->entry_count = frame->first;
            p->mp = frame->after;
        }
        return;
    }
    if (frame->next > 0) {
        buf_write(p->out, ",", 1);
    }
    new_line(p);
    if (frame->is_map) {
        struct span key = {NULL, 0};
        if (p->sorted) {
            struct entry entry = p->entries[frame->first + frame->next];
            key = entry.key;
            p->mp = mp_open(entry.value);
        } else {
            key = mp_str(&p->mp);
        }
        print_text(p->out, key);
        buf_text(p->out, p->pretty ? ": " : ":");
    }
    frame->next++;
    print_one(p);
}

static enum saga_error print(struct printer *p, struct span value)
{
    size_t before = p->out->size;
    p->mp = mp_open(value);
    print_one(p);
    while (p->depth > 0 && p->rc == SAGA_OK && !p->mp.bad && !buf_failed(p->out)) {
        advance(p);
    }
    if (p->rc == SAGA_OK && !buf_failed(p->out) && (p->mp.bad || p->mp.at != p->mp.end)) {
        p->rc = SAGA_BAD_MESSAGE;
    }
    if (p->rc == SAGA_OK && buf_failed(p->out)) {
        p->rc = SAGA_NO_MEMORY;
    }
    free(p->entries);
    if (p->rc != SAGA_OK) {
        buf_truncate(p->out, before);
    }
    return p->rc;
}

enum saga_error json_from_mp(struct span value, struct buf *out, enum json_style style)
{
    struct printer p = {.out = out, .pretty = style == JSON_PRETTY_STYLE};
    return print(&p, value);
}

enum saga_error json_canonical(struct span value, struct buf *out)
{
    struct printer p = {.out = out, .sorted = true};
    return print(&p, value);
}
