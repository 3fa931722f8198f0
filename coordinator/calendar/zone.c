/* zone.c - the time zone database's files (RFC 8536).
 *
 *   header     "TZif", version, 15 unused bytes, six counts of 4 bytes
 *   version 1  a block with times of 4 bytes; skipped when a later version follows
 *   version 2+ the header again, a block with times of 8 bytes, and a rule between two newlines
 *   block      times, a type for each, types (offset 4, is summer 1, name 1), names, leap seconds,
 *              two lists of flags that only old TZ variables need
 *
 * All numbers are big-endian. What the bytes say is checked before it is used. */
#include "calendar/zone.h"

#include <string.h>

#include "base/arena.h"

enum {
    HEADER_SIZE = 44,
    TYPE_SIZE = 6,
    OFFSET_MAX_S = 26 * 3600, /* RFC 8536: no offset is smaller or greater */
};

struct block {
    uint32_t utc_count;
    uint32_t standard_count;
    uint32_t leap_count;
    uint32_t change_count;
    uint32_t type_count;
    uint32_t letter_count;
    uint32_t time_size;
    const uint8_t *data;
};

static int64_t number_at(const uint8_t *at, uint32_t size)
{
    uint64_t value = at[0] & 0x80 ? UINT64_MAX : 0;
    for (uint32_t i = 0; i < size; i++) {
        value = value << 8 | at[i];
    }
    return (int64_t)value;
}

static uint32_t count_at(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* Takes a header and its block from the front of the bytes. */
static bool take_block(struct span *bytes, uint32_t time_size, struct block *block)
{
    const uint8_t *at = bytes->data;
    if (bytes->size < HEADER_SIZE || memcmp(at, "TZif", 4) != 0) {
        return false;
    }
    *block = (struct block){.utc_count = count_at(at + 20),
                            .standard_count = count_at(at + 24),
                            .leap_count = count_at(at + 28),
                            .change_count = count_at(at + 32),
                            .type_count = count_at(at + 36),
                            .letter_count = count_at(at + 40),
                            .time_size = time_size,
                            .data = at + HEADER_SIZE};
    uint64_t size = (uint64_t)block->change_count * (time_size + 1) +
                    (uint64_t)block->type_count * TYPE_SIZE + block->letter_count +
                    (uint64_t)block->leap_count * (time_size + 4) + block->standard_count +
                    block->utc_count;
    if (size > bytes->size - HEADER_SIZE) {
        return false;
    }
    bytes->data += HEADER_SIZE + size;
    bytes->size -= HEADER_SIZE + (size_t)size;
    return true;
}

static bool take_rule(struct span bytes, struct zone_rule *rule)
{
    *rule = (struct zone_rule){.is_there = false};
    if (bytes.size < 2 || bytes.data[0] != '\n') {
        return false;
    }
    const uint8_t *end = memchr(bytes.data + 1, '\n', bytes.size - 1);
    if (!end) {
        return false;
    }
    struct span text = span_of(bytes.data + 1, (size_t)(end - bytes.data - 1));
    return text.size == 0 || zone_rule_parse(text, rule);
}

static bool offset_of(const struct block *block, const uint8_t *types, uint32_t type,
                      int32_t *offset_s)
{
    if (type >= block->type_count) {
        return false;
    }
    *offset_s = (int32_t)number_at(types + (size_t)type * TYPE_SIZE, 4);
    return *offset_s > -OFFSET_MAX_S && *offset_s < OFFSET_MAX_S;
}

static enum saga_error read_table(const struct block *block, struct arena *arena, struct zone *zone,
                                  const char **why)
{
    uint32_t count = block->change_count;
    const uint8_t *types_of = block->data + (size_t)count * block->time_size;
    const uint8_t *types = types_of + count;
    int64_t *changes_s = arena_take(arena, (count + 1) * sizeof(*changes_s));
    int32_t *offsets_s = arena_take(arena, (count + 1) * sizeof(*offsets_s));
    if (!changes_s || !offsets_s) {
        return SAGA_NO_MEMORY;
    }
    bool ok = offset_of(block, types, 0, &zone->first_offset_s);
    for (uint32_t i = 0; i < count && ok; i++) {
        changes_s[i] = number_at(block->data + (size_t)i * block->time_size, block->time_size);
        ok = offset_of(block, types, types_of[i], &offsets_s[i]) &&
             (i == 0 || changes_s[i] > changes_s[i - 1]);
    }
    if (!ok) {
        *why = "its table of changes makes no sense";
        return SAGA_INVALID;
    }
    zone->changes_s = changes_s;
    zone->offsets_s = offsets_s;
    zone->count = count;
    return SAGA_OK;
}

enum saga_error zone_read(struct span bytes, struct arena *arena, const struct zone **zone,
                          const char **why)
{
    PRE(arena != NULL);
    PRE(zone != NULL && why);
    struct block block;
    struct span left = bytes;
    struct zone_rule rule = {.is_there = false};
    *zone = NULL;
    *why = "it is no file of the time zone database (TZif)";
    if (bytes.size > ZONE_BYTES_MAX || !take_block(&left, 4, &block)) {
        return SAGA_INVALID;
    }
    if (bytes.data[4] >= '2' && (!take_block(&left, 8, &block) || !take_rule(left, &rule))) {
        return SAGA_INVALID;
    }
    if (block.leap_count > 0) {
        *why = "it counts leap seconds, which no clock here does";
        return SAGA_INVALID;
    }
    if (block.type_count == 0 || block.type_count > 256 || block.change_count > ZONE_CHANGES_MAX) {
        return SAGA_INVALID;
    }
    struct zone *made = ARENA_NEW(arena, struct zone);
    if (!made) {
        return SAGA_NO_MEMORY;
    }
    made->rule = rule;
    enum saga_error rc = read_table(&block, arena, made, why);
    if (rc == SAGA_OK) {
        *zone = made;
    }
    return rc;
}

/* How many changes are not after the moment. */
static uint32_t changes_by(const struct zone *zone, int64_t at_s)
{
    uint32_t low = 0;
    uint32_t high = zone->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (zone->changes_s[middle] <= at_s) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

struct zone_period zone_at(const struct zone *zone, int64_t at_s)
{
    struct zone_period period = {INT64_MIN, INT64_MAX, 0};
    if (!zone) {
        return period;
    }
    uint32_t by = changes_by(zone, at_s);
    period.from_s = by > 0 ? zone->changes_s[by - 1] : INT64_MIN;
    if (by < zone->count || !zone->rule.is_there) {
        period.until_s = by < zone->count ? zone->changes_s[by] : INT64_MAX;
        period.offset_s = by > 0 ? zone->offsets_s[by - 1] : zone->first_offset_s;
        return period;
    }
    struct zone_period ruled = zone_rule_at(&zone->rule, at_s);
    ruled.from_s = ruled.from_s > period.from_s ? ruled.from_s : period.from_s;
    POST(ruled.from_s <= at_s && at_s < ruled.until_s);
    return ruled;
}
