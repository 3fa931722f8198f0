/* webhooks.c - who is told what: the hooks, what they could not be told, and telling it again.
 *
 *   sagactl webhooks [list]
 *   sagactl webhooks dead HOOK
 *   sagactl webhooks redeliver|discard HOOK [ID]    without ID all dead ones
 *   sagactl webhooks enable HOOK */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/ctl.h"

enum { PATH_SIZE = 1024, DEAD_PAGE = 500 };

static const char *text(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));
    return value ? value : "";
}

static long long number(const json_t *object, const char *key)
{
    return (long long)json_integer_value(json_object_get(object, key));
}

static void print_hooks(const struct settings *settings, const json_t *items)
{
    static const char *const columns[] = {
        "name", "state", "pending", "dead", "dropped", "oldest_pending_at", "url"};
    if (settings->output == OUTPUT_CSV) {
        show_rows(items, columns, ARRAY_COUNT(columns));
        return;
    }
    printf("%-20s %-12s %8s %8s %8s %-24s %s\n", "NAME", "STATE", "PENDING", "DEAD", "DROPPED",
           "OLDEST", "URL");
    for (size_t i = 0; i < json_array_size(items); i++) {
        const json_t *hook = json_array_get(items, i);
        const char *oldest = text(hook, "oldest_pending_at");
        printf("%-20s %-12s %8lld %8lld %8lld %-24s %s\n", text(hook, "name"), text(hook, "state"),
               number(hook, "pending"), number(hook, "dead"), number(hook, "dropped"),
               oldest[0] ? oldest : "-", text(hook, "url"));
    }
}

static enum exit_code list(const struct settings *settings)
{
    struct reply reply;
    enum exit_code code = http_call(settings, "GET", "/v1/webhooks", NULL, &reply);
    if (code == EXIT_GOOD && is_document(settings)) {
        show_json(settings, reply.body);
    } else if (code == EXIT_GOOD) {
        print_hooks(settings, json_object_get(reply.body, "items"));
    }
    reply_close(&reply);
    return code;
}

static void print_dead(const struct settings *settings, const json_t *items)
{
    static const char *const columns[] = {"id", "dead_at", "event", "type", "attempts", "error"};
    if (settings->output == OUTPUT_CSV) {
        show_rows(items, columns, ARRAY_COUNT(columns));
        return;
    }
    printf("%-8s %-24s %-28s %-28s %8s %s\n", "ID", "DEAD SINCE", "EVENT", "TYPE", "ATTEMPTS",
           "ERROR");
    for (size_t i = 0; i < json_array_size(items); i++) {
        const json_t *dead = json_array_get(items, i);
        printf("%-8lld %-24s %-28s %-28s %8lld %s\n", number(dead, "id"), text(dead, "dead_at"),
               text(dead, "event"), text(dead, "type"), number(dead, "attempts"),
               text(dead, "error"));
    }
}

/* "/v1/webhooks/HOOK/VERB" */
static void make_path(char *path, size_t size, const char *hook, const char *verb)
{
    char *escaped = http_escape(hook);
    snprintf(path, size, "/v1/webhooks/%s/%s", escaped, verb);
    free(escaped);
}

static enum exit_code dead(const struct settings *settings, const char *hook)
{
    char path[PATH_SIZE];
    json_t *list_of_dead = json_pack("{s:[]}", "items");
    make_path(path, sizeof(path), hook, "dead");
    uint32_t most = settings->limit ? settings->limit : 50;
    enum exit_code code = get_pages(settings, path, DEAD_PAGE, most, list_of_dead);
    if (code == EXIT_GOOD && is_document(settings)) {
        show_json(settings, list_of_dead);
    } else if (code == EXIT_GOOD) {
        print_dead(settings, json_object_get(list_of_dead, "items"));
        say_more(list_of_dead);
    }
    json_decref(list_of_dead);
    return code;
}

/* What is discarded never arrives. */
static enum exit_code may_discard(const struct settings *settings)
{
    if (settings->yes) {
        return EXIT_GOOD;
    }
    if (!isatty(STDIN_FILENO)) {
        fprintf(stderr,
                "sagactl: discard forgets events; without a terminal to ask on, say --yes\n");
        return EXIT_USAGE;
    }
    if (!ask("What is discarded is never delivered. Go on?")) {
        fprintf(stderr, "nothing was done\n");
        return EXIT_REFUSED;
    }
    return EXIT_GOOD;
}

static enum exit_code change(const struct settings *settings, const struct arguments *arguments)
{
    const char *verb = arguments->items[0];
    const char *hook = arguments->items[1];
    char *end = NULL;
    long long id = arguments->count > 2 ? strtoll(arguments->items[2], &end, 10) : 0;
    if (end && (*end != '\0' || id <= 0)) {
        fprintf(stderr, "sagactl: %s is no id of a dead event; see sagactl webhooks dead %s\n",
                arguments->items[2], hook);
        return EXIT_USAGE;
    }
    enum exit_code code = need_reason(settings);
    if (code == EXIT_GOOD && strcmp(verb, "discard") == 0) {
        code = may_discard(settings);
    }
    if (code != EXIT_GOOD) {
        return code;
    }
    char path[PATH_SIZE];
    struct reply reply;
    make_path(path, sizeof(path), hook, verb);
    json_t *body = json_pack("{s:s}", "reason", settings->reason);
    if (id > 0) {
        json_object_set_new(body, "id", json_integer(id));
    }
    code = http_call(settings, "POST", path, body, &reply);
    json_decref(body);
    if (code == EXIT_GOOD && is_document(settings)) {
        show_json(settings, reply.body);
    } else if (code == EXIT_GOOD) {
        printf("%s: %s\n", hook, verb);
    }
    reply_close(&reply);
    return code;
}

enum exit_code run_webhooks(const struct settings *settings, const struct arguments *arguments)
{
    static const struct {
        const char *verb;
        uint32_t least; /* arguments, with the verb */
        uint32_t most;
    } verbs[] = {
        {"list", 1, 1}, {"dead", 2, 2}, {"redeliver", 2, 3}, {"discard", 2, 3}, {"enable", 2, 2}};
    if (arguments->count == 0) {
        return list(settings);
    }
    for (size_t i = 0; i < ARRAY_COUNT(verbs); i++) {
        if (strcmp(arguments->items[0], verbs[i].verb) != 0) {
            continue;
        }
        if (arguments->count < verbs[i].least || arguments->count > verbs[i].most) {
            break;
        }
        return i == 0   ? list(settings)
               : i == 1 ? dead(settings, arguments->items[1])
                        : change(settings, arguments);
    }
    fprintf(stderr,
            "usage: sagactl webhooks [list | dead HOOK | redeliver HOOK [ID] | "
            "discard HOOK [ID] | enable HOOK]\n");
    return EXIT_USAGE;
}
