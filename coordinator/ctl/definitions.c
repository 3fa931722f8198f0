/* definitions.c - a file is read and checked here; only apply needs a server. */
#include "ctl/definitions.h"

#include <stdlib.h>

#include "base/json.h"
#include "ctl/drill/drill.h"
#include "ctl/drill/drill_json.h"
#include "ctl/drill/drill_show.h"
#include "ctl/graph.h"
#include "ctl/http.h"
#include "ctl/lint.h"
#include "ctl/members.h"
#include "ctl/values.h"

enum { PATH_SIZE = 1024, BODY_MAX = 4 * 1024 * 1024 };

enum exit_code definitions_lint(const struct settings *settings, const struct arguments *arguments)
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

/* ---- apply ---- */

/* The document as the server takes it: the JSON of what was read. */
static json_t *to_json(const struct lint *lint)
{
    struct buf text;
    buf_open(&text, BODY_MAX);
    json_t *body = NULL;
    if (json_from_mp(buf_span(&lint->value), &text, JSON_COMPACT_STYLE) == SAGA_OK) {
        body = json_loadb((const char *)text.data, text.size, JSON_ALLOW_NUL, NULL);
    }
    buf_close(&text);
    return body;
}

static void show_applied(const struct settings *settings, const json_t *answer)
{
    const char *name = members_text(answer, "name");
    long long version = members_number(answer, "version");
    if (settings->output != OUTPUT_TABLE) {
        value_show(settings, answer);
    } else if (settings->dry_run) {
        printf("%s is good; nothing was changed\n", name);
    } else if (members_flag(answer, "unchanged")) {
        printf("%s unchanged (version %lld)\n", name, version);
    } else {
        printf("%s version %lld\n", name, version);
    }
}

static enum exit_code put_definition(const struct settings *settings, const struct lint *lint)
{
    char target[PATH_SIZE];
    struct reply reply;
    struct span name = lint->definition->name;
    json_t *body = to_json(lint);
    if (!body) {
        fprintf(stderr, "sagactl: %s: out of memory\n", lint->path);
        return EXIT_FAILED;
    }
    snprintf(target, sizeof(target), "/v1/definitions/%.*s%s", (int)name.size,
             (const char *)name.data, settings->dry_run ? "?dry_run=true" : "");
    enum exit_code code = http_call(settings, "PUT", target, body, &reply);
    if (code == EXIT_GOOD) {
        show_applied(settings, reply.body);
    }
    json_decref(body);
    http_close(&reply);
    return code;
}

static enum exit_code apply_one(const struct settings *settings, const char *path)
{
    struct lint lint;
    bool is_good = lint_open(&lint, path) == SAGA_OK;
    lint_print(&lint, stderr);
    enum exit_code code = is_good ? put_definition(settings, &lint) : EXIT_FAILED;
    lint_close(&lint);
    return code;
}

enum exit_code definitions_apply(const struct settings *settings, const struct arguments *arguments)
{
    enum exit_code code = EXIT_GOOD;
    if (arguments->count + settings->files.count == 0) {
        fprintf(stderr, "usage: sagactl apply FILE... (or -f FILE)\n");
        return EXIT_USAGE;
    }
    for (uint32_t i = 0; i < settings->files.count && code == EXIT_GOOD; i++) {
        code = apply_one(settings, settings->files.items[i]);
    }
    for (uint32_t i = 0; i < arguments->count && code == EXIT_GOOD; i++) {
        code = apply_one(settings, arguments->items[i]);
    }
    return code;
}

/* ---- graph and drill ---- */

enum exit_code definitions_graph(const struct settings *settings, const struct arguments *arguments)
{
    struct lint lint;
    enum graph_format format = GRAPH_TEXT;
    if (settings->format && !graph_format_parse(settings->format, &format)) {
        fprintf(stderr, "sagactl: --format is text, mermaid or dot\n");
        return EXIT_USAGE;
    }
    enum exit_code code = EXIT_FAILED;
    if (lint_open(&lint, arguments->items[0]) != SAGA_OK) {
        lint_print(&lint, stdout);
    } else if (graph_print(lint.definition, format, stdout)) {
        code = EXIT_GOOD;
    }
    lint_close(&lint);
    return code;
}

static enum exit_code show_drill(const struct settings *settings, const struct drill *drill)
{
    if (settings->output == OUTPUT_TABLE) {
        drill_show(drill, stdout);
    } else {
        json_t *json = drill_json(drill);
        value_show(settings, json);
        json_decref(json);
    }
    return drill->unsettled_count > 0 ? EXIT_FAILED : EXIT_GOOD;
}

static enum exit_code drill_one(const struct settings *settings, const char *path,
                                const json_t *given)
{
    struct lint lint;
    struct drill drill;
    enum exit_code code = EXIT_FAILED;
    if (lint_open(&lint, path) != SAGA_OK) {
        lint_print(&lint, stdout);
        goto out;
    }
    json_t *document = to_json(&lint);
    const struct drill_given values = {.input = json_object_get(given, "input"),
                                       .outputs = json_object_get(given, "outputs"),
                                       .input_schema = json_object_get(document, "input_schema")};
    if (drill_open(&drill, lint.definition, &values)) {
        code = show_drill(settings, &drill);
    }
    drill_close(&drill);
    json_decref(document);
out:
    lint_close(&lint);
    return code;
}

enum exit_code definitions_drill(const struct settings *settings, const struct arguments *arguments)
{
    json_t *given = json_object();
    bool is_good = value_add(given, "input", settings->input) &&
                   value_add(given, "outputs", settings->outputs);
    enum exit_code code = is_good ? drill_one(settings, arguments->items[0], given) : EXIT_USAGE;
    json_decref(given);
    return code;
}
