/* http.c - one request to sagad, through libcurl; what goes wrong is said in words. */
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "ctl/ctl.h"

enum { REPLY_MAX = 64 * 1024 * 1024, TOKEN_MAX = 256, CONNECT_MS = 5000, TIMEOUT_MS = 30000 };

static size_t collect(char *data, size_t size, size_t count, void *arg)
{
    struct buf *buf = arg;
    buf_write(buf, data, size * count);
    return buf_failed(buf) ? 0 : size * count;
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

/* The named file, or where sagad on this machine leaves it. */
static bool read_token(const struct settings *settings, char *token)
{
    char path[1024];
    const char *data = getenv("SAGAD_DATA");
    if (settings->token_file) {
        if (!read_token_at(settings->token_file, token)) {
            fprintf(stderr, "sagactl: cannot read the token file %s\n", settings->token_file);
            return false;
        }
        return true;
    }
    const char *const folders[] = {data, "sagad-data", "/var/lib/sagad"};
    for (size_t i = 0; i < ARRAY_COUNT(folders); i++) {
        if (folders[i]) {
            snprintf(path, sizeof path, "%s/admin.token", folders[i]);
            if (read_token_at(path, token)) {
                return true;
            }
        }
    }
    return true; /* without one the server says what it thinks of that */
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

static void print_problem(const struct settings *settings, long status, const json_t *body)
{
    const char *detail = json_string_value(json_object_get(body, "detail"));
    const char *code = json_string_value(json_object_get(body, "code"));
    if (status == 401) {
        fprintf(stderr,
                "sagactl: %s does not know this token; say --token-file FILE (sagad keeps one in "
                "its data folder: admin.token)\n",
                settings->server);
        return;
    }
    fprintf(stderr, "sagactl: %s (%s)\n", detail ? detail : "the server refused",
            code ? code : "unknown");
    const json_t *errors = json_object_get(body, "errors");
    for (size_t i = 0; json_array_size(errors) > 1 && i < json_array_size(errors); i++) {
        const json_t *error = json_array_get(errors, i);
        fprintf(stderr, "  %s: %s\n", json_string_value(json_object_get(error, "pointer")),
                json_string_value(json_object_get(error, "detail")));
    }
}

static struct curl_slist *make_headers(const struct settings *settings, const char *token)
{
    char line[512];
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
    snprintf(line, sizeof line, "Authorization: Bearer %s", token);
    headers = curl_slist_append(headers, line);
    headers = curl_slist_append(headers, "Expect:");
    if (settings->wait) {
        snprintf(line, sizeof line, "Prefer: wait=%.3f", settings->wait_seconds);
        headers = curl_slist_append(headers, line);
    }
    if (settings->key) {
        snprintf(line, sizeof line, "Idempotency-Key: %s", settings->key);
        headers = curl_slist_append(headers, line);
    }
    return headers;
}

static enum exit_code perform(CURL *curl, const struct settings *settings, struct buf *answer,
                              struct reply *reply)
{
    CURLcode rc = curl_easy_perform(curl);
    if (rc != CURLE_OK) {
        fprintf(stderr, "sagactl: no answer from %s: %s; is sagad running?\n", settings->server,
                curl_easy_strerror(rc));
        return EXIT_NO_SERVER;
    }
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply->status);
    reply->body = json_loadb((const char *)answer->data, answer->size, JSON_DECODE_ANY, NULL);
    const char *code = json_string_value(json_object_get(reply->body, "code"));
    enum exit_code result = code_of(reply->status, code ? code : "");
    if (result != EXIT_GOOD) {
        print_problem(settings, reply->status, reply->body);
    }
    return result;
}

enum exit_code http_call(const struct settings *settings, const char *method, const char *path,
                         const json_t *body, struct reply *reply)
{
    char token[TOKEN_MAX] = "";
    char url[2048];
    struct buf answer;
    *reply = (struct reply){0};
    if (!read_token(settings, token)) {
        return EXIT_USAGE;
    }
    snprintf(url, sizeof url, "%s%s", settings->server, path);
    buf_open(&answer, REPLY_MAX);
    CURL *curl = curl_easy_init();
    struct curl_slist *headers = make_headers(settings, token);
    char *text = body ? json_dumps(body, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS,
                     (long)(TIMEOUT_MS + (settings->wait ? settings->wait_seconds * 1000 : 0)));
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, collect);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
    if (strcmp(method, "GET") != 0) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, text ? text : "");
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)(text ? strlen(text) : 0));
    }
    enum exit_code code = perform(curl, settings, &answer, reply);
    free(text);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    buf_close(&answer);
    return code;
}

void reply_close(struct reply *reply)
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
