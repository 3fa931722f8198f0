/* plain.c - arrays and maps that are small, by a short stack of what is still to come. */
#include "base/plain.h"

struct level {
    uint32_t left; /* values, and keys of a map, still to come */
    bool is_map;
    uint8_t key_count;                   /* keys read so far */
    const uint8_t *keys[PLAIN_PAIR_MAX]; /* where the head of each stands */
};

/* The head of an array or a map; false when it is neither, or not plain. */
static bool enter(const uint8_t **at, const uint8_t *end, struct level *level)
{
    uint8_t tag = **at;
    *at += 1;
    level->is_map = tag < 0x90;
    level->key_count = 0;
    level->left = tag & 0x0f;
    if (tag == 0xdc) {
        if (end - *at < 2) {
            return false;
        }
        level->left = (uint32_t)mp_load(*at, 2);
        *at += 2;
    } else if (level->is_map) {
        level->left = 2 * level->left;
        return level->left <= 2 * PLAIN_PAIR_MAX;
    }
    return true;
}

/* A short key that differs from those before it. */
static bool read_key(const uint8_t **at, const uint8_t *end, struct level *level)
{
    const uint8_t *key = *at;
    struct span text;
    if (key == end || key[0] < 0xa0 || key[0] > 0xa0 + PLAIN_TEXT_MAX) {
        return false;
    }
    *at += 1;
    if (!plain_text(at, end, key[0] & 0x1f, &text)) {
        return false;
    }
    for (uint32_t i = 0; i < level->key_count; i++) {
        /* The head is the size. */
        if (level->keys[i][0] == key[0] && memcmp(level->keys[i] + 1, key + 1, text.size) == 0) {
            return false;
        }
    }
    level->keys[level->key_count++] = key;
    return true;
}

bool plain_skip(const uint8_t **at, const uint8_t *end)
{
    struct level levels[PLAIN_DEPTH_MAX];
    uint32_t depth = 1;
    if (!plain_is_container(*at, end) || !enter(at, end, &levels[0])) {
        return false;
    }
    while (depth > 0) {
        struct level *level = &levels[depth - 1];
        struct plain plain = {0};
        if (level->left == 0) {
            depth--;
            continue;
        }
        level->left--;
        if (level->is_map && level->left % 2 == 1) {
            if (!read_key(at, end, level)) {
                return false;
            }
        } else if (plain_is_container(*at, end)) {
            if (depth == PLAIN_DEPTH_MAX || !enter(at, end, &levels[depth++])) {
                return false;
            }
        } else if (!plain_scalar(at, end, &plain)) {
            return false;
        }
    }
    return true;
}

bool plain_is(struct span value)
{
    struct plain plain = {0};
    const uint8_t *at = value.data;
    if (value.size == 0 || value.size > PLAIN_SIZE_MAX) {
        return false;
    }
    const uint8_t *end = at + value.size;
    return plain_read(&at, end, &plain) && at == end;
}
