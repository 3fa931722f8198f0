/* buf.h - a byte buffer that grows, up to a bound, and remembers a failure.
 *
 * Writers do not check each write: a failed allocation or a passed bound makes the buffer failed,
 * further writes do nothing, and the owner asks buf_failed() once, at the end. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/check.h"
#include "base/span.h"

struct buf {
    uint8_t *data;   /* owned */
    size_t size;     /* bytes written */
    size_t capacity; /* bytes allocated; at most size_max */
    size_t size_max; /* bound; a write past it fails the buffer */
    bool failed;     /* a write was lost */
};

/* An empty buffer that may grow to size_max bytes. Allocates nothing. */
void buf_open(struct buf *buf, size_t size_max);
/* Gives the memory back; the buffer is empty and may be used again. */
void buf_close(struct buf *buf);
/* Forgets the content and the failure, keeps the memory. */
void buf_clear(struct buf *buf);
/* Append a text without its NUL, or one made as printf() makes it. */
void buf_text(struct buf *buf, const char *text);
void buf_format(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Drops what was written after size. */
void buf_truncate(struct buf *buf, size_t size);

/* Makes room for size more bytes: the rare half of buf_reserve(). */
bool buf_grow(struct buf *buf, size_t size);

/* Room for size bytes at the end, already counted in buf->size; NULL when failed. Inline: records
 * and messages are packed in pieces of a few bytes, some hundred of them for each saga. */
static inline uint8_t *buf_reserve(struct buf *buf, size_t size)
{
    bool fits = size - 1 < buf->capacity - buf->size && !buf->failed; /* 0 goes the long way */
    if (!fits && !buf_grow(buf, size)) {
        return NULL;
    }
    uint8_t *room = buf->data + buf->size;
    buf->size += size;
    return room;
}

/* Appends bytes; `data` may be NULL when there are none. */
static inline void buf_write(struct buf *buf, const void *data, size_t size)
{
    if (size == 0) {
        return;
    }
    PRE(data != NULL);
    uint8_t *room = buf_reserve(buf, size);
    if (room) {
        memcpy(room, data, size);
    }
}

/* Was a write lost? Then the content means nothing. */
static inline bool buf_failed(const struct buf *buf)
{
    return buf->failed;
}

/* What was written so far; the next write may move it. */
static inline struct span buf_span(const struct buf *buf)
{
    return (struct span){buf->data, buf->size};
}

#endif
