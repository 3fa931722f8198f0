/* auth.c - the tokens in memory, read from their files, and the search for the one that is shown.
 */
#include "api/auth.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"

struct auth {
    const char *admin_path;
    const char *tokens_path;
    pthread_mutex_t lock; /* of all below: any thread may read the files anew */
    struct token admin;
    struct tokens tokens;
    struct timespec changed; /* the second file was written so, when it was looked at last; */
    ino_t number;            /* both zero: it was not there */
};

static enum saga_error make_token(const char *path, char *text, char *why, size_t why_size)
{
    uint8_t random[TOKEN_BYTES];
    digest_random(random, sizeof(random));
    digest_hex(span_of(random, sizeof(random)), text);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    char line[TOKEN_TEXT + 2];
    int size = snprintf(line, sizeof(line), "%s\n", text);
    bool ok = fd >= 0 && write(fd, line, (size_t)size) == size && fsync(fd) == 0;
    int cause = errno;
    if (fd >= 0) {
        close(fd);
    }
    if (!ok) {
        snprintf(why, why_size, "cannot write %s: %s", path, strerror(cause));
    }
    return ok ? SAGA_OK : SAGA_STORE_FAILED;
}

static enum saga_error read_admin(const char *path, struct token *admin, char *why, size_t why_size)
{
    char text[TOKEN_TEXT + 2] = "";
    FILE *file = fopen(path, "r");
    enum saga_error rc = SAGA_OK;
    if (file) {
        size_t size = fread(text, 1, sizeof(text) - 1, file);
        fclose(file);
        text[strcspn(text, "\r\n")] = '\0';
        if (size < TOKEN_TEXT || strlen(text) != TOKEN_TEXT) {
            snprintf(why, why_size, "%s does not hold a token; remove it to have a new one made",
                     path);
            rc = SAGA_INVALID;
        }
    } else {
        rc = make_token(path, text, why, why_size);
    }
    *admin = (struct token){.role = ROLE_ADMIN, .name = "admin"};
    token_digest(span_text(text), admin->digest);
    OPENSSL_cleanse(text, sizeof(text));
    return rc;
}

enum saga_error auth_open(const char *admin_path, const char *tokens_path, struct auth **auth,
                          char *why, size_t why_size)
{
    struct auth *made = calloc(1, sizeof(*made));
    if (!made) {
        return SAGA_NO_MEMORY;
    }
    made->admin_path = admin_path;
    made->tokens_path = tokens_path;
    pthread_mutex_init(&made->lock, NULL);
    enum saga_error rc = auth_read(made, why, why_size);
    if (rc != SAGA_OK) {
        auth_close(&made);
    }
    *auth = made;
    return rc;
}

void auth_close(struct auth **auth)
{
    struct auth *gone = *auth;
    if (!gone) {
        return;
    }
    tokens_close(&gone->tokens);
    pthread_mutex_destroy(&gone->lock);
    free(gone);
    *auth = NULL;
}

/* Has the second file changed since it was looked at? Under the lock. It is replaced as a whole, so
 * that one with another number, or another time, is another file. */
static bool has_changed(struct auth *auth)
{
    struct stat now = {.st_ino = 0};
    if (stat(auth->tokens_path, &now) != 0) {
        now = (struct stat){.st_ino = 0};
    }
    bool is_same = now.st_ino == auth->number && now.st_mtim.tv_sec == auth->changed.tv_sec &&
                   now.st_mtim.tv_nsec == auth->changed.tv_nsec;
    auth->number = now.st_ino;
    auth->changed = now.st_mtim;
    return !is_same;
}

static enum saga_error read_tokens(struct auth *auth, char *why, size_t why_size)
{
    struct tokens tokens = {NULL, 0};
    MAYBE(has_changed(auth)); /* before it is read: a change meanwhile is seen later */
    enum saga_error rc = tokens_read(auth->tokens_path, &tokens, why, why_size);
    if (rc == SAGA_OK) {
        tokens_close(&auth->tokens);
        auth->tokens = tokens;
    }
    return rc;
}

enum saga_error auth_read(struct auth *auth, char *why, size_t why_size)
{
    struct token admin;
    enum saga_error rc = read_admin(auth->admin_path, &admin, why, why_size);
    if (rc != SAGA_OK) {
        return rc;
    }
    pthread_mutex_lock(&auth->lock);
    rc = read_tokens(auth, why, why_size);
    if (rc == SAGA_OK) {
        auth->admin = admin;
    }
    pthread_mutex_unlock(&auth->lock);
    return rc;
}

/* Under the lock. A file that is not good is said once, and changes nothing. */
static void keep_up(struct auth *auth)
{
    char why[512] = "out of memory";
    if (!has_changed(auth)) {
        return;
    }
    if (read_tokens(auth, why, sizeof(why)) == SAGA_OK) {
        log_line(LOG_INFO, "reloaded", "what", "tokens", NULL);
    } else {
        log_line(LOG_ERROR, "not_reloaded", "what", "tokens", "why", why, NULL);
    }
}

/* The token of that digest. All are looked at, so that the time of the search tells nothing. */
static const struct token *find(const struct auth *auth, const uint8_t *digest)
{
    const struct token *found = NULL;
    for (size_t i = 0; i < auth->tokens.count; i++) {
        const struct token *token = &auth->tokens.items[i];
        found = CRYPTO_memcmp(digest, token->digest, DIGEST_SIZE) == 0 ? token : found;
    }
    return CRYPTO_memcmp(digest, auth->admin.digest, DIGEST_SIZE) == 0 ? &auth->admin : found;
}

/* The name, the role and the groups, copied. false: no memory. */
static bool keep(const struct token *token, struct arena *arena, struct identity *who)
{
    struct span *roles = arena_take(arena, (TOKEN_GROUPS_MAX + 1) * sizeof(*roles));
    bool ok = roles != NULL;
    who->name = arena_copy(arena, span_text(token->name), &ok);
    struct span groups = arena_copy(arena, span_text(token->groups), &ok);
    if (!ok) {
        return false;
    }
    roles[who->roles_count++] = span_text(role_name(token->role));
    for (size_t at = 0; at < groups.size && who->roles_count <= TOKEN_GROUPS_MAX;) {
        size_t end = at;
        while (end < groups.size && groups.data[end] != ',') {
            end++;
        }
        roles[who->roles_count++] = span_of(groups.data + at, end - at);
        at = end + 1;
    }
    who->roles = roles;
    who->role = token->role;
    return true;
}

const char *auth_identify(struct auth *auth, const char *header, int64_t now_ms,
                          struct arena *arena, struct identity *who)
{
    static const char scheme[] = "Bearer ";
    const char *why = "show a token: Authorization: Bearer TOKEN";
    *who = (struct identity){.role = ROLE_NONE};
    if (!header || strncasecmp(header, scheme, sizeof(scheme) - 1) != 0) {
        return why;
    }
    uint8_t digest[DIGEST_SIZE];
    token_digest(span_text(header + sizeof(scheme) - 1), digest);
    pthread_mutex_lock(&auth->lock);
    keep_up(auth);
    const struct token *token = find(auth, digest);
    bool expired = token && token->expires_ms > 0 && token->expires_ms <= now_ms;
    bool ok = token && !expired && keep(token, arena, who);
    pthread_mutex_unlock(&auth->lock);
    return ok ? NULL : expired ? "the token has expired" : why;
}
