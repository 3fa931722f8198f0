/* ids.c - names that clients give, or get: saga ids and trace contexts.
 *
 * A minted id is a UUIDv7 (RFC 9562): 48 bits of milliseconds, 12 bits that count within one
 * millisecond, 62 random bits. Ids of one process ascend. They are no secrets, so a seeded
 * generator serves, and a simulated run can be repeated. */
#include "base/digest.h"
#include "peers/parts.h"

enum { COUNT_MAX = 0xfff, COUNT_START_MASK = 0x3ff };

static uint64_t draw(struct peers *peers)
{
    peers->random += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t word = peers->random;
    word = (word ^ word >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    word = (word ^ word >> 27) * UINT64_C(0x94d049bb133111eb);
    return word ^ word >> 31;
}

static void store(uint8_t *at, uint64_t word, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++)
        at[i] = (uint8_t)(word >> 8 * (size - 1 - i));
}

void ids_mint(struct peers *peers, int64_t now_ms, uint8_t text[ID_UUID_SIZE])
{
    uint64_t random = draw(peers);
    if (now_ms > peers->id_ms) {
        peers->id_ms = now_ms;
        peers->id_count = (uint32_t)(random >> 48) & COUNT_START_MASK;
    } else if (peers->id_count == COUNT_MAX) {
        peers->id_ms++;
        peers->id_count = 0;
    } else {
        peers->id_count++;
    }
    uint8_t bytes[16];
    store(bytes, (uint64_t)peers->id_ms, 6);
    store(bytes + 6, UINT64_C(0x7000) | peers->id_count, 2);
    store(bytes + 8, (random & UINT64_C(0x3fffffffffffffff)) | UINT64_C(0x8000000000000000), 8);

    char hex[2 * sizeof(bytes) + 1];
    digest_hex(span_of(bytes, sizeof(bytes)), hex);
    static const uint8_t groups[] = {8, 4, 4, 4, 12};
    uint32_t from = 0;
    uint32_t to = 0;
    for (uint32_t i = 0; i < ARRAY_COUNT(groups); i++) {
        memcpy(text + to, hex + from, groups[i]);
        from += groups[i];
        to += groups[i];
        if (to < ID_UUID_SIZE)
            text[to++] = '-';
    }
    POST(to == ID_UUID_SIZE);
}

static bool is_id_byte(uint8_t byte)
{
    return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
           (byte >= '0' && byte <= '9') || byte == '.' || byte == '_' || byte == ':' || byte == '-';
}

bool ids_is_saga(struct span text)
{
    if (text.size == 0 || text.size > LIMIT_SAGA_ID)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        if (!is_id_byte(text.data[i]))
            return false;
    }
    return true;
}

static bool is_hex(struct span text)
{
    for (size_t i = 0; i < text.size; i++) {
        uint8_t byte = text.data[i];
        if (!((byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'f')))
            return false;
    }
    return true;
}

static bool is_zero(struct span text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] != '0')
            return false;
    }
    return true;
}

struct span ids_traceparent(struct span text)
{
    /* 00-<32 hex: trace>-<16 hex: span>-<2 hex: flags>; later versions may go on after a dash. */
    enum { VERSION = 0, TRACE = 3, PARENT = 36, FLAGS = 53, SIZE = 55 };
    const struct span none = {NULL, 0};
    if (text.size < SIZE)
        return none;
    struct span version = span_of(text.data + VERSION, 2);
    struct span trace = span_of(text.data + TRACE, 32);
    struct span parent = span_of(text.data + PARENT, 16);
    struct span flags = span_of(text.data + FLAGS, 2);
    bool has_dashes =
        text.data[TRACE - 1] == '-' && text.data[PARENT - 1] == '-' && text.data[FLAGS - 1] == '-';
    if (!has_dashes || !is_hex(version) || !is_hex(trace) || !is_hex(parent) || !is_hex(flags))
        return none;
    if (span_is(version, "ff") || is_zero(trace) || is_zero(parent))
        return none;
    if (text.size > SIZE && (span_is(version, "00") || text.data[SIZE] != '-'))
        return none;
    return span_of(text.data, SIZE);
}
