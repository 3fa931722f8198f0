/* auth.c - who is asking: a bearer token of 256 random bits, kept as its digest.
 *
 * On the first start an admin token is written to a file that only its owner may read, where
 * sagactl on the same machine finds it. */
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "api/http.h"
#include "base/digest.h"

enum { TOKEN_BYTES = 32, TOKEN_TEXT = 2 * TOKEN_BYTES };

static enum saga_error make_token(const char *path, char *text, char *why, size_t why_size)
{
    uint8_t random[TOKEN_BYTES];
    digest_random(random, sizeof random);
    digest_hex(span_of(random, sizeof random), text);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    char line[TOKEN_TEXT + 2];
    int size = snprintf(line, sizeof line, "%s\n", text);
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

enum saga_error auth_open(struct api *api, char *why, size_t why_size)
{
    const char *path = api->options.token_path;
    char text[TOKEN_TEXT + 2] = "";
    FILE *file = fopen(path, "r");
    enum saga_error rc = SAGA_OK;
    if (file) {
        size_t size = fread(text, 1, sizeof text - 1, file);
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
    digest_pair(span_text(text), (struct span){NULL, 0}, api->token_digest);
    OPENSSL_cleanse(text, sizeof text);
    return rc;
}

enum role auth_role(const struct call *call)
{
    static const char scheme[] = "Bearer ";
    const char *header = call_header(call, "Authorization");
    if (!header || strncasecmp(header, scheme, sizeof scheme - 1) != 0) {
        return ROLE_NONE;
    }
    uint8_t digest[DIGEST_SIZE];
    digest_pair(span_text(header + sizeof scheme - 1), (struct span){NULL, 0}, digest);
    bool same = CRYPTO_memcmp(digest, call->api->token_digest, DIGEST_SIZE) == 0;
    return same ? ROLE_ADMIN : ROLE_NONE;
}
