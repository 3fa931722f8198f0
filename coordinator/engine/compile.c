/* compile.c - the compiler's place in the document, its problems, its memory and its walk. */
#include "engine/compile.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/utf8.h"

/* --- memory ----------------------------------------------------------------------------------- */

static void *take(struct compile *c, struct arena *arena, size_t count, size_t size)
{
    PRE(size > 0);
    PRE(count <= LIMIT_DEFINITION); /* nothing is counted that the document does not hold */
    void *memory = arena_take(arena, count * size);
    if (!memory) {
        c->no_memory = true;
    }
    return memory;
}

void *compile_take(struct compile *c, size_t count, size_t size)
{
    return take(c, c->arena, count, size);
}

void *compile_scratch(struct compile *c, size_t count, size_t size)
{
    return take(c, &c->scratch, count, size);
}

struct span compile_copy(struct compile *c, struct span bytes)
{
    bool ok = true;
    struct span copy = arena_copy(c->arena, bytes, &ok);
    c->no_memory = c->no_memory || !ok;
    return copy;
}

/* --- where ------------------------------------------------------------------------------------ */

struct place compile_enter(struct compile *c, struct span key)
{
    struct place before = c->place;
    size_t at = before.size;
    bool fits = before.lost == 0 && at + 1 < sizeof(c->pointer);

    if (fits) {
        c->pointer[at++] = '/';
    }
    for (size_t i = 0; fits && i < key.size; i++) {
        uint8_t byte = key.data[i];
        bool escaped = byte == '~' || byte == '/';
        fits = at + (escaped ? 2 : 1) < sizeof(c->pointer);
        if (fits && escaped) {
            c->pointer[at++] = '~';
            c->pointer[at++] = byte == '~' ? '0' : '1';
        } else if (fits) {
            c->pointer[at++] = (char)byte;
        }
    }
    if (fits) {
        c->place.size = (uint16_t)at;
    } else {
        c->place.lost++;
    }
    POST(c->place.size < sizeof(c->pointer));
    return before;
}

struct place compile_enter_key(struct compile *c, const char *key)
{
    return compile_enter(c, span_text(key));
}

struct place compile_enter_index(struct compile *c, uint32_t index)
{
    char digits[16];
    int size = snprintf(digits, sizeof(digits), "%u", index);
    return compile_enter(c, span_of(digits, (size_t)size));
}

void compile_leave(struct compile *c, struct place place)
{
    PRE(place.size <= c->place.size);
    c->place = place;
}

/* --- problems --------------------------------------------------------------------------------- */

/* A message cut in the middle of a character would not be UTF-8 any more. */
static void cut_at_character(char *text)
{
    size_t size = strlen(text);
    while (size > 0 && !utf8_is_valid(span_of(text, size))) {
        size--;
    }
    text[size] = '\0';
}

PRINTF_LIKE(3, 0)
static void add(struct compile *c, bool is_warning, const char *format, va_list args)
{
    c->error_count += !is_warning;
    if (!c->items) {
        c->items = compile_scratch(c, LIMIT_PROBLEMS, sizeof(*c->items));
    }
    if (!c->items || c->problem_count == LIMIT_PROBLEMS) {
        c->cut = true;
        return;
    }
    struct problem *problem = &c->items[c->problem_count++];
    problem->is_warning = is_warning;
    memcpy(problem->pointer, c->pointer, c->place.size);
    problem->pointer[c->place.size] = '\0';
    (void)vsnprintf(problem->detail, sizeof(problem->detail), format, args);
    cut_at_character(problem->detail);
}

void compile_error(struct compile *c, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add(c, false, format, args);
    va_end(args);
    POST(c->error_count > 0);
}

void compile_warning(struct compile *c, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add(c, true, format, args);
    va_end(args);
}

struct quoted compile_quote(struct span text)
{
    enum { ROOM = LIMIT_NAME }; /* and "..." and quotes around it fit too */
    struct quoted quoted = {""};
    size_t size = text.size < ROOM ? text.size : ROOM;

    for (size_t i = 0; i < size; i++) {
        bool is_control = text.data[i] < 0x20 || text.data[i] == 0x7f;
        quoted.text[i] = is_control ? '?' : (char)text.data[i];
    }
    cut_at_character(quoted.text);
    if (size < text.size) {
        memcpy(quoted.text + strlen(quoted.text), "...", sizeof("..."));
    }
    return quoted;
}

const char *compile_type_name(struct span value)
{
    static const char *const names[] = {
        [MP_NONE] = "nothing", [MP_NIL] = "null",        [MP_BOOL] = "true or false",
        [MP_INT] = "a number", [MP_DOUBLE] = "a number", [MP_STR] = "text",
        [MP_ARRAY] = "a list", [MP_MAP] = "a map",       [MP_BIN] = "bytes",
    };
    enum mp_type type = mp_type(value);
    CHECK((size_t)type < ARRAY_COUNT(names));
    return names[type];
}

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Edits from one word to the other: insert, drop, change, swap neighbours. */
static uint32_t distance(struct span a, struct span b)
{
    uint32_t rows[3][LIMIT_NAME + 1];
    CHECK(a.size <= LIMIT_NAME && b.size <= LIMIT_NAME);
    for (uint32_t j = 0; j <= b.size; j++) {
        rows[0][j] = j;
    }
    for (uint32_t i = 1; i <= a.size; i++) {
        const uint32_t *above = rows[(i - 1) % 3];
        const uint32_t *two_above = rows[(i + 1) % 3];
        uint32_t *row = rows[i % 3];
        row[0] = i;
        for (uint32_t j = 1; j <= b.size; j++) {
            uint32_t change = above[j - 1] + (a.data[i - 1] != b.data[j - 1]);
            row[j] = least(least(above[j] + 1, row[j - 1] + 1), change);
            if (i > 1 && j > 1 && a.data[i - 1] == b.data[j - 2] &&
                a.data[i - 2] == b.data[j - 1]) {
                row[j] = least(row[j], two_above[j - 2] + 1);
            }
        }
    }
    return rows[a.size % 3][b.size];
}

uint32_t compile_nearness(struct span word, struct span known)
{
    if (word.size > LIMIT_NAME || known.size > LIMIT_NAME || word.size == 0) {
        return 0;
    }
    uint32_t edits = distance(word, known);
    uint32_t most = known.size < 4 ? 1 : 2;
    return edits <= most ? edits + 1 : 0;
}

/* --- walking ---------------------------------------------------------------------------------- */

struct walk compile_walk(const struct compile *c, struct span value)
{
    return (struct walk){.mp = mp_open(value), .place = c->place};
}

/* Reads the header of the container that the cursor stands at, if it stands at one. */
static void go_in(struct walk *walk, struct place place)
{
    enum mp_type type = mp_peek(&walk->mp);
    if ((type != MP_ARRAY && type != MP_MAP) || walk->depth == MP_DEPTH_MAX) {
        mp_skip(&walk->mp);
        return;
    }
    struct walk_frame *frame = &walk->frames[walk->depth++];
    *frame = (struct walk_frame){.is_map = type == MP_MAP, .place = place};
    frame->left = frame->is_map ? mp_map(&walk->mp) : mp_array(&walk->mp);
}

bool compile_walk_next(struct walk *walk, struct compile *c, struct span *value)
{
    if (!walk->started) {
        walk->started = true;
    } else {
        while (walk->depth > 0 && walk->frames[walk->depth - 1].left == 0) {
            walk->depth--;
        }
        if (walk->depth == 0 || walk->mp.bad) {
            c->place = walk->place;
            return false;
        }
        struct walk_frame *frame = &walk->frames[walk->depth - 1];
        c->place = frame->place;
        frame->left--;
        if (frame->is_map) {
            compile_enter(c, mp_str(&walk->mp));
        } else {
            compile_enter_index(c, frame->index++);
        }
    }
    struct mp ahead = walk->mp;
    *value = mp_skip(&ahead);
    go_in(walk, c->place);
    return true;
}
