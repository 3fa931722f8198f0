/* digest.c - libsodium behind four functions, and hex. */
#include "base/digest.h"

#include <sodium.h>

#include "base/check.h"

_Static_assert(DIGEST_SIZE == crypto_hash_sha256_BYTES, "SHA-256 has 32 bytes");

void digest_pair(struct span first, struct span second, uint8_t digest[DIGEST_SIZE])
{
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    if (first.size > 0)
        crypto_hash_sha256_update(&state, first.data, first.size);
    if (second.size > 0)
        crypto_hash_sha256_update(&state, second.data, second.size);
    crypto_hash_sha256_final(&state, digest);
}

void digest_hex(struct span bytes, char *text)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < bytes.size; i++) {
        text[2 * i] = digits[bytes.data[i] >> 4];
        text[2 * i + 1] = digits[bytes.data[i] & 15];
    }
    text[2 * bytes.size] = '\0';
}

/* 0 to 15, or 16 for what is no digit. */
static unsigned digit_of(uint8_t byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - (unsigned)'0';
    if (byte >= 'a' && byte <= 'f')
        return byte - (unsigned)'a' + 10;
    if (byte >= 'A' && byte <= 'F')
        return byte - (unsigned)'A' + 10;
    return 16;
}

bool digest_unhex(struct span text, uint8_t *bytes, size_t size)
{
    if (text.size / 2 != size || text.size % 2 != 0)
        return false;
    for (size_t i = 0; i < size; i++) {
        unsigned high = digit_of(text.data[2 * i]);
        unsigned low = digit_of(text.data[2 * i + 1]);
        if (high > 15 || low > 15)
            return false;
        bytes[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

void digest_random(void *bytes, size_t size)
{
    /* Does its work once and is safe from any thread. */
    int rc = sodium_init();
    CHECK(rc >= 0);
    randombytes_buf(bytes, size);
}
