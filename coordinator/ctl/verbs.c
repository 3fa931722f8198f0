/* verbs.c - a verb that undoes or gives up is shown first, then asked about, then done. */
#include "ctl/verbs.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "ctl/consent.h"
#include "ctl/http.h"
#include "ctl/members.h"
#include "ctl/plans.h"
#include "ctl/show.h"
#include "ctl/values.h"
#include "ctl/when.h"

enum { PATH_SIZE = 1024 };

/* ---- sending ---- */

/* NULL after saying which value is wrong. */
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
    bool is_good = value_add(body, "input", settings->input) &&
                   value_add(body, "output", settings->output_value) &&
                   (!settings->event || value_add(body, "data", settings->data));
    if (!is_good) {
        json_decref(body);
        return NULL;
    }
    return body;
}

/* With --wait: has the saga the status that the verb was to bring about? A saga of which only some
 * steps are reversed stays completed. */
static enum exit_code outcome(const struct settings *settings, const json_t *saga,
                              const char *wanted)
{
    const char *status = members_text(saga, "status");
    if (settings->wait_seconds == 0 || !status[0]) {
        return EXIT_GOOD;
    }
    show_unsettled(settings, saga);
    bool good =
        strcmp(status, wanted) == 0 || (settings->steps && strcmp(status, "completed") == 0);
    return good ? EXIT_GOOD : EXIT_FAILED;
}

enum exit_code verbs_send(const struct settings *settings, const char *id, const char *verb,
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
        settings->output == OUTPUT_TABLE ? show_saga(stdout, reply.body, when_now_ms())
                                         : value_show(settings, reply.body);
        code = outcome(settings, reply.body, wanted);
    }
    http_close(&reply);
    return code;
}

/* ---- verbs that undo ---- */

/* Shows the plan; its digest, on success, is for free(). */
static enum exit_code show_plan(const struct settings *settings, const char *id, char **digest)
{
    char what[512];
    struct reply reply;
    const char *query = settings->to ? "?to=" : "?steps=";
    char *steps = http_escape(settings->to ? settings->to : settings->steps ? settings->steps : "");
    snprintf(what, sizeof(what), "/rollback-plan%s%s", steps[0] ? query : "", steps);
    free(steps);
    enum exit_code code = http_get_saga(settings, id, what, &reply);
    *digest = code == EXIT_GOOD ? strdup(members_text(reply.body, "digest")) : NULL;
    if (code == EXIT_GOOD) {
        settings->output == OUTPUT_TABLE ? plans_show_undo(reply.body)
                                         : value_show(settings, reply.body);
    }
    http_close(&reply);
    return code;
}

/* Shows the plan and asks, unless --yes is said; then the verb does exactly what was shown. */
static enum exit_code plan_and_do(const struct settings *settings, const char *id, const char *verb)
{
    struct settings own = *settings;
    const char *wanted = settings->to ? "completed" : "compensated";
    char *digest = NULL;
    char what[64];
    enum exit_code code;
    if (settings->plan) {
        code = show_plan(settings, id, &digest);
        goto out;
    }
    snprintf(what, sizeof(what), "%s undoes things", verb);
    if ((code = consent_reason(settings)) != EXIT_GOOD ||
        (code = consent_possible(settings, what)) != EXIT_GOOD) {
        goto out;
    }
    if (settings->yes) {
        code = verbs_send(settings, id, verb, wanted);
        if (code == EXIT_REFUSED) {
            fprintf(stderr, "see sagactl %s %s --plan\n", verb, id);
        }
        goto out;
    }
    if ((code = show_plan(settings, id, &digest)) != EXIT_GOOD ||
        (code = consent_ask("Undo this?")) != EXIT_GOOD) {
        goto out;
    }
    own.apply = settings->apply ? settings->apply : digest;
    code = verbs_send(&own, id, verb, wanted);
out:
    free(digest);
    return code;
}

enum exit_code verbs_rollback(const struct settings *settings, const struct arguments *arguments)
{
    return plan_and_do(settings, arguments->items[0], "rollback");
}

enum exit_code verbs_reverse(const struct settings *settings, const struct arguments *arguments)
{
    return plan_and_do(settings, arguments->items[0], "reverse");
}

/* What is given up, before anybody is asked whether to go on. */
static enum exit_code show_first(const struct settings *settings, const char *id)
{
    struct reply reply;
    enum exit_code code = http_get_saga(settings, id, "", &reply);
    if (code == EXIT_GOOD) {
        show_saga(stdout, reply.body, when_now_ms());
    }
    http_close(&reply);
    return code;
}

enum exit_code verbs_terminate(const struct settings *settings, const struct arguments *arguments)
{
    static const char question[] =
        "Terminate undoes nothing: every unsettled step is written off. Go on?";
    const char *id = arguments->items[0];
    enum exit_code code = consent_reason(settings);
    if (code == EXIT_GOOD) {
        code = consent_possible(settings, "terminate gives up");
    }
    if (code == EXIT_GOOD && !settings->yes) {
        code = show_first(settings, id);
        code = code == EXIT_GOOD ? consent_ask(question) : code;
    }
    return code == EXIT_GOOD ? verbs_send(settings, id, "terminate", "terminated") : code;
}

/* ---- the others ---- */

static enum exit_code plain_verb(const struct settings *settings, const struct arguments *arguments,
                                 const char *verb)
{
    enum exit_code code = consent_reason(settings);
    return code == EXIT_GOOD ? verbs_send(settings, arguments->items[0], verb, "completed") : code;
}

enum exit_code verbs_retry(const struct settings *settings, const struct arguments *arguments)
{
    return plain_verb(settings, arguments, "retry");
}

enum exit_code verbs_resolve(const struct settings *settings, const struct arguments *arguments)
{
    if (!settings->step || !settings->outcome) {
        fprintf(stderr, "sagactl: resolve needs --step NAME and --outcome OUTCOME\n");
        return EXIT_USAGE;
    }
    return plain_verb(settings, arguments, "resolve");
}

enum exit_code verbs_skip(const struct settings *settings, const struct arguments *arguments)
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

enum exit_code verbs_approve(const struct settings *settings, const struct arguments *arguments)
{
    return decide(settings, arguments, "approve");
}

enum exit_code verbs_reject(const struct settings *settings, const struct arguments *arguments)
{
    return decide(settings, arguments, "reject");
}

enum exit_code verbs_pause(const struct settings *settings, const struct arguments *arguments)
{
    return plain_verb(settings, arguments, "pause");
}

enum exit_code verbs_resume(const struct settings *settings, const struct arguments *arguments)
{
    return plain_verb(settings, arguments, "resume");
}

enum exit_code verbs_signal(const struct settings *settings, const struct arguments *arguments)
{
    struct settings own = *settings;
    own.event = arguments->items[1];
    return plain_verb(&own, arguments, "signal");
}
