/* commands.c - definitions, sagas, their state and history. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "ctl/ctl.h"
#include "ctl/drill/drill.h"
#include "ctl/drill/drill_json.h"
#include "ctl/drill/drill_show.h"
#include "ctl/lint.h"
#include "ctl/values.h"

enum {
    PATH_SIZE = 1024,
    BODY_MAX = 4 * 1024 * 1024,
    SAGAS_PAGE = 500, /* the server's bounds */
    HISTORY_PAGE = 5000,
};

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
        snprintf(target, sizeof(target), "/v1/definitions/%.*s%s", (int)lint.definition->name.size,
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

static enum exit_code show_drill(const struct settings *settings, const struct drill *drill)
{
    if (settings->output == OUTPUT_TABLE) {
        drill_show(drill, stdout);
    } else {
        json_t *json = drill_json(drill);
        show_json(settings, json);
        json_decref(json);
    }
    return drill->unsettled_count > 0 ? EXIT_FAILED : EXIT_GOOD;
}

enum exit_code run_drill(const struct settings *settings, const struct arguments *arguments)
{
    struct lint lint;
    json_t *given = json_object();
    if (!value_add(given, "input", settings->input) ||
        !value_add(given, "outputs", settings->outputs)) {
        json_decref(given);
        return EXIT_USAGE;
    }
    enum exit_code code = EXIT_FAILED;
    if (lint_open(&lint, arguments->items[0]) == SAGA_OK) {
        struct drill drill;
        if (drill_open(&drill, lint.definition, json_object_get(given, "input"),
                       json_object_get(given, "outputs"))) {
            code = show_drill(settings, &drill);
        }
        drill_close(&drill);
    } else {
        lint_print(&lint, stdout);
    }
    lint_close(&lint);
    json_decref(given);
    return code;
}

/* ---- sagas ---- */

/* With --wait: did it come to what was wanted? */
static enum exit_code outcome(const struct settings *settings, const json_t *saga)
{
    const char *status = json_string_value(json_object_get(saga, "status"));
    if (!settings->wait) {
        return EXIT_GOOD;
    }
    show_unsettled(settings, saga);
    return status && strcmp(status, "completed") == 0 ? EXIT_GOOD : EXIT_FAILED;
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
    char start_at[TIME_TEXT_SIZE];
    if (good && settings->start_at) {
        good = when_read("start-at", settings->start_at, WHEN_AHEAD, start_at);
        json_object_set_new(body, "start_at", json_string(good ? start_at : ""));
    }
    if (good && settings->version) {
        json_object_set_new(body, "version", json_integer(settings->version));
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
            bool duplicate = json_is_true(json_object_get(reply.body, "duplicate"));
            printf("%s %s%s\n", json_string_value(json_object_get(reply.body, "id")),
                   json_string_value(json_object_get(reply.body, "status")),
                   duplicate ? " (it was there already)" : "");
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

enum exit_code get_pages(const struct settings *settings, const char *path, uint32_t page,
                         uint32_t most, json_t *list)
{
    json_t *items = json_object_get(list, "items");
    char cursor[128] = "";
    enum exit_code code = EXIT_GOOD;
    do {
        struct reply reply;
        char target[PATH_SIZE];
        uint32_t left = most - (uint32_t)json_array_size(items);
        snprintf(target, sizeof(target), "%s%climit=%u%s%s", path, strchr(path, '?') ? '&' : '?',
                 left < page ? left : page, cursor[0] ? "&cursor=" : "", cursor);
        code = http_call(settings, "GET", target, NULL, &reply);
        const char *next = json_string_value(json_object_get(reply.body, "next_cursor"));
        snprintf(cursor, sizeof(cursor), "%s", next ? next : "");
        if (code == EXIT_GOOD) {
            json_array_extend(items, json_object_get(reply.body, "items"));
        }
        reply_close(&reply);
    } while (code == EXIT_GOOD && cursor[0] && json_array_size(items) < most);
    if (cursor[0]) {
        json_object_set_new(list, "next_cursor", json_string(cursor));
    }
    return code;
}

bool is_document(const struct settings *settings)
{
    return settings->output == OUTPUT_JSON || settings->output == OUTPUT_YAML;
}

void say_more(const json_t *list)
{
    if (json_object_get(list, "next_cursor")) {
        fprintf(stderr, "there are more than these %zu; say --limit N\n",
                json_array_size(json_object_get(list, "items")));
    }
}

enum exit_code run_list(const struct settings *settings, const struct arguments *arguments)
{
    char path[PATH_SIZE];
    (void)arguments;
    if (settings->status && !is_status(settings->status)) {
        fprintf(stderr,
                "sagactl: %s is no status: running, compensating, completed, compensated, parked, "
                "terminated, or unfinished\n",
                settings->status);
        return EXIT_USAGE;
    }
    char since[TIME_TEXT_SIZE];
    char until[TIME_TEXT_SIZE];
    if ((settings->since && !when_read("since", settings->since, WHEN_AGO, since)) ||
        (settings->until && !when_read("until", settings->until, WHEN_AGO, until))) {
        return EXIT_USAGE;
    }
    const struct {
        const char *name;
        const char *value;
    } filters[] = {{"status", settings->status},
                   {"definition", settings->definition},
                   {"parent", settings->parent},
                   {"since", settings->since ? since : NULL},
                   {"until", settings->until ? until : NULL}};
    size_t size = (size_t)snprintf(path, sizeof(path), "/v1/sagas");
    const char *before = "?";
    for (size_t i = 0; i < ARRAY_COUNT(filters); i++) {
        if (filters[i].value && size < sizeof(path)) {
            char *value = http_escape(filters[i].value);
            size += (size_t)snprintf(path + size, sizeof(path) - size, "%s%s=%s", before,
                                     filters[i].name, value);
            free(value);
            before = "&";
        }
    }
    json_t *list = json_pack("{s:[]}", "items");
    uint32_t most = settings->limit ? settings->limit : 50;
    enum exit_code code = get_pages(settings, path, SAGAS_PAGE, most, list);
    if (code == EXIT_GOOD && is_document(settings)) {
        show_json(settings, list);
    } else if (code == EXIT_GOOD) {
        show_sagas(settings, json_object_get(list, "items"));
        say_more(list);
    }
    json_decref(list);
    return code;
}

static enum exit_code get_saga(const struct settings *settings, const char *id, struct reply *reply)
{
    char path[PATH_SIZE];
    *reply = (struct reply){0};
    return http_saga_path(path, sizeof(path), id, "")
               ? http_call(settings, "GET", path, NULL, reply)
               : EXIT_NOT_FOUND;
}

/* The records after `since`, at most so many. */
static enum exit_code get_history(const struct settings *settings, const char *id, long long since,
                                  uint32_t most, json_t *list)
{
    char path[PATH_SIZE];
    char what[64];
    snprintf(what, sizeof(what), "/history?since=%lld", since);
    return http_saga_path(path, sizeof(path), id, what)
               ? get_pages(settings, path, HISTORY_PAGE, most, list)
               : EXIT_NOT_FOUND;
}

enum exit_code run_show(const struct settings *settings, const struct arguments *arguments)
{
    struct reply reply;
    enum exit_code code = get_saga(settings, arguments->items[0], &reply);
    if (code == EXIT_GOOD) {
        settings->output == OUTPUT_TABLE ? show_saga(reply.body) : show_json(settings, reply.body);
    }
    reply_close(&reply);
    return code;
}

enum exit_code run_history(const struct settings *settings, const struct arguments *arguments)
{
    json_t *list = json_pack("{s:[]}", "items");
    uint32_t most = settings->limit ? settings->limit : UINT32_MAX;
    enum exit_code code = get_history(settings, arguments->items[0], 0, most, list);
    const json_t *items = json_object_get(list, "items");
    if (code == EXIT_GOOD && is_document(settings)) {
        show_json(settings, list);
    } else if (code == EXIT_GOOD) {
        const json_t *first = json_array_get(items, 0);
        show_history(settings, items, json_string_value(json_object_get(first, "at")));
        say_more(list);
    }
    json_decref(list);
    return code;
}

bool is_settled(const char *status)
{
    return status && strcmp(status, "running") != 0 && strcmp(status, "compensating") != 0;
}

enum exit_code run_watch(const struct settings *settings, const struct arguments *arguments)
{
    const char *id = arguments->items[0];
    long long seen = 0;
    for (;;) {
        struct reply saga;
        enum exit_code code = get_saga(settings, id, &saga);
        bool settled = is_settled(json_string_value(json_object_get(saga.body, "status")));
        json_t *list = json_pack("{s:[]}", "items");
        if (code == EXIT_GOOD) {
            code = get_history(settings, id, seen, UINT32_MAX, list);
        }
        const json_t *items = json_object_get(list, "items");
        size_t count = json_array_size(items);
        show_history(settings, items, json_string_value(json_object_get(saga.body, "started_at")));
        if (count > 0) {
            seen = json_integer_value(json_object_get(json_array_get(items, count - 1), "seq"));
        }
        json_decref(list);
        reply_close(&saga);
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
