/* start.c - one request; with --wait its answer comes when the saga has settled. */
#include "ctl/start.h"

#include <string.h>

#include "ctl/http.h"
#include "ctl/members.h"
#include "ctl/show.h"
#include "ctl/values.h"
#include "ctl/when.h"

/* NULL after saying what is wrong. */
static json_t *make_body(const struct settings *settings, const char *definition)
{
    char start_at[TIME_TEXT_SIZE];
    json_t *body = json_pack("{s:s}", "definition", definition);
    if (!value_add(body, "input", settings->input) ||
        !value_add(body, "labels", settings->labels)) {
        goto err;
    }
    if (settings->id) {
        json_object_set_new(body, "id", json_string(settings->id));
    }
    if (settings->start_at) {
        if (!when_read("start-at", settings->start_at, WHEN_AHEAD, start_at)) {
            goto err;
        }
        json_object_set_new(body, "start_at", json_string(start_at));
    }
    if (settings->version > 0) {
        json_object_set_new(body, "version", json_integer(settings->version));
    }
    return body;

err:
    json_decref(body);
    return NULL;
}

/* With --wait: did the saga come to what was wanted? */
static enum exit_code outcome(const struct settings *settings, const json_t *saga)
{
    if (settings->wait_seconds == 0) {
        return EXIT_GOOD;
    }
    show_unsettled(settings, saga);
    return strcmp(members_text(saga, "status"), "completed") == 0 ? EXIT_GOOD : EXIT_FAILED;
}

static void show_started(const struct settings *settings, const json_t *saga)
{
    if (settings->output != OUTPUT_TABLE) {
        value_show(settings, saga);
    } else if (settings->wait_seconds > 0) {
        show_saga(stdout, saga, when_now_ms());
    } else {
        printf("%s %s%s\n", members_text(saga, "id"), members_text(saga, "status"),
               members_flag(saga, "duplicate") ? " (it was there already)" : "");
    }
}

enum exit_code start_run(const struct settings *settings, const struct arguments *arguments)
{
    struct reply reply;
    json_t *body = make_body(settings, arguments->items[0]);
    if (!body) {
        return EXIT_USAGE;
    }
    enum exit_code code = http_call(settings, "POST", "/v1/sagas", body, &reply);
    json_decref(body);
    if (code == EXIT_GOOD) {
        code = outcome(settings, reply.body);
        show_started(settings, reply.body);
    }
    http_close(&reply);
    return code;
}
