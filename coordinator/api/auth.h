/* auth.h - who is asking: a bearer token of 256 random bits, kept as its digest.
 *
 * On the first start an admin token is written to a file that only its owner may read, where
 * sagactl on the same machine finds it. All other tokens stand in a second file: see
 * base/tokens.h. */
#ifndef API_AUTH_H
#define API_AUTH_H

#include "base/arena.h"
#include "base/tokens.h"

struct auth;

/* Who is asking, as their token says. */
struct identity {
    enum role role;           /* ROLE_NONE: nobody knows */
    struct span name;         /* the actor of what they do */
    const struct span *roles; /* their role and groups */
    uint32_t roles_count;
};

/* Reads both files, and makes the admin's when there is none; the second file need not be there.
 * The paths are borrowed for life. SAGA_INVALID or SAGA_STORE_FAILED with a sentence in `why`,
 * SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error auth_open(const char *admin_path, const char *tokens_path,
                                     struct auth **auth, char *why, size_t why_size);
void auth_close(struct auth **auth);
/* Reads both files again, from any thread. On an error all tokens stay as they were.
 *
 * The second file is also read again by itself, by the first request after it has changed: a token
 * that was revoked stops at once. */
MUST_CHECK enum saga_error auth_read(struct auth *auth, char *why, size_t why_size);

/* Whose token does the Authorization header show? NULL and who it is, copied into the arena; or,
 * in words, why it is nobody. header NULL: there was none. */
const char *auth_identify(struct auth *auth, const char *header, int64_t now_ms,
                          struct arena *arena, struct identity *who);

#endif
