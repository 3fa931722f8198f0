/* auth.c - who is asking: a bearer token of 256 random bits, kept as its digest.
 *
 * On the first start an admin token is written to a file that only its owner may read, where
 * sagactl on the same machine finds it. All others stand in the file `tokens` beside it: see
 * base/tokens.h. Both are read again on SIGHUP; a file that is not good then changes nothing. */
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "api/http.h"
#include "base/digest.h"

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

enum saga_error auth_read(struct api *api, char *why, size_t why_size)
{
    struct token admin;
    struct tokens tokens = {NULL, 0};
    enum saga_error rc = read_admin(api->options.token_path, &admin, why, why_size);
    if (rc == SAGA_OK) {
        rc = tokens_read(api->options.tokens_path, &tokens, why, why_size);
    }
    if (rc != SAGA_OK) {
        return rc;
    }
    pthread_mutex_lock(&api->auth_lock);
    struct tokens old = api->tokens;
    api->tokens = tokens;
    api->admin = admin;
    pthread_mutex_unlock(&api->auth_lock);
    tokens_close(&old);
    return SAGA_OK;
}

/* The token of that digest. All are looked at: the time tells nothing. */
static const struct token *find(const struct api *api, const uint8_t *digest)
{
    const struct token *found = NULL;
    for (size_t i = 0; i < api->tokens.count; i++) {
        const struct token *token = &api->tokens.items[i];
        found = CRYPTO_memcmp(digest, token->digest, DIGEST_SIZE) == 0 ? token : found;
    }
    return CRYPTO_memcmp(digest, api->admin.digest, DIGEST_SIZE) == 0 ? &api->admin : found;
}

/* The name, the role and the groups, in the call's arena. false: no memory. */
static bool keep(struct http_call *call, const struct token *token)
{
    struct identity *who = &call->who;
    struct span *roles = arena_take(&call->arena, (TOKEN_GROUPS_MAX + 1) * sizeof(*roles));
    bool ok = roles != NULL;
    who->name = arena_copy(&call->arena, span_text(token->name), &ok);
    struct span groups = arena_copy(&call->arena, span_text(token->groups), &ok);
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

const char *auth_identify(struct http_call *call)
{
    static const char scheme[] = "Bearer ";
    const char *why = "show a token: Authorization: Bearer TOKEN";
    const char *header = header_text(call, "Authorization");
    call->who = (struct identity){.role = ROLE_NONE};
    if (!header || strncasecmp(header, scheme, sizeof(scheme) - 1) != 0) {
        return why;
    }
    struct api *api = call->api;
    uint8_t digest[DIGEST_SIZE];
    token_digest(span_text(header + sizeof(scheme) - 1), digest);
    pthread_mutex_lock(&api->auth_lock);
    const struct token *token = find(api, digest);
    bool expired = token && token->expires_ms > 0 &&
                   token->expires_ms <= api->options.now_ms(api->options.arg);
    bool ok = token && !expired && keep(call, token);
    pthread_mutex_unlock(&api->auth_lock);
    return ok ? NULL : expired ? "the token has expired" : why;
}
