/* sign.c - OpenSSL does the work; base64 is that of its EVP functions. */
#include "outbox/sign.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

static const char prefix[] = "whsec_";

bool sign_secret(struct span text, struct webhook_secret *secret)
{
    uint8_t bytes[3 * (4 * WEBHOOK_SECRET_MAX / 3 / 4 + 2)];
    size_t head = sizeof(prefix) - 1;
    if (text.size < head || memcmp(text.data, prefix, head) != 0) {
        return false;
    }
    struct span base64 = span_of(text.data + head, text.size - head);
    size_t size = base64.size / 4 * 3;
    if (base64.size == 0 || base64.size % 4 != 0 || size > sizeof(bytes)) {
        return false;
    }
    if (EVP_DecodeBlock(bytes, base64.data, (int)base64.size) != (int)size) {
        return false;
    }
    for (size_t i = base64.size; i > base64.size - 2 && base64.data[i - 1] == '='; i--) {
        size--;
    }
    if (size < WEBHOOK_SECRET_MIN || size > WEBHOOK_SECRET_MAX) {
        return false;
    }
    memcpy(secret->bytes, bytes, size);
    secret->size = (uint32_t)size;
    return true;
}

void sign_message(const struct webhook *hook, const struct signed_message *message, struct buf *out)
{
    struct buf content;
    buf_open(&content, message->body.size + 256);
    buf_text(&content, message->id);
    buf_text(&content, ".");
    buf_text(&content, message->timestamp);
    buf_text(&content, ".");
    buf_write(&content, message->body.data, message->body.size);
    for (uint32_t i = 0; i < hook->secret_count && !buf_failed(&content); i++) {
        const struct webhook_secret *secret = &hook->secrets[i];
        uint8_t digest[SHA256_DIGEST_LENGTH];
        uint8_t base64[4 * (SHA256_DIGEST_LENGTH + 2) / 3 + 1];
        unsigned int size = 0;
        const uint8_t *made = HMAC(EVP_sha256(), secret->bytes, (int)secret->size, content.data,
                                   content.size, digest, &size);
        CHECK(made != NULL && size == sizeof(digest));
        EVP_EncodeBlock(base64, digest, (int)size);
        buf_text(out, i > 0 ? " v1," : "v1,");
        buf_text(out, (const char *)base64);
    }
    out->failed = out->failed || buf_failed(&content);
    buf_close(&content);
}
