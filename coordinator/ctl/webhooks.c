/* webhooks.c - who is told what: the hooks, the events that did not get through, and sending them
 * again.
 *
 *   sagactl webhooks [list]
 *   sagactl webhooks dead HOOK
 *   sagactl webhooks redeliver|discard HOOK [ID]    without ID all dead ones
 *   sagactl webhooks enable HOOK */
#include "ctl/webhooks.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "ctl/consent.h"
#include "ctl/csv.h"
#include "ctl/http.h"
#include "ctl/members.h"
#include "ctl/pages.h"
#include "ctl/values.h"

enum { PATH_SIZE = 1024, DEAD_PAGE = 500 };

static void print_hooks(const struct settings *settings, const json_t *items)
{
    static const char *const columns[] = {
        "name", "state", "pending", "dead", "dropped", "oldest_pending_at", "url"};
    if (settings->output == OUTPUT_CSV) {
        csv_print(items, columns, ARRAY_COUNT(columns));
        return;
    }
    if (json_array_size(items) == 0) {
        printf("no webhooks\n");
        return;
    }
    printf("%-20s %-12s %8s %8s %8s %-24s %s\n", "NAME", "STATE", "PENDING", "DEAD", "DROPPED",
           "OLDEST", "URL");
    for (size_t i = 0; i < json_array_size(items); i++) {
        const json_t *hook = json_array_get(items, i);
        const char *oldest = members_text(hook, "oldest_pending_at");
        printf("%-20s %-12s %8lld %8lld %8lld %-24s %s\n", members_text(hook, "name"),
               members_text(hook, "state"), members_number(hook, "pending"),
               members_number(hook, "dead"), members_number(hook, "dropped"),
               oldest[0] ? oldest : "-", members_text(hook, "url"));
    }
}

static enum exit_code list(const struct settings *settings, const struct arguments *arguments)
{
    MAYBE(arguments->count == 0);
    struct reply reply;
    enum exit_code code = http_call(settings, "GET", "/v1/webhooks", NULL, &reply);
    if (code == EXIT_GOOD && value_is_document(settings)) {
        value_show(settings, reply.body);
    } else if (code == EXIT_GOOD) {
        print_hooks(settings, json_object_get(reply.body, "items"));
    }
    http_close(&reply);
    return code;
}

static void print_dead(const struct settings *settings, const json_t *items)
{
    static const char *const columns[] = {"id", "dead_at", "event", "type", "attempts", "error"};
    if (settings->output == OUTPUT_CSV) {
        csv_print(items, columns, ARRAY_COUNT(columns));
        return;
    }
    if (json_array_size(items) == 0) {
        printf("no dead events\n");
        return;
    }
    printf("%-8s %-24s %-28s %-28s %8s %s\n", "ID", "DEAD SINCE", "EVENT", "TYPE", "ATTEMPTS",
           "ERROR");
    for (size_t i = 0; i < json_array_size(items); i++) {
        const json_t *dead = json_array_get(items, i);
        printf("%-8lld %-24s %-28s %-28s %8lld %s\n", members_number(dead, "id"),
               members_text(dead, "dead_at"), members_text(dead, "event"),
               members_text(dead, "type"), members_number(dead, "attempts"),
               members_text(dead, "error"));
    }
}

/* "/v1/webhooks/HOOK/VERB" */
static void make_path(char *path, size_t size, const char *hook, const char *verb)
{
    char *escaped = http_escape(hook);
    snprintf(path, size, "/v1/webhooks/%s/%s", escaped, verb);
    free(escaped);
}

static enum exit_code list_dead(const struct settings *settings, const struct arguments *arguments)
{
    char path[PATH_SIZE];
    json_t *list_of_dead;
    make_path(path, sizeof(path), arguments->items[1], "dead");
    struct pages pages = {path, DEAD_PAGE, settings->limit > 0 ? settings->limit : 50};
    enum exit_code code = pages_read(settings, &pages, &list_of_dead);
    if (code == EXIT_GOOD && value_is_document(settings)) {
        value_show(settings, list_of_dead);
    } else if (code == EXIT_GOOD) {
        print_dead(settings, json_object_get(list_of_dead, "items"));
        pages_say_more(list_of_dead);
    }
    json_decref(list_of_dead);
    return code;
}

/* A discarded event never arrives, so that a person must agree. */
static enum exit_code may_discard(const struct settings *settings)
{
    enum exit_code code = consent_possible(settings, "discard forgets events");
    return code != EXIT_GOOD || settings->yes
               ? code
               : consent_ask("What is discarded is never delivered. Go on?");
}

/* Reads the number of a dead event, if one is given; else *id is 0. false after saying that the
 * text is no number. */
static bool read_id(const struct arguments *arguments, long long *id)
{
    char *end = NULL;
    *id = 0;
    if (arguments->count < 3) {
        return true;
    }
    *id = strtoll(arguments->items[2], &end, 10);
    if (*end != '\0' || *id <= 0) {
        fprintf(stderr, "sagactl: %s is no id of a dead event; see sagactl webhooks dead %s\n",
                arguments->items[2], arguments->items[1]);
        return false;
    }
    return true;
}

static enum exit_code send_change(const struct settings *settings,
                                  const struct arguments *arguments, long long id)
{
    const char *verb = arguments->items[0];
    const char *hook = arguments->items[1];
    char path[PATH_SIZE];
    struct reply reply;
    make_path(path, sizeof(path), hook, verb);
    json_t *body = json_pack("{s:s}", "reason", settings->reason);
    if (id > 0) {
        json_object_set_new(body, "id", json_integer(id));
    }
    enum exit_code code = http_call(settings, "POST", path, body, &reply);
    json_decref(body);
    if (code == EXIT_GOOD && value_is_document(settings)) {
        value_show(settings, reply.body);
    } else if (code == EXIT_GOOD) {
        printf("%s: %s\n", hook, verb);
    }
    http_close(&reply);
    return code;
}

static enum exit_code change(const struct settings *settings, const struct arguments *arguments)
{
    long long id;
    if (!read_id(arguments, &id)) {
        return EXIT_USAGE;
    }
    enum exit_code code = consent_reason(settings);
    if (code == EXIT_GOOD && strcmp(arguments->items[0], "discard") == 0) {
        code = may_discard(settings);
    }
    return code == EXIT_GOOD ? send_change(settings, arguments, id) : code;
}

enum exit_code webhooks_run(const struct settings *settings, const struct arguments *arguments)
{
    static const struct {
        const char *verb;
        uint32_t least; /* arguments, with the verb */
        uint32_t most;
        enum exit_code (*run)(const struct settings *settings, const struct arguments *arguments);
    } verbs[] = {{"list", 1, 1, list},
                 {"dead", 2, 2, list_dead},
                 {"redeliver", 2, 3, change},
                 {"discard", 2, 3, change},
                 {"enable", 2, 2, change}};
    if (arguments->count == 0) {
        return list(settings, arguments);
    }
    for (size_t i = 0; i < ARRAY_COUNT(verbs); i++) {
        bool is_count = arguments->count >= verbs[i].least && arguments->count <= verbs[i].most;
        if (is_count && strcmp(arguments->items[0], verbs[i].verb) == 0) {
            return verbs[i].run(settings, arguments);
        }
    }
    fprintf(stderr,
            "usage: sagactl webhooks [list | dead HOOK | redeliver HOOK [ID] | "
            "discard HOOK [ID] | enable HOOK]\n");
    return EXIT_USAGE;
}
