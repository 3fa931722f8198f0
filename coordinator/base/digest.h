/* digest.h - SHA-256 (OpenSSL's) and secrets (the system's). */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include "base/span.h"

enum { DIGEST_SIZE = 32 };

/* SHA-256 over first and then second. */
void digest_pair(struct span first, struct span second, uint8_t digest[DIGEST_SIZE]);
/* Lower-case hex; text holds 2 * size + 1 bytes. */
void digest_hex(struct span bytes, char *text);
/* Reads exactly 2 * size hex digits; false for anything else. */
bool digest_unhex(struct span text, uint8_t *bytes, size_t size);
/* Fills from the system's generator (getrandom). */
void digest_random(void *bytes, size_t size);

#endif
