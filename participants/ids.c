/* ids.c - a maker of ids that asks the system for randomness once in a while. */
#include "participants/ids.h"

#include "base/clock.h"
#include "base/digest.h"
#include "base/uuid.h"

enum { RANDOM_OLD_MS = 1000 };

void ids_open(struct ids *ids)
{
    *ids = (struct ids){.last_ms = 0};
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

void ids_next(struct ids *ids, char text[IDS_TEXT_SIZE])
{
    int64_t at_ms = clock_wall_ms();
    if (at_ms <= ids->last_ms && ids->last_count < UUID_COUNT_MAX) {
        ids->last_count++;
    } else {
        ids->last_ms = at_ms > ids->last_ms ? at_ms : ids->last_ms + 1;
        ids->last_count = 0;
    }
    uint64_t random = draw(&ids->random, at_ms);
    uuid_v7(ids->last_ms, ids->last_count, random, (uint8_t *)text);
    text[UUID_TEXT] = '\0';
}
