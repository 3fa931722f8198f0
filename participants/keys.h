/* keys.h - a hash table of numbers, found by the mark of a key: 8 bytes an entry.
 *
 * Thousands of keys come and go between two uses of one of them, and by then nothing of that key is
 * in the processor's caches. Therefore an entry holds no more than the mark (32 bits of the key's
 * hash) and a reference; the caller compares the key itself, where the reference leads. */
#ifndef PARTICIPANTS_KEYS_H
#define PARTICIPANTS_KEYS_H

#include "base/check.h"
#include "base/error.h"
#include "base/span.h"

struct keys_entry {
    uint32_t mark;
    uint32_t ref; /* 0: free */
};

struct keys {
    struct keys_entry *entries; /* owned */
    uint32_t capacity;          /* a power of two, or 0 */
    uint32_t count;
};

/* A search: the entries of one mark, one after another. */
struct keys_search {
    uint32_t mark;
    uint32_t at; /* of the entry to look at next */
};

void keys_open(struct keys *keys);
void keys_close(struct keys *keys);
uint32_t keys_mark(struct span key);
/* Has the processor fetch the entries of a mark that will be asked for soon. */
static inline void keys_expect(const struct keys *keys, uint32_t mark)
{
    if (keys->capacity > 0) {
        __builtin_prefetch(&keys->entries[mark & (keys->capacity - 1)], 1);
    }
}
/* SAGA_NO_MEMORY leaves the table as it was. There may be several entries of one mark. */
MUST_CHECK enum saga_error keys_put(struct keys *keys, uint32_t mark, uint32_t ref);
/* Puts `ref` in the place of `old`, which is a reference under this mark. */
void keys_change(struct keys *keys, uint32_t mark, uint32_t old, uint32_t ref);
/* Drops `ref`, which is a reference under this mark. */
void keys_drop(struct keys *keys, uint32_t mark, uint32_t ref);
struct keys_search keys_search(const struct keys *keys, uint32_t mark);
/* The next reference under the mark; 0 at the end. */
uint32_t keys_next(const struct keys *keys, struct keys_search *search);

#endif
