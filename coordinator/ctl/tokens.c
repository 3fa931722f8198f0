/* tokens.c - who may ask sagad for what: tokens made, listed and revoked in the data folder.
 *
 * This works without a server: whoever may write the folder may hand out tokens. sagad reads the
 * file again with the first request over HTTP after the file has changed. */
#include "ctl/tokens.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/tokens.h"
#include "ctl/values.h"
#include "ctl/when.h"

enum { PATH_SIZE = 1024, ID_SIZE = 8 };

#define RELOAD "sagad reads its tokens again with the next request over HTTP\n"

static void path_of(const struct settings *settings, char *path, size_t size)
{
    const char *data = settings->data ? settings->data : getenv("SAGAD_DATA");
    snprintf(path, size, "%s/tokens", data ? data : "sagad-data");
}

static bool load(const char *path, struct tokens *tokens)
{
    char why[PATH_SIZE + 128] = "out of memory";
    enum saga_error rc = tokens_read(path, tokens, why, sizeof(why));
    if (rc != SAGA_OK) {
        fprintf(stderr, "sagactl: %s\n", why);
    }
    return rc == SAGA_OK;
}

/* Locks the file from reading to writing: of two commands that change the file at once, one change
 * would be lost. -1 after saying why there is no lock. */
static int take_lock(const char *path)
{
    char lock[PATH_SIZE + 8];
    snprintf(lock, sizeof(lock), "%s.lock", path);
    int fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || flock(fd, LOCK_EX) != 0) {
        fprintf(stderr, "sagactl: cannot lock %s: %s\n", lock, strerror(errno));
        if (fd >= 0) {
            close(fd);
        }
        return -1;
    }
    return fd;
}

static void give_lock(int fd)
{
    if (fd >= 0) {
        close(fd);
    }
}

static enum exit_code save(const char *path, const struct tokens *tokens)
{
    char why[PATH_SIZE + 128] = "";
    if (tokens_write(path, tokens, why, sizeof(why)) != SAGA_OK) {
        fprintf(stderr, "sagactl: %s\n", why);
        return EXIT_FAILED;
    }
    return EXIT_GOOD;
}

/* The first eight digits of the token's digest tell tokens apart and do not betray them. */
static void id_of(const struct token *token, char id[ID_SIZE + 1])
{
    char digest[2 * DIGEST_SIZE + 1];
    digest_hex(span_of(token->digest, DIGEST_SIZE), digest);
    memcpy(id, digest, ID_SIZE);
    id[ID_SIZE] = '\0';
}

/* "90d" from now, or a time. *at_ms is 0 for a token that never expires. */
static bool read_expiry(const char *text, int64_t *at_ms)
{
    *at_ms = 0;
    if (!text || strcmp(text, "never") == 0) {
        return true;
    }
    return when_parse(text, WHEN_AHEAD, at_ms) && *at_ms > when_now_ms();
}

static bool fill(const struct settings *settings, const char *name, struct token *token)
{
    const char *role = settings->role ? settings->role : "";
    const char *groups = settings->groups ? settings->groups : "";
    *token = (struct token){.role = role_parse(span_text(role))};
    if (!token_is_name(span_text(name))) {
        fprintf(stderr,
                "sagactl: a name has 1 to 128 of A-Z a-z 0-9 . _ @ + -, and is not "
                "'admin': that is whose token is in admin.token\n");
    } else if (token->role == ROLE_NONE) {
        fprintf(stderr, "sagactl: say --role viewer, auditor, client, operator or admin\n");
    } else if (!token_is_groups(span_text(groups))) {
        fprintf(stderr, "sagactl: --groups: at most 16 words joined by commas\n");
    } else if (!read_expiry(settings->expires, &token->expires_ms)) {
        fprintf(stderr,
                "sagactl: --expires: a duration such as 90d, an RFC 3339 time to come, or "
                "never\n");
    } else {
        snprintf(token->name, sizeof(token->name), "%s", name);
        snprintf(token->groups, sizeof(token->groups), "%s", groups);
        return true;
    }
    return false;
}

static enum exit_code create(const struct settings *settings, const char *name)
{
    char path[PATH_SIZE];
    char text[TOKEN_TEXT + 1];
    uint8_t random[TOKEN_BYTES];
    struct tokens tokens = {NULL, 0};
    struct token token;
    path_of(settings, path, sizeof(path));
    if (!fill(settings, name, &token)) {
        return EXIT_USAGE;
    }
    int lock = take_lock(path);
    if (lock < 0 || !load(path, &tokens)) {
        give_lock(lock);
        return EXIT_FAILED;
    }
    digest_random(random, sizeof(random));
    digest_hex(span_of(random, sizeof(random)), text);
    token_digest(span_text(text), token.digest);
    struct token *items = realloc(tokens.items, (tokens.count + 1) * sizeof(*items));
    enum exit_code code = EXIT_FAILED;
    if (items && tokens.count < TOKENS_MAX) {
        tokens.items = items;
        tokens.items[tokens.count++] = token;
        code = save(path, &tokens);
    } else {
        fprintf(stderr, "sagactl: no room for another token\n");
    }
    if (code == EXIT_GOOD) {
        printf("%s\n", text);
        fprintf(stderr, "This is the only time it is shown. " RELOAD);
    }
    give_lock(lock);
    tokens_close(&tokens);
    return code;
}

static json_t *to_json(const struct token *token)
{
    char id[ID_SIZE + 1];
    id_of(token, id);
    json_t *groups = json_array();
    for (const char *at = token->groups; *at; at += strspn(at, ",")) {
        size_t size = strcspn(at, ",");
        json_array_append_new(groups, json_stringn(at, size));
        at += size;
    }
    json_t *item = json_pack("{s:s,s:s,s:s,s:o}", "id", id, "name", token->name, "role",
                             role_name(token->role), "groups", groups);
    if (token->expires_ms > 0) {
        char until[TIME_TEXT_SIZE];
        time_text(token->expires_ms, until);
        json_object_set_new(item, "expires_at", json_string(until));
    }
    return item;
}

static void print_one(const struct token *token, int64_t now_ms)
{
    char id[ID_SIZE + 1];
    char until[TIME_TEXT_SIZE] = "never";
    id_of(token, id);
    if (token->expires_ms > 0) {
        time_text(token->expires_ms, until);
    }
    bool over = token->expires_ms > 0 && token->expires_ms <= now_ms;
    printf("%s  %-20s  %-8s  %-20s  %s%s\n", id, token->name, role_name(token->role),
           token->groups[0] ? token->groups : "-", until, over ? " (over)" : "");
}

static enum exit_code list(const struct settings *settings)
{
    char path[PATH_SIZE];
    struct tokens tokens = {NULL, 0};
    path_of(settings, path, sizeof(path));
    if (!load(path, &tokens)) {
        return EXIT_FAILED;
    }
    json_t *items = json_array();
    bool table = settings->output == OUTPUT_TABLE;
    if (table && tokens.count > 0) {
        printf("%-8s  %-20s  %-8s  %-20s  %s\n", "id", "name", "role", "groups", "expires");
    }
    for (size_t i = 0; i < tokens.count; i++) {
        if (table) {
            print_one(&tokens.items[i], when_now_ms());
        } else {
            json_array_append_new(items, to_json(&tokens.items[i]));
        }
    }
    if (table && tokens.count == 0) {
        printf("no tokens in %s\n", path);
    }
    if (!table) {
        json_t *whole = json_pack("{s:O}", "items", items);
        value_show(settings, whole);
        json_decref(whole);
    }
    json_decref(items);
    tokens_close(&tokens);
    return EXIT_GOOD;
}

static bool has_name(const struct tokens *tokens, const char *name)
{
    for (size_t i = 0; i < tokens->count; i++) {
        if (strcmp(tokens->items[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

/* Revokes all tokens with the name `which`; when there is none, the token with that id. A name may
 * look like the id of another token. */
static enum exit_code take_back(const struct settings *settings, const char *which)
{
    char path[PATH_SIZE];
    struct tokens tokens = {NULL, 0};
    path_of(settings, path, sizeof(path));
    int lock = take_lock(path);
    if (lock < 0 || !load(path, &tokens)) {
        give_lock(lock);
        return EXIT_FAILED;
    }
    bool by_name = has_name(&tokens, which);
    size_t kept = 0;
    for (size_t i = 0; i < tokens.count; i++) {
        char id[ID_SIZE + 1];
        id_of(&tokens.items[i], id);
        bool goes = strcmp(which, by_name ? tokens.items[i].name : id) == 0;
        tokens.items[kept] = tokens.items[i];
        kept += goes ? 0 : 1;
    }
    size_t gone = tokens.count - kept;
    tokens.count = kept;
    enum exit_code code = gone > 0 ? save(path, &tokens) : EXIT_NOT_FOUND;
    if (code == EXIT_GOOD) {
        printf("%zu revoked\n", gone);
        fprintf(stderr, RELOAD);
    } else if (code == EXIT_NOT_FOUND) {
        fprintf(stderr, "sagactl: no token in %s has this name or id: %s\n", path, which);
    }
    give_lock(lock);
    tokens_close(&tokens);
    return code;
}

enum exit_code tokens_run(const struct settings *settings, const struct arguments *arguments)
{
    const char *verb = arguments->items[0];
    const char *what = arguments->count > 1 ? arguments->items[1] : NULL;
    if (strcmp(verb, "list") == 0 && !what) {
        return list(settings);
    }
    if (strcmp(verb, "create") == 0 && what) {
        return create(settings, what);
    }
    if (strcmp(verb, "revoke") == 0 && what) {
        return take_back(settings, what);
    }
    fprintf(stderr, "usage: sagactl token create NAME --role ROLE | list | revoke NAME-OR-ID\n");
    return EXIT_USAGE;
}
