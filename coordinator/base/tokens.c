/* tokens.c - reads and writes the file of tokens. */
#include "base/tokens.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/time_text.h"
#include "base/times.h"

enum { LINE_MAX_BYTES = 1024, FIELDS = 5 };

_Static_assert((int)TOKEN_NAME_TEXT == (int)LIMIT_ACTOR, "a token's name is an actor");

static const char *const names[] = {
    [ROLE_NONE] = "none",     [ROLE_VIEWER] = "viewer",     [ROLE_AUDITOR] = "auditor",
    [ROLE_CLIENT] = "client", [ROLE_OPERATOR] = "operator", [ROLE_ADMIN] = "admin",
};

enum role role_parse(struct span text)
{
    for (size_t i = ROLE_VIEWER; i < ARRAY_COUNT(names); i++) {
        if (span_is(text, names[i])) {
            return (enum role)i;
        }
    }
    return ROLE_NONE;
}

const char *role_name(enum role role)
{
    return names[role];
}

bool role_allows(enum role have, enum role need)
{
#define TO(role) (1u << (role))
    static const unsigned allowed[] = {
        [ROLE_NONE] = TO(ROLE_NONE),
        [ROLE_VIEWER] = TO(ROLE_NONE) | TO(ROLE_VIEWER),
        [ROLE_AUDITOR] = TO(ROLE_NONE) | TO(ROLE_VIEWER) | TO(ROLE_AUDITOR),
        [ROLE_CLIENT] = TO(ROLE_NONE) | TO(ROLE_VIEWER) | TO(ROLE_CLIENT),
        [ROLE_OPERATOR] = TO(ROLE_NONE) | TO(ROLE_VIEWER) | TO(ROLE_CLIENT) | TO(ROLE_OPERATOR),
        [ROLE_ADMIN] = ~0u,
    };
#undef TO
    return (allowed[have] & (1u << need)) != 0;
}

static bool is_word(struct span text, const char *more)
{
    for (size_t i = 0; i < text.size; i++) {
        uint8_t c = text.data[i];
        bool plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!plain && (c == '\0' || !strchr(more, c))) {
            return false;
        }
    }
    return text.size > 0;
}

bool token_is_name(struct span text)
{
    return text.size <= TOKEN_NAME_TEXT && is_word(text, "._@+-") && !span_is(text, "admin");
}

bool token_is_groups(struct span text)
{
    size_t at = 0;
    size_t count = 0;
    while (at < text.size) {
        const uint8_t *comma = memchr(text.data + at, ',', text.size - at);
        size_t end = comma ? (size_t)(comma - text.data) : text.size;
        if (!is_word(span_of(text.data + at, end - at), "._-") || ++count > TOKEN_GROUPS_MAX ||
            (comma && end + 1 == text.size)) {
            return false;
        }
        at = end + 1;
    }
    return text.size <= TOKEN_GROUPS_TEXT;
}

void token_digest(struct span text, uint8_t digest[DIGEST_SIZE])
{
    digest_pair(text, (struct span){NULL, 0}, digest);
}

static void copy(struct span text, char *to)
{
    if (text.size > 0) {
        memcpy(to, text.data, text.size);
    }
    to[text.size] = '\0';
}

/* NULL, or what is wrong. */
static const char *read_line(struct span line, struct token *token)
{
    struct span fields[FIELDS] = {{NULL, 0}};
    size_t count = 0;
    for (size_t at = 0; at < line.size;) {
        size_t end = at;
        while (end < line.size && line.data[end] != ' ') {
            end++;
        }
        if (end > at && count == FIELDS) {
            return "has more than five words";
        }
        if (end > at) {
            fields[count++] = span_of(line.data + at, end - at);
        }
        at = end + 1;
    }
    bool no_groups = span_is(fields[3], "-");
    *token = (struct token){.role = role_parse(fields[1])};
    if (count < FIELDS) {
        return "has fewer than five words: DIGEST ROLE EXPIRES GROUPS NAME";
    }
    if (!digest_unhex(fields[0], token->digest, DIGEST_SIZE)) {
        return "does not begin with a SHA-256 in hex";
    }
    if (token->role == ROLE_NONE) {
        return "has no role: viewer, auditor, client, operator or admin";
    }
    if (!span_is(fields[2], "never") && !time_parse(fields[2], &token->expires_ms)) {
        return "does not say until when: an RFC 3339 time, or never";
    }
    if (!no_groups && !token_is_groups(fields[3])) {
        return "has bad groups: words joined by commas, or -";
    }
    if (!token_is_name(fields[4])) {
        return "has a bad name";
    }
    copy(no_groups ? (struct span){NULL, 0} : fields[3], token->groups);
    copy(fields[4], token->name);
    return NULL;
}

static bool add(struct tokens *tokens, size_t *room, const struct token *token)
{
    if (tokens->count == *room) {
        size_t wanted = *room ? *room * 2 : 16;
        struct token *bigger = realloc(tokens->items, wanted * sizeof(*bigger));
        if (!bigger) {
            return false;
        }
        tokens->items = bigger;
        *room = wanted;
    }
    tokens->items[tokens->count++] = *token;
    return true;
}

static enum saga_error read_all(FILE *file, const char *path, struct tokens *tokens, char *why,
                                size_t why_size)
{
    char text[LINE_MAX_BYTES];
    size_t room = 0;
    for (unsigned number = 1; fgets(text, sizeof(text), file); number++) {
        size_t size = strcspn(text, "\r\n");
        struct token token;
        if (size == 0 || text[0] == '#') {
            continue;
        }
        const char *wrong = read_line(span_of(text, size), &token);
        if (!wrong && tokens->count == TOKENS_MAX) {
            wrong = "is one too many: at most 10000 tokens";
        }
        if (wrong) {
            snprintf(why, why_size, "%s: line %u %s", path, number, wrong);
            return SAGA_INVALID;
        }
        if (!add(tokens, &room, &token)) {
            return SAGA_NO_MEMORY;
        }
    }
    if (ferror(file)) {
        snprintf(why, why_size, "cannot read %s", path);
        return SAGA_INVALID;
    }
    return SAGA_OK;
}

enum saga_error tokens_read(const char *path, struct tokens *tokens, char *why, size_t why_size)
{
    struct tokens found = {NULL, 0};
    FILE *file = fopen(path, "r");
    if (!file && errno != ENOENT) {
        snprintf(why, why_size, "cannot read %s: %s", path, strerror(errno));
        return SAGA_INVALID;
    }
    enum saga_error rc = file ? read_all(file, path, &found, why, why_size) : SAGA_OK;
    if (file) {
        fclose(file);
    }
    if (rc == SAGA_OK) {
        tokens_close(tokens);
        *tokens = found;
    } else {
        tokens_close(&found);
    }
    return rc;
}

static void put_all(const struct tokens *tokens, struct buf *out)
{
    buf_text(out, "# Written by sagactl token: DIGEST ROLE EXPIRES GROUPS NAME\n");
    for (size_t i = 0; i < tokens->count; i++) {
        const struct token *token = &tokens->items[i];
        char digest[2 * DIGEST_SIZE + 1];
        char until[TIME_TEXT_SIZE] = "never";
        digest_hex(span_of(token->digest, DIGEST_SIZE), digest);
        if (token->expires_ms > 0) {
            time_text(token->expires_ms, until);
        }
        buf_format(out, "%s %s %s %s %s\n", digest, role_name(token->role), until,
                   token->groups[0] ? token->groups : "-", token->name);
    }
}

static bool write_all(int fd, struct span text)
{
    while (text.size > 0) {
        ssize_t size = write(fd, text.data, text.size);
        if (size <= 0) {
            return false;
        }
        text = span_of(text.data + size, text.size - (size_t)size);
    }
    return fsync(fd) == 0;
}

enum saga_error tokens_write(const char *path, const struct tokens *tokens, char *why,
                             size_t why_size)
{
    char next[1024];
    struct buf out;
    buf_open(&out, (size_t)TOKENS_MAX * LINE_MAX_BYTES);
    put_all(tokens, &out);
    bool ok = !buf_failed(&out) && snprintf(next, sizeof(next), "%s.new", path) < (int)sizeof(next);
    int fd = ok ? open(next, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600) : -1;
    if (fd < 0) {
        snprintf(why, why_size, "cannot write %s: %s%s", path, ok ? strerror(errno) : "no room",
                 ok && errno == EEXIST ? " (tokens.new; if nobody else writes, remove it)" : "");
        buf_close(&out);
        return SAGA_STORE_FAILED;
    }
    ok = write_all(fd, buf_span(&out));
    ok = close(fd) == 0 && ok;
    ok = ok && rename(next, path) == 0;
    if (!ok) {
        snprintf(why, why_size, "cannot write %s: %s", path, strerror(errno));
        (void)unlink(next);
    }
    buf_close(&out);
    return ok ? SAGA_OK : SAGA_STORE_FAILED;
}

void tokens_close(struct tokens *tokens)
{
    free(tokens->items);
    *tokens = (struct tokens){NULL, 0};
}
