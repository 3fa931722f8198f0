/* http.c - one request to sagad, through libcurl; what goes wrong is said in words. */
#include "ctl/http.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/check.h"
#include "base/limits.h"
#include "ctl/values.h"

enum {
    REPLY_MAX = 64 * 1024 * 1024,
    TOKEN_MAX = 256,
    PATH_SIZE = 1024,
    CONNECT_MS = 5000,
    TIMEOUT_MS = 30000,
};

static size_t collect(char *data, size_t size, size_t count, void *arg)
{
    struct buf *buf = arg;
    buf_write(buf, data, size * count);
    return buf_failed(buf) ? 0 : size * count;
}

/* Texts of participants and clients must not steer a terminal. Before the answer is parsed, each
 * escape of a control character in it becomes blanks, or the escape of U+FFFD, of the same length.
 */
static void defuse(struct buf *json)
{
    for (size_t i = 0; i + 1 < json->size; i++) {
        uint8_t *at = json->data + i;
        bool is_c1 = at[0] == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0;
        if (is_c1) {
            at[1] = 0xb7; /* a middle dot */
        }
        if (at[0] != '\\') {
            at[0] = at[0] == 0x7f ? '?' : at[0];
            continue;
        }
        if (strchr("bfnrt", at[1]) && at[1] != '\0') {
            memset(at, ' ', 2);
        } else if (at[1] == 'u' && i + 5 < json->size && memcmp(at + 2, "00", 2) == 0 &&
                   (at[4] == '0' || at[4] == '1')) {
            memcpy(at + 2, "fffd", 4);
        }
        i++; /* skips what the backslash escapes */
    }
}

bool http_saga_path(char *path, size_t size, const char *id, const char *what)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-~[]";
    size_t length = strlen(id);
    /* A child's id is longer than what a caller may give. */
    if (length == 0 || length > LIMIT_KEY || strspn(id, allowed) != length) {
        fprintf(stderr, "sagactl: there is no saga '%s': an id is 1 to %d of A-Z a-z 0-9 . _ : -\n",
                id, LIMIT_SAGA_ID);
        return false;
    }
    snprintf(path, size, "/v1/sagas/%s%s", id, what);
    return true;
}

static bool read_token_at(const char *path, char *token)
{
    FILE *file = fopen(path, "r");
    if (!file) {
        return false;
    }
    bool ok = fgets(token, TOKEN_MAX, file) != NULL;
    fclose(file);
    token[strcspn(token, "\r\n")] = '\0';
    return ok;
}

/* Looks where a sagad on this machine leaves its token. To find none is no error here: the server
 * answers a request without a token. */
static void find_token(char *token)
{
    char path[1024];
    const char *const folders[] = {getenv("SAGAD_DATA"), "sagad-data", "/var/lib/sagad"};
    bool is_found = false;
    for (size_t i = 0; i < ARRAY_COUNT(folders) && !is_found; i++) {
        if (folders[i]) {
            snprintf(path, sizeof(path), "%s/admin.token", folders[i]);
            is_found = read_token_at(path, token);
        }
    }
}

/* false: the named file cannot be read. */
static bool read_token(const struct settings *settings, char *token)
{
    if (!settings->token_file) {
        find_token(token);
        return true;
    }
    if (!read_token_at(settings->token_file, token)) {
        fprintf(stderr, "sagactl: cannot read the token file %s\n", settings->token_file);
        return false;
    }
    return true;
}

static enum exit_code code_of(long status, const char *code)
{
    if (status >= 200 && status < 300) {
        return EXIT_GOOD;
    }
    if (status == 404) {
        return EXIT_NOT_FOUND;
    }
    if (strcmp(code, "invalid_definition") == 0) {
        return EXIT_FAILED;
    }
    if (strcmp(code, "invalid") == 0 || strcmp(code, "bad_message") == 0) {
        return EXIT_USAGE;
    }
    return status >= 500 && status != 503 ? EXIT_FAILED : EXIT_REFUSED;
}

static void print_problem(const struct settings *settings, bool has_token, long status,
                          const json_t *body)
{
    const char *detail = json_string_value(json_object_get(body, "detail"));
    const char *code = json_string_value(json_object_get(body, "code"));
    if (status == 401) {
        fprintf(stderr,
                "sagactl: %s %s; say --token-file FILE (sagad keeps one in its data folder: "
                "admin.token)\n",
                settings->server,
                has_token ? "does not know this token" : "wants a token, and none was found");
        return;
    }
    fprintf(stderr, "sagactl: %s (%s)\n", detail ? detail : "the server refused",
            code ? code : "unknown");
    const json_t *errors = json_object_get(body, "errors");
    /* The detail of `invalid` says the first already. */
    bool is_said = json_array_size(errors) == 1 && code && strcmp(code, "invalid") == 0;
    for (size_t i = 0; !is_said && i < json_array_size(errors); i++) {
        const json_t *error = json_array_get(errors, i);
        fprintf(stderr, "  %s: %s\n", json_string_value(json_object_get(error, "pointer")),
                json_string_value(json_object_get(error, "detail")));
    }
}

static struct curl_slist *make_headers(const struct settings *settings, const char *token,
                                       bool is_get)
{
    char line[512];
    const char *type = settings->content_type ? settings->content_type : "application/json";
    snprintf(line, sizeof(line), "Content-Type: %s", type);
    struct curl_slist *headers = curl_slist_append(NULL, line);
    snprintf(line, sizeof(line), "Authorization: Bearer %s", token);
    headers = curl_slist_append(headers, line);
    headers = curl_slist_append(headers, "Expect:");
    if (settings->wait_seconds > 0 && !is_get) {
        snprintf(line, sizeof(line), "Prefer: wait=%.3f", settings->wait_seconds);
        headers = curl_slist_append(headers, line);
    }
    if (settings->key && !is_get) {
        snprintf(line, sizeof(line), "Idempotency-Key: %s", settings->key);
        headers = curl_slist_append(headers, line);
    }
    return headers;
}

static enum exit_code perform(CURL *curl, const struct settings *settings, bool has_token,
                              struct reply *reply)
{
    struct buf answer;
    buf_open(&answer, REPLY_MAX);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, collect);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
    CURLcode rc = curl_easy_perform(curl);
    if (rc != CURLE_OK) {
        buf_close(&answer);
        fprintf(stderr, "sagactl: no answer from %s: %s; is sagad running?\n", settings->server,
                curl_easy_strerror(rc));
        return EXIT_NO_SERVER;
    }
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply->status);
    if (!value_is_document(settings) || reply->status >= 400) {
        defuse(&answer);
    }
    reply->body =
        json_loadb((const char *)answer.data, answer.size, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    buf_close(&answer);
    if (!json_is_object(reply->body)) {
        fprintf(stderr, "sagactl: what answers at %s is not sagad (HTTP %ld, no JSON)\n",
                settings->server, reply->status);
        return EXIT_NO_SERVER;
    }
    const char *code = json_string_value(json_object_get(reply->body, "code"));
    enum exit_code result = code_of(reply->status, code ? code : "");
    if (result != EXIT_GOOD) {
        print_problem(settings, has_token, reply->status, reply->body);
    }
    return result;
}

/* HOST:PORT alone will do. */
static bool is_web(const char *server)
{
    return strncmp(server, "http://", 7) == 0 || strncmp(server, "https://", 8) == 0 ||
           !strstr(server, "://");
}

/* Sets the URL, the method, and how long the request may take. */
static void set_target(CURL *curl, const struct settings *settings, const char *method,
                       const char *path)
{
    char url[2048];
    size_t size = strlen(settings->server);
    size -= size > 0 && settings->server[size - 1] == '/' ? 1 : 0;
    snprintf(url, sizeof(url), "%.*s%s", (int)size, settings->server, path);
    long timeout_ms = TIMEOUT_MS + (long)(settings->wait_seconds * 1000);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L); /* a saga may be called ".." */
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, timeout_ms);
}

enum exit_code http_call(const struct settings *settings, const char *method, const char *path,
                         const json_t *body, struct reply *reply)
{
    char token[TOKEN_MAX] = "";
    bool is_get = strcmp(method, "GET") == 0;
    *reply = (struct reply){0};
    if (!is_web(settings->server)) {
        fprintf(stderr, "sagactl: --server is http://HOST:PORT, not '%s'\n", settings->server);
        return EXIT_USAGE;
    }
    if (!read_token(settings, token)) {
        return EXIT_USAGE;
    }
    CURL *curl = curl_easy_init();
    struct curl_slist *headers = make_headers(settings, token, is_get);
    char *text = body ? json_dumps(body, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    set_target(curl, settings, method, path);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    if (!is_get) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, text ? text : "");
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)(text ? strlen(text) : 0));
    }
    enum exit_code code = perform(curl, settings, token[0] != '\0', reply);
    free(text);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    return code;
}

enum exit_code http_get_saga(const struct settings *settings, const char *id, const char *what,
                             struct reply *reply)
{
    char path[PATH_SIZE];
    *reply = (struct reply){0};
    return http_saga_path(path, sizeof(path), id, what)
               ? http_call(settings, "GET", path, NULL, reply)
               : EXIT_NOT_FOUND;
}

void http_close(struct reply *reply)
{
    json_decref(reply->body);
    reply->body = NULL;
}

char *http_escape(const char *text)
{
    char *escaped = curl_easy_escape(NULL, text, 0);
    char *copy = escaped ? strdup(escaped) : NULL;
    curl_free(escaped);
    CHECK(copy != NULL);
    return copy;
}
