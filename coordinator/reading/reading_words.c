/* reading_words.c - words of a document in messages about it. */
#include "reading/reading_words.h"

#include <stdio.h>

#include "base/limits.h"
#include "base/mp.h"
#include "base/utf8.h"

struct quoted reading_quote(struct span text)
{
    enum { ROOM = LIMIT_NAME }; /* and "..." and quotes around it fit too */
    struct quoted quoted = {""};
    size_t size = text.size < ROOM ? text.size : ROOM;

    for (size_t i = 0; i < size; i++) {
        bool is_control = text.data[i] < 0x20 || text.data[i] == 0x7f;
        quoted.text[i] = is_control ? '?' : (char)text.data[i];
    }
    utf8_cut(quoted.text);
    if (size < text.size) {
        memcpy(quoted.text + strlen(quoted.text), "...", sizeof("..."));
    }
    return quoted;
}

size_t reading_position(struct span text, size_t offset)
{
    size_t position = 1;
    for (size_t i = 0; i < offset && i < text.size; i++) {
        position += (text.data[i] & 0xc0) != 0x80;
    }
    return position;
}

const char *reading_type_name(struct span value)
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

struct nearest reading_nearest(struct span word)
{
    return (struct nearest){.word = word};
}

/* How many slips one may take for a word: of a single letter only that it is the other case. */
static uint32_t edits_max(struct span word, struct span known)
{
    if (known.size == 1) {
        return (word.data[0] | 0x20) == (known.data[0] | 0x20) ? 1 : 0;
    }
    return known.size < 4 ? 1 : 2;
}

/* The first of equally near ones stays. */
void reading_nearest_try(struct nearest *nearest, struct span known)
{
    if (nearest->word.size > LIMIT_NAME || known.size > LIMIT_NAME || nearest->word.size == 0) {
        return;
    }
    uint32_t edits = distance(nearest->word, known);
    if (edits <= edits_max(nearest->word, known) &&
        (nearest->known.size == 0 || edits < nearest->edits)) {
        nearest->known = known;
        nearest->edits = edits;
    }
}

struct guess reading_guess(const struct nearest *nearest)
{
    struct guess guess = {""};
    if (nearest->known.size > 0) {
        snprintf(guess.text, sizeof(guess.text), "; did you mean '%s'?",
                 reading_quote(nearest->known).text);
    }
    return guess;
}
