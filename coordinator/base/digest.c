/* digest.c - OpenSSL's SHA-256 and the system's randomness behind four functions, and hex.
 *
 * A digest per record is much of what a saga costs: OpenSSL uses the processor's SHA instructions,
 * libsodium does not. */
#include "base/digest.h"

#include <errno.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <sys/random.h>

#include "base/check.h"

static EVP_MD *sha256; /* fetched once: looking it up costs as much as a digest */
static pthread_key_t contexts;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void give_back(void *context)
{
    EVP_MD_CTX_free(context);
}

static void fetch(void)
{
    sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    CHECK(sha256 != NULL);
    CHECK(pthread_key_create(&contexts, give_back) == 0);
}

/* A context of the thread's own, kept: making one costs more than a short digest. Without memory
 * for 100 bytes nothing can be decided any more. */
static EVP_MD_CTX *take_context(void)
{
    CHECK(pthread_once(&once, fetch) == 0);
    EVP_MD_CTX *context = pthread_getspecific(contexts);
    if (context != NULL) {
        CHECK(EVP_DigestInit_ex2(context, NULL, NULL) == 1);
        return context;
    }
    context = EVP_MD_CTX_new();
    CHECK(context != NULL && pthread_setspecific(contexts, context) == 0);
    CHECK(EVP_DigestInit_ex2(context, sha256, NULL) == 1);
    return context;
}

void digest_pair(struct span first, struct span second, uint8_t digest[DIGEST_SIZE])
{
    EVP_MD_CTX *context = take_context();
    CHECK(first.size == 0 || EVP_DigestUpdate(context, first.data, first.size) == 1);
    CHECK(second.size == 0 || EVP_DigestUpdate(context, second.data, second.size) == 1);
    CHECK(EVP_DigestFinal_ex(context, digest, NULL) == 1);
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
    uint8_t *at = bytes;
    while (size > 0) {
        ssize_t got = getrandom(at, size, 0);
        CHECK(got > 0 || errno == EINTR);
        at += got > 0 ? got : 0;
        size -= got > 0 ? (size_t)got : 0;
    }
}
