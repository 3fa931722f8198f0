/* memories.c - remembered answers as small items, linked by their places, oldest first.
 *
 * Key and answer lie in the item itself if they are short, else in one allocation, whose pointer
 * lies in the item. */
#include "participants/memories.h"

#include <stdlib.h>

enum saga_error memories_open(struct memories *memories)
{
    *memories = (struct memories){
        .free = MEMORIES_NOWHERE,
        .first = MEMORIES_NOWHERE,
        .last = MEMORIES_NOWHERE,
    };
    memories->items = aligned_alloc(64, MEMORIES_MAX * sizeof(*memories->items));
    return memories->items ? SAGA_OK : SAGA_NO_MEMORY;
}

void memories_close(struct memories *memories)
{
    while (memories->count > 0) {
        memories_drop(memories, memories->first);
    }
    free(memories->items);
    *memories = (struct memories){0};
}

/* Where key and answer lie. */
static uint8_t *bytes_of(const struct memory *memory)
{
    uint8_t *large;
    if (!memory->is_large) {
        return (uint8_t *)(uintptr_t)memory->bytes;
    }
    memcpy(&large, memory->bytes, sizeof(large));
    return large;
}

struct span memories_key(const struct memories *memories, uint32_t at)
{
    PRE(at < memories->fresh);
    const struct memory *memory = &memories->items[at];
    return span_of(bytes_of(memory), memory->key_size);
}

/* Room for the key and the answer; NULL without memory. */
static uint8_t *make_room(struct memories *memories, struct memory *memory, size_t size)
{
    memory->is_large = size > MEMORIES_SIZE;
    if (!memory->is_large) {
        return memory->bytes;
    }
    uint8_t *large = malloc(size);
    memcpy(memory->bytes, &large, sizeof(large));
    memories->bytes += large ? size : 0;
    return large;
}

static uint32_t take_place(struct memories *memories)
{
    uint32_t at = memories->free;
    if (at != MEMORIES_NOWHERE) {
        memories->free = memories->items[at].after;
    } else {
        at = memories->fresh++;
    }
    POST(at < MEMORIES_MAX);
    return at;
}

static void give_place(struct memories *memories, uint32_t at)
{
    memories->items[at].after = memories->free;
    memories->free = at;
}

static void append(struct memories *memories, uint32_t at)
{
    struct memory *memory = &memories->items[at];
    memory->before = memories->last;
    memory->after = MEMORIES_NOWHERE;
    if (memories->last == MEMORIES_NOWHERE) {
        memories->first = at;
    } else {
        memories->items[memories->last].after = at;
    }
    memories->last = at;
    memories->count++;
}

uint32_t memories_put(struct memories *memories, const struct run *run)
{
    PRE(memories->count < MEMORIES_MAX);
    struct answer_pairs pairs = answer_pairs(&run->answer);
    uint32_t at = take_place(memories);
    struct memory *memory = &memories->items[at];
    uint8_t *room = make_room(memories, memory, run->key_size + pairs.bytes.size);
    if (!room) {
        give_place(memories, at);
        return MEMORIES_NOWHERE;
    }
    memory->mark = run->mark;
    memory->number = run->answered_number;
    memory->pairs_size = (uint32_t)pairs.bytes.size;
    memory->key_size = (uint8_t)run->key_size;
    memory->status = (uint8_t)run->answer.status;
    memory->pair_count = (uint8_t)pairs.count;
    memcpy(room, run->key, run->key_size);
    memcpy(room + run->key_size, pairs.bytes.data, pairs.bytes.size);
    append(memories, at);
    return at;
}

bool memories_recall(const struct memories *memories, uint32_t at, struct run *run)
{
    PRE(at < memories->fresh);
    PRE(run->answered_number == 0);
    const struct memory *memory = &memories->items[at];
    struct buf *buf = &run->answer.pack.buf;
    buf_write(buf, bytes_of(memory) + memory->key_size, memory->pairs_size);
    if (buf_failed(buf)) {
        return false;
    }
    run->answer.status = (enum answer_status)memory->status;
    run->answer.pair_count = memory->pair_count;
    run->answered_number = memory->number;
    return true;
}

void memories_drop(struct memories *memories, uint32_t at)
{
    struct memory *memory = &memories->items[at];
    PRE(memories->count > 0);
    if (memory->before == MEMORIES_NOWHERE) {
        memories->first = memory->after;
    } else {
        memories->items[memory->before].after = memory->after;
    }
    if (memory->after == MEMORIES_NOWHERE) {
        memories->last = memory->before;
    } else {
        memories->items[memory->after].before = memory->before;
    }
    if (memory->is_large) {
        memories->bytes -= memory->key_size + memory->pairs_size;
        free(bytes_of(memory));
    }
    memories->count--;
    give_place(memories, at);
}
