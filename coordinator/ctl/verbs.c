/* verbs.c - what an operator does to a saga: shown first when it is dangerous, then done. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/ctl.h"
#include "ctl/values.h"

enum { PATH_SIZE = 1024 };

enum exit_code need_reason(const struct settings *settings)
{
    if (settings->reason && settings->reason[0]) {
        return EXIT_GOOD;
    }
    fprintf(stderr, "sagactl: say why: --reason TEXT (it is kept in the journal)\n");
    return EXIT_USAGE;
}

static json_t *make_body(const struct settings *settings)
{
    json_t *body = json_pack("{s:s}", "reason", settings->reason);
    static const struct {
        const char *key;
        size_t offset;
    } texts[] = {{"step", offsetof(struct settings, step)},
                 {"to", offsetof(struct settings, to)},
                 {"plan_digest", offsetof(struct settings, apply)},
                 {"question_digest", offsetof(struct settings, question)},
                 {"outcome", offsetof(struct settings, outcome)},
                 {"evidence", offsetof(struct settings, evidence)},
                 {"event", offsetof(struct settings, event)}};
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        const char *text =
            *(const char *const *)(const void *)((const char *)settings + texts[i].offset);
        if (text) {
            json_object_set_new(body, texts[i].key, json_string(text));
        }
    }
    if (settings->to_version > 0) {
        json_object_set_new(body, "version", json_integer(settings->to_version));
    }
    value_add_names(body, "steps", settings->steps);
    value_add_names(body, "accept", settings->accept);
    if (settings->pause) {
        json_object_set_new(body, "then", json_string("pause"));
    }
    if (!value_add(body, "input", settings->input) ||
        !value_add(body, "output", settings->output_value) ||
        (settings->event && !value_add(body, "data", settings->data))) {
        json_decref(body);
        return NULL;
    }
    return body;
}

/* With --wait: is it where the verb wanted to bring it? A reversal of some steps leaves it
 * completed. */
static enum exit_code outcome(const struct settings *settings, const json_t *saga,
                              const char *wanted)
{
    const char *status = json_string_value(json_object_get(saga, "status"));
    if (!settings->wait || !status) {
        return EXIT_GOOD;
    }
    show_unsettled(settings, saga);
    bool good =
        strcmp(status, wanted) == 0 || (settings->steps && strcmp(status, "completed") == 0);
    return good ? EXIT_GOOD : EXIT_FAILED;
}

static enum exit_code send_verb(const struct settings *settings, const char *id, const char *verb,
                                const char *wanted)
{
    struct reply reply;
    char path[PATH_SIZE];
    char what[512];
    snprintf(what, sizeof(what), "/%s", verb);
    if (!http_saga_path(path, sizeof(path), id, what)) {
        return EXIT_NOT_FOUND;
    }
    json_t *body = make_body(settings);
    if (!body) {
        return EXIT_USAGE;
    }
    enum exit_code code = http_call(settings, "POST", path, body, &reply);
    json_decref(body);
    if (code == EXIT_GOOD) {
        settings->output == OUTPUT_TABLE ? show_saga(reply.body) : show_json(settings, reply.body);
        code = outcome(settings, reply.body, wanted);
    }
    reply_close(&reply);
    return code;
}

bool ask(const char *question)
{
    char line[16] = "";
    fprintf(stderr, "%s [y/N] ", question);
    return fgets(line, sizeof(line), stdin) && (line[0] == 'y' || line[0] == 'Y');
}

static enum exit_code get_plan(const struct settings *settings, const char *id, struct reply *reply)
{
    char path[PATH_SIZE];
    char what[512];
    struct settings own = *settings;
    *reply = (struct reply){0};
    own.wait = false;
    own.key = NULL;
    const char *query = settings->to ? "?to=" : "?steps=";
    char *steps = http_escape(settings->to ? settings->to : settings->steps ? settings->steps : "");
    snprintf(what, sizeof(what), "/rollback-plan%s%s", steps[0] ? query : "", steps);
    free(steps);
    return http_saga_path(path, sizeof(path), id, what) ? http_call(&own, "GET", path, NULL, reply)
                                                        : EXIT_NOT_FOUND;
}

/* Shows the plan and asks, unless told not to; then does exactly what was shown. */
static enum exit_code plan_and_do(const struct settings *settings, const char *id, const char *verb)
{
    struct reply plan;
    struct settings own = *settings;
    const char *wanted = settings->to ? "completed" : "compensated";
    bool terminal = isatty(STDIN_FILENO) != 0;
    enum exit_code code = settings->plan ? EXIT_GOOD : need_reason(settings);
    if (code == EXIT_GOOD && !settings->plan && !settings->yes && !terminal) {
        fprintf(stderr, "sagactl: %s undoes things; without a terminal to ask on, say --yes\n",
                verb);
        code = EXIT_USAGE;
    }
    if (code != EXIT_GOOD) {
        return code;
    }
    if (settings->yes && !settings->plan) {
        return send_verb(settings, id, verb, wanted);
    }
    code = get_plan(settings, id, &plan);
    if (code == EXIT_GOOD) {
        settings->output == OUTPUT_TABLE ? show_plan(plan.body) : show_json(settings, plan.body);
    }
    if (code == EXIT_GOOD && !settings->plan) {
        if (ask("Undo this?")) {
            own.apply = settings->apply ? settings->apply
                                        : json_string_value(json_object_get(plan.body, "digest"));
            code = send_verb(&own, id, verb, wanted);
        } else {
            fprintf(stderr, "nothing was done\n");
            code = EXIT_REFUSED;
        }
    }
    reply_close(&plan);
    return code;
}

enum exit_code run_rollback(const struct settings *settings, const struct arguments *arguments)
{
    return plan_and_do(settings, arguments->items[0], "rollback");
}

enum exit_code run_reverse(const struct settings *settings, const struct arguments *arguments)
{
    return plan_and_do(settings, arguments->items[0], "reverse");
}

static enum exit_code plain_verb(const struct settings *settings, const struct arguments *arguments,
                                 const char *verb)
{
    enum exit_code code = need_reason(settings);
    return code == EXIT_GOOD ? send_verb(settings, arguments->items[0], verb, "completed") : code;
}

enum exit_code run_retry(const struct settings *settings, const struct arguments *arguments)
{
    return plain_verb(settings, arguments, "retry");
}

enum exit_code run_resolve(const struct settings *settings, const struct arguments *arguments)
{
    if (!settings->step || !settings->outcome) {
        fprintf(stderr, "sagactl: resolve needs --step NAME and --outcome OUTCOME\n");
        return EXIT_USAGE;
    }
    return plain_verb(settings, arguments, "resolve");
}

enum exit_code run_skip(const struct settings *settings, const struct arguments *arguments)
{
    if (!settings->step) {
        fprintf(stderr, "sagactl: skip needs --step NAME\n");
        return EXIT_USAGE;
    }
    return plain_verb(settings, arguments, "skip");
}

static enum exit_code decide(const struct settings *settings, const struct arguments *arguments,
                             const char *verb)
{
    char what[480];
    char *step = http_escape(arguments->items[1]);
    int size = snprintf(what, sizeof(what), "steps/%s/%s", step, verb);
    free(step);
    return size < (int)sizeof(what) ? plain_verb(settings, arguments, what) : EXIT_NOT_FOUND;
}

enum exit_code run_approve(const struct settings *settings, const struct arguments *arguments)
{
    return decide(settings, arguments, "approve");
}

enum exit_code run_reject(const struct settings *settings, const struct arguments *arguments)
{
    return decide(settings, arguments, "reject");
}

enum exit_code run_pause(const struct settings *settings, const struct arguments *arguments)
{
    return plain_verb(settings, arguments, "pause");
}

enum exit_code run_resume(const struct settings *settings, const struct arguments *arguments)
{
    return plain_verb(settings, arguments, "resume");
}

enum exit_code run_signal(const struct settings *settings, const struct arguments *arguments)
{
    struct settings own = *settings;
    own.event = arguments->items[1];
    return plain_verb(&own, arguments, "signal");
}

/* What it is about, before it is asked whether to go on. */
static enum exit_code show_first(const struct settings *settings, const char *id)
{
    struct reply reply = {0};
    char path[PATH_SIZE];
    struct settings own = *settings;
    own.wait = false;
    own.key = NULL;
    enum exit_code code = http_saga_path(path, sizeof(path), id, "")
                              ? http_call(&own, "GET", path, NULL, &reply)
                              : EXIT_NOT_FOUND;
    if (code == EXIT_GOOD) {
        show_saga(reply.body);
    }
    reply_close(&reply);
    return code;
}

enum exit_code run_terminate(const struct settings *settings, const struct arguments *arguments)
{
    enum exit_code code = need_reason(settings);
    if (code != EXIT_GOOD) {
        return code;
    }
    if (!settings->yes && !isatty(STDIN_FILENO)) {
        fprintf(stderr, "sagactl: terminate gives up; without a terminal to ask on, say --yes\n");
        return EXIT_USAGE;
    }
    if (!settings->yes) {
        code = show_first(settings, arguments->items[0]);
        if (code != EXIT_GOOD) {
            return code;
        }
        if (!ask("Terminate undoes nothing: every unsettled step is written off. Go on?")) {
            fprintf(stderr, "nothing was done\n");
            return EXIT_REFUSED;
        }
    }
    return send_verb(settings, arguments->items[0], "terminate", "terminated");
}

/* Shows what would be; then asks, if it can be. */
enum exit_code run_migrate(const struct settings *settings, const struct arguments *arguments)
{
    struct reply plan = {0};
    struct settings own = *settings;
    char path[PATH_SIZE];
    char what[64];
    enum exit_code code = settings->plan ? EXIT_GOOD : need_reason(settings);
    if (code == EXIT_GOOD && settings->to_version == 0) {
        fprintf(stderr, "sagactl: migrate needs --to-version N\n");
        code = EXIT_USAGE;
    }
    if (code == EXIT_GOOD && !settings->plan && !settings->yes && !isatty(STDIN_FILENO)) {
        fprintf(stderr,
                "sagactl: migrate changes what the saga will do; without a terminal to ask "
                "on, say --yes\n");
        code = EXIT_USAGE;
    }
    if (code != EXIT_GOOD || (settings->yes && !settings->plan)) {
        return code == EXIT_GOOD ? send_verb(settings, arguments->items[0], "migrate", "completed")
                                 : code;
    }
    own.wait = false;
    own.key = NULL;
    snprintf(what, sizeof(what), "/migration-plan?version=%u", settings->to_version);
    code = http_saga_path(path, sizeof(path), arguments->items[0], what)
               ? http_call(&own, "GET", path, NULL, &plan)
               : EXIT_NOT_FOUND;
    bool possible = code == EXIT_GOOD && json_is_true(json_object_get(plan.body, "possible"));
    if (code == EXIT_GOOD) {
        settings->output == OUTPUT_TABLE ? show_migration(plan.body)
                                         : show_json(settings, plan.body);
        code = possible ? EXIT_GOOD : EXIT_REFUSED;
    }
    reply_close(&plan);
    if (possible && !settings->plan) {
        bool go = ask("Migrate it?");
        fprintf(stderr, "%s", go ? "" : "nothing was done\n");
        code = go ? send_verb(settings, arguments->items[0], "migrate", "completed") : EXIT_REFUSED;
    }
    return code;
}
