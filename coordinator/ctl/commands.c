/* commands.c - definitions, sagas, their state and history. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "ctl/ctl.h"
#include "ctl/lint.h"
#include "ctl/values.h"

enum { PATH_SIZE = 1024, BODY_MAX = 4 * 1024 * 1024, WATCH_SECONDS = 20 };

/* ---- definitions ---- */

enum exit_code run_lint(const struct settings *settings, const struct arguments *arguments)
{
    enum exit_code code = EXIT_GOOD;
    (void)settings;
    for (uint32_t i = 0; i < arguments->count; i++) {
        if (!lint_file(arguments->items[i], stdout)) {
            code = EXIT_FAILED;
        }
    }
    return code;
}

/* The document as the server takes it: the JSON of what was read. */
static json_t *to_json(const struct lint *lint)
{
    struct buf text;
    buf_open(&text, BODY_MAX);
    json_t *body = NULL;
    if (json_from_mp(buf_span(&lint->value), &text, JSON_COMPACT_STYLE) == SAGA_OK) {
        body = json_loadb((const char *)text.data, text.size, 0, NULL);
    }
    buf_close(&text);
    return body;
}

static enum exit_code apply_one(const struct settings *settings, const char *path)
{
    struct lint lint;
    struct reply reply = {0};
    char target[PATH_SIZE];
    enum saga_error rc = lint_open(&lint, path);
    lint_print(&lint, stderr);
    enum exit_code code = rc == SAGA_OK ? EXIT_GOOD : EXIT_FAILED;
    json_t *body = code == EXIT_GOOD ? to_json(&lint) : NULL;
    if (body) {
        snprintf(target, sizeof target, "/v1/definitions/%.*s%s", (int)lint.definition->name.size,
                 (const char *)lint.definition->name.data,
                 settings->dry_run ? "?dry_run=true" : "");
        code = http_call(settings, "PUT", target, body, &reply);
    }
    if (body && code == EXIT_GOOD && settings->output != OUTPUT_TABLE) {
        show_json(settings, reply.body);
    } else if (body && code == EXIT_GOOD) {
        const char *name = json_string_value(json_object_get(reply.body, "name"));
        long long version = json_integer_value(json_object_get(reply.body, "version"));
        bool same = json_is_true(json_object_get(reply.body, "unchanged"));
        if (settings->dry_run) {
            printf("%s is good; nothing was changed\n", name);
        } else {
            printf(same ? "%s unchanged (version %lld)\n" : "%s version %lld\n", name, version);
        }
    }
    json_decref(body);
    reply_close(&reply);
    lint_close(&lint);
    return code;
}

enum exit_code run_apply(const struct settings *settings, const struct arguments *arguments)
{
    enum exit_code code = EXIT_GOOD;
    if (arguments->count + settings->file_count == 0) {
        fprintf(stderr, "usage: sagactl apply FILE... (or -f FILE)\n");
        return EXIT_USAGE;
    }
    for (uint32_t i = 0; i < settings->file_count && code == EXIT_GOOD; i++) {
        code = apply_one(settings, settings->files[i]);
    }
    for (uint32_t i = 0; i < arguments->count && code == EXIT_GOOD; i++) {
        code = apply_one(settings, arguments->items[i]);
    }
    return code;
}

/* ---- sagas ---- */

/* With --wait: did it come to what was wanted? */
static enum exit_code outcome(const struct settings *settings, const json_t *saga)
{
    const char *status = json_string_value(json_object_get(saga, "status"));
    return settings->wait && (!status || strcmp(status, "completed") != 0) ? EXIT_FAILED
                                                                           : EXIT_GOOD;
}

enum exit_code run_start(const struct settings *settings, const struct arguments *arguments)
{
    struct reply reply;
    json_t *body = json_pack("{s:s}", "definition", arguments->items[0]);
    bool good =
        value_add(body, "input", settings->input) && value_add(body, "labels", settings->labels);
    if (good && settings->id) {
        json_object_set_new(body, "id", json_string(settings->id));
    }
    if (good && settings->start_at) {
        json_object_set_new(body, "start_at", json_string(settings->start_at));
    }
    if (good && settings->version) {
        json_object_set_new(body, "version", json_integer(strtoll(settings->version, NULL, 10)));
    }
    if (!good) {
        json_decref(body);
        return EXIT_USAGE;
    }
    enum exit_code code = http_call(settings, "POST", "/v1/sagas", body, &reply);
    json_decref(body);
    if (code == EXIT_GOOD) {
        code = outcome(settings, reply.body);
        if (settings->output != OUTPUT_TABLE) {
            show_json(settings, reply.body);
        } else if (settings->wait) {
            show_saga(reply.body);
        } else {
            printf("%s %s\n", json_string_value(json_object_get(reply.body, "id")),
                   json_string_value(json_object_get(reply.body, "status")));
        }
    }
    reply_close(&reply);
    return code;
}

static bool is_status(const char *text)
{
    static const char *const known[] = {"running", "compensating", "completed", "compensated",
                                        "parked",  "terminated",   "unfinished"};
    for (size_t i = 0; i < ARRAY_COUNT(known); i++) {
        if (strcmp(text, known[i]) == 0) {
            return true;
        }
    }
    return false;
}

enum exit_code run_list(const struct settings *settings, const struct arguments *arguments)
{
    struct reply reply;
    char path[PATH_SIZE];
    (void)arguments;
    if (settings->status && !is_status(settings->status)) {
        fprintf(stderr, "sagactl: %s is no status; see sagactl help list\n", settings->status);
        return EXIT_USAGE;
    }
    char *definition = http_escape(settings->definition ? settings->definition : "");
    char *limit = http_escape(settings->limit ? settings->limit : "50");
    snprintf(path, sizeof path, "/v1/sagas?limit=%s%s%s%s%s", limit,
             settings->status ? "&status=" : "", settings->status ? settings->status : "",
             definition[0] ? "&definition=" : "", definition);
    free(definition);
    free(limit);
    enum exit_code code = http_call(settings, "GET", path, NULL, &reply);
    if (code == EXIT_GOOD) {
        if (settings->output == OUTPUT_JSON || settings->output == OUTPUT_YAML) {
            show_json(settings, reply.body);
        } else {
            show_sagas(settings, json_object_get(reply.body, "items"));
            if (json_object_get(reply.body, "next_cursor")) {
                fprintf(stderr, "there are more; say --limit N\n");
            }
        }
    }
    reply_close(&reply);
    return code;
}

static enum exit_code get_saga(const struct settings *settings, const char *id, const char *what,
                               struct reply *reply)
{
    char path[PATH_SIZE];
    char *escaped = http_escape(id);
    snprintf(path, sizeof path, "/v1/sagas/%s%s", escaped, what);
    free(escaped);
    return http_call(settings, "GET", path, NULL, reply);
}

enum exit_code run_show(const struct settings *settings, const struct arguments *arguments)
{
    struct reply reply;
    enum exit_code code = get_saga(settings, arguments->items[0], "", &reply);
    if (code == EXIT_GOOD) {
        settings->output == OUTPUT_TABLE ? show_saga(reply.body) : show_json(settings, reply.body);
    }
    reply_close(&reply);
    return code;
}

enum exit_code run_history(const struct settings *settings, const struct arguments *arguments)
{
    struct reply reply;
    char what[64];
    snprintf(what, sizeof what, "/history?limit=%.20s", settings->limit ? settings->limit : "5000");
    enum exit_code code = get_saga(settings, arguments->items[0], what, &reply);
    if (code == EXIT_GOOD) {
        if (settings->output == OUTPUT_JSON || settings->output == OUTPUT_YAML) {
            show_json(settings, reply.body);
        } else {
            show_history(settings, json_object_get(reply.body, "items"));
        }
    }
    reply_close(&reply);
    return code;
}

static bool is_settled(const char *status)
{
    return status && strcmp(status, "running") != 0 && strcmp(status, "compensating") != 0;
}

enum exit_code run_watch(const struct settings *settings, const struct arguments *arguments)
{
    long long seen = 0;
    for (;;) {
        struct reply saga;
        struct reply history;
        char what[64];
        snprintf(what, sizeof what, "/history?limit=5000&since=%lld", seen);
        enum exit_code code = get_saga(settings, arguments->items[0], "", &saga);
        bool settled = is_settled(json_string_value(json_object_get(saga.body, "status")));
        reply_close(&saga);
        if (code != EXIT_GOOD) {
            return code;
        }
        code = get_saga(settings, arguments->items[0], what, &history);
        const json_t *items = json_object_get(history.body, "items");
        size_t count = json_array_size(items);
        show_history(settings, items);
        if (count > 0) {
            seen = json_integer_value(json_object_get(json_array_get(items, count - 1), "seq"));
        }
        reply_close(&history);
        if (code != EXIT_GOOD || settled) {
            return code;
        }
        fflush(stdout);
        usleep(500000);
    }
}

enum exit_code run_version(const struct settings *settings, const struct arguments *arguments)
{
    (void)settings;
    (void)arguments;
    printf("sagactl %s\n", CTL_VERSION);
    return EXIT_GOOD;
}
