/* buf.c - a byte buffer that grows by doubling.
 *
 * Invariants: size <= capacity <= size_max; data is NULL only while capacity is 0, and else has one
 * byte more, for the NUL of vsnprintf; a failed buffer keeps what was written before the failure
 * and takes nothing more, so no half of a write is ever in it. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/check.h"

enum { CAPACITY_MIN = 256 };

void buf_open(struct buf *buf, size_t size_max)
{
    *buf = (struct buf){.size_max = size_max};
}

void buf_close(struct buf *buf)
{
    free(buf->data);
    *buf = (struct buf){.size_max = buf->size_max};
}

void buf_clear(struct buf *buf)
{
    buf->size = 0;
    buf->failed = false;
}

bool buf_grow(struct buf *buf, size_t size)
{
    if (buf->failed || buf->size > buf->size_max || size > buf->size_max - buf->size) {
        buf->failed = true;
        return false;
    }
    size_t needed = buf->size + size;
    if (buf->data && needed <= buf->capacity) {
        return true; /* of no bytes */
    }
    size_t capacity = buf->capacity < buf->size_max / 2 ? buf->capacity * 2 : buf->size_max;
    if (capacity < needed) {
        capacity = needed;
    }
    if (capacity < CAPACITY_MIN) {
        capacity = CAPACITY_MIN;
    }
    if (capacity > buf->size_max) {
        capacity = buf->size_max;
    }
    uint8_t *data = capacity == SIZE_MAX ? NULL : realloc(buf->data, capacity + 1);
    if (!data) {
        buf->failed = true;
        return false;
    }
    buf->data = data;
    buf->capacity = capacity;
    return true;
}

void buf_text(struct buf *buf, const char *text)
{
    buf_write(buf, text, strlen(text));
}

void buf_format(struct buf *buf, const char *format, ...)
{
    va_list args;
    va_list again;
    va_start(args, format);
    va_copy(again, args);
    int size = vsnprintf(NULL, 0, format, args);
    va_end(args);

    CHECK(size >= 0);
    char *room = (char *)buf_reserve(buf, (size_t)size);
    if (room) {
        vsnprintf(room, (size_t)size + 1, format, again);
    }
    va_end(again);
}

void buf_truncate(struct buf *buf, size_t size)
{
    PRE(size <= buf->size);
    buf->size = size;
}
