/* ids.c - a maker of ids that asks the system for randomness once in a while. */
#include "participants/ids.h"

#include "base/digest.h"

enum { RANDOM_OLD_MS = 1000 };

void ids_open(struct ids *ids)
{
    *ids = (struct ids){.last_ms = 0};
    clock_open(&ids->clock, 0);
}

static void put_hex(char *text, uint64_t value, int digits)
{
    for (int i = digits - 1; i >= 0; i--) {
        text[i] = "0123456789abcdef"[value & 15];
        value >>= 4;
    }
}

static uint64_t draw(struct ids_random *random, int64_t at_ms)
{
    if (random->left == 0 || at_ms - random->drawn_ms > RANDOM_OLD_MS || at_ms < random->drawn_ms) {
        digest_random(random->numbers, sizeof(random->numbers));
        random->left = IDS_RANDOM_COUNT;
        random->drawn_ms = at_ms;
    }
    uint64_t number = random->numbers[--random->left];
    random->numbers[random->left] = 0;
    return number;
}

/* Time, a count within the millisecond, randomness. */
void ids_next(struct ids *ids, char text[IDS_TEXT_SIZE])
{
    int64_t at_ms = clock_now_ms(&ids->clock);
    if (at_ms <= ids->last_ms && ids->last_count < 0xfff) {
        ids->last_count++;
    } else {
        ids->last_ms = at_ms > ids->last_ms ? at_ms : ids->last_ms + 1;
        ids->last_count = 0;
    }
    uint64_t random = draw(&ids->random, at_ms);
    uint64_t time = (uint64_t)ids->last_ms;
    put_hex(text, time >> 16, 8);
    text[8] = '-';
    put_hex(text + 9, time & 0xffff, 4);
    text[13] = '-';
    put_hex(text + 14, 0x7000 | ids->last_count, 4);
    text[18] = '-';
    put_hex(text + 19, 0x8000 | (random >> 50), 4);
    text[23] = '-';
    put_hex(text + 24, random & UINT64_C(0xffffffffffff), 12);
    text[36] = '\0';
}
