/* digest.c - OpenSSL's SHA-256 and the system's randomness behind four functions, and hex.
 *
 * A digest per record is much of what a saga costs. OpenSSL uses the processor's SHA instructions,
 * libsodium does not; and its plain functions hash a record of 100 bytes in a fraction of the time
 * that the newer ones (EVP) take to find the algorithm and to allocate for it. */
#define OPENSSL_SUPPRESS_DEPRECATED /* the plain functions: see above */

#include "base/digest.h"

#include <errno.h>
#include <openssl/sha.h>
#include <sys/random.h>

#include "base/check.h"

_Static_assert(DIGEST_SIZE == SHA256_DIGEST_LENGTH, "a digest is a SHA-256");

void digest_pair(struct span first, struct span second, uint8_t digest[DIGEST_SIZE])
{
    SHA256_CTX context;
    CHECK(SHA256_Init(&context) == 1);
    CHECK(first.size == 0 || SHA256_Update(&context, first.data, first.size) == 1);
    CHECK(second.size == 0 || SHA256_Update(&context, second.data, second.size) == 1);
    CHECK(SHA256_Final(digest, &context) == 1);
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
    if (byte >= '0' && byte <= '9') {
        return byte - (unsigned)'0';
    }
    if (byte >= 'a' && byte <= 'f') {
        return byte - (unsigned)'a' + 10;
    }
    if (byte >= 'A' && byte <= 'F') {
        return byte - (unsigned)'A' + 10;
    }
    return 16;
}

bool digest_unhex(struct span text, uint8_t *bytes, size_t size)
{
    if (text.size / 2 != size || text.size % 2 != 0) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        unsigned high = digit_of(text.data[2 * i]);
        unsigned low = digit_of(text.data[2 * i + 1]);
        if (high > 15 || low > 15) {
            return false;
        }
        bytes[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

void digest_random(void *bytes, size_t size)
{
    uint8_t *at = bytes;
    while (size > 0) {
        ssize_t got = getrandom(at, size, 0);
        CHECK(got > 0 || errno == EINTR);
        at += got > 0 ? got : 0;
        size -= got > 0 ? (size_t)got : 0;
    }
}
