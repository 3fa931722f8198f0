/* sign.h - signatures after Standard Webhooks: HMAC-SHA256 over "id.timestamp.body".
 *
 * https://www.standardwebhooks.com - receivers check them with the libraries found there. */
#ifndef OUTBOX_SIGN_H
#define OUTBOX_SIGN_H

#include "base/buf.h"
#include "base/check.h"
#include "door/webhook.h"

/* Reads "whsec_<base64>" of 24 to 64 bytes; false for anything else. */
MUST_CHECK bool sign_secret(struct span text, struct webhook_secret *secret);

struct signed_message {
    const char *id;        /* has no full stop */
    const char *timestamp; /* seconds since 1970 */
    struct span body;
};

/* Appends the value of webhook-signature: "v1,<base64>" for each of the hook's secrets, separated
 * by blanks. */
void sign_message(const struct webhook *hook, const struct signed_message *message,
                  struct buf *out);

#endif
