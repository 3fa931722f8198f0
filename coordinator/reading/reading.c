/* reading.c - where a reader stands in a document, what is wrong there, and its memory. */
#include "reading/reading.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/limits.h"
#include "base/utf8.h"
#include "reading/problem.h"

static void *take(struct reading *r, struct arena *arena, size_t count, size_t size)
{
    PRE(size > 0);
    PRE(count <= LIMIT_DEFINITION); /* nothing is counted that the document does not hold */
    void *memory = arena_take(arena, count * size);
    if (!memory) {
        r->no_memory = true;
    }
    return memory;
}

void *reading_take(struct reading *r, size_t count, size_t size)
{
    return take(r, r->arena, count, size);
}

void *reading_scratch(struct reading *r, size_t count, size_t size)
{
    return take(r, &r->scratch, count, size);
}

struct span reading_copy(struct reading *r, struct span bytes)
{
    bool ok = true;
    struct span copy = arena_copy(r->arena, bytes, &ok);
    r->no_memory = r->no_memory || !ok;
    return copy;
}

struct place reading_enter(struct reading *r, struct span key)
{
    struct place before = r->place;
    size_t at = before.size;
    bool fits = before.lost == 0 && at + 1 < sizeof(r->pointer);

    if (fits) {
        r->pointer[at++] = '/';
    }
    for (size_t i = 0; fits && i < key.size; i++) {
        uint8_t byte = key.data[i];
        bool escaped = byte == '~' || byte == '/';
        fits = at + (escaped ? 2 : 1) < sizeof(r->pointer);
        if (fits && escaped) {
            r->pointer[at++] = '~';
            r->pointer[at++] = byte == '~' ? '0' : '1';
        } else if (fits) {
            r->pointer[at++] = (char)byte;
        }
    }
    if (fits) {
        r->place.size = (uint16_t)at;
    } else {
        r->place.lost++;
    }
    POST(r->place.size < sizeof(r->pointer));
    return before;
}

struct place reading_enter_key(struct reading *r, const char *key)
{
    return reading_enter(r, span_text(key));
}

struct place reading_enter_index(struct reading *r, uint32_t index)
{
    char digits[16];
    int size = snprintf(digits, sizeof(digits), "%u", index);
    return reading_enter(r, span_of(digits, (size_t)size));
}

void reading_leave(struct reading *r, struct place place)
{
    PRE(place.size <= r->place.size);
    r->place = place;
}

PRINTF_LIKE(3, 0)
static void add(struct reading *r, bool is_warning, const char *format, va_list args)
{
    r->error_count += !is_warning;
    if (!r->items) {
        r->items = reading_scratch(r, LIMIT_PROBLEMS, sizeof(*r->items));
    }
    if (!r->items || r->problem_count == LIMIT_PROBLEMS) {
        r->cut = true;
        return;
    }
    struct problem *problem = &r->items[r->problem_count++];
    problem->is_warning = is_warning;
    memcpy(problem->pointer, r->pointer, r->place.size);
    problem->pointer[r->place.size] = '\0';
    (void)vsnprintf(problem->detail, sizeof(problem->detail), format, args);
    utf8_cut(problem->detail);
}

void reading_error(struct reading *r, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add(r, false, format, args);
    va_end(args);
    POST(r->error_count > 0);
}

void reading_warning(struct reading *r, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add(r, true, format, args);
    va_end(args);
}
