/* history.c - one line a record, with how long after the saga's start it was made. */
#include "ctl/history.h"

#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/time_text.h"
#include "ctl/cells.h"
#include "ctl/csv.h"
#include "ctl/http.h"
#include "ctl/members.h"
#include "ctl/pages.h"
#include "ctl/values.h"

enum {
    PATH_SIZE = 1024,
    PAGE = 5000, /* the server's bound */
    WATCH_US = 500000,
};

/* When what is planned is due. */
static void print_due(const json_t *data)
{
    long long due_ms = members_number(data, "due_ms");
    if (due_ms > 0) {
        char at[TIME_TEXT_SIZE];
        time_text(due_ms, at);
        printf("  due %s", at);
    }
}

static void print_record(const json_t *record, double start, int width)
{
    static const struct {
        const char *key;
        const char *before;
    } words[] = {
        {"verb", "  "}, {"code", "  "}, {"message", ": "}, {"actor", "  by "}, {"reason", ": "}};
    static const char *const flags[] = {"in_doubt", "stale",   "adopted",
                                        "stuck",    "untaken", "of_undo"};
    char after[CELLS_SPAN_SIZE];
    cells_span(cells_seconds(members_text(record, "at")) - start, after);
    printf("%4lld  %.24s  +%-6s  %-17s  %-*s", members_number(record, "seq"),
           members_text(record, "at"), after, members_text(record, "type"), width,
           members_text(record, "step"));
    printf("  %-4s", members_text(record, "kind"));
    if (members_number(record, "attempt") > 0) {
        printf(" try %lld", members_number(record, "attempt"));
    }
    for (size_t i = 0; i < ARRAY_COUNT(words); i++) {
        const char *word = members_text(record, words[i].key);
        printf("%s%s", word[0] ? words[i].before : "", word);
    }
    const json_t *data = json_object_get(record, "data");
    print_due(data);
    for (size_t i = 0; i < ARRAY_COUNT(flags); i++) {
        if (members_flag(data, flags[i])) {
            printf("  [%s]", flags[i]);
        }
    }
    printf("\n");
}

/* Times are shown as from `start` (RFC 3339), the saga's. */
static void print_records(const json_t *items, const char *start)
{
    int width = members_width(items, "step", 9);
    for (size_t i = 0; i < json_array_size(items); i++) {
        print_record(json_array_get(items, i), cells_seconds(start), width);
    }
}

/* The records after `since`, at most so many. *list is to be given back in any case. */
static enum exit_code get_records(const struct settings *settings, const char *id, long long since,
                                  uint32_t most, json_t **list)
{
    char path[PATH_SIZE];
    char what[64];
    snprintf(what, sizeof(what), "/history?since=%lld", since);
    *list = NULL;
    if (!http_saga_path(path, sizeof(path), id, what)) {
        return EXIT_NOT_FOUND;
    }
    struct pages pages = {path, PAGE, most};
    return pages_read(settings, &pages, list);
}

static void show_list(const struct settings *settings, const json_t *list)
{
    static const char *const columns[] = {"at",    "type",   "step", "kind",   "verb",
                                          "actor", "reason", "code", "message"};
    const json_t *items = json_object_get(list, "items");
    if (value_is_document(settings)) {
        value_show(settings, list);
        return;
    }
    if (settings->output == OUTPUT_CSV) {
        csv_print(items, columns, ARRAY_COUNT(columns));
    } else {
        print_records(items, members_text(json_array_get(items, 0), "at"));
    }
    pages_say_more(list);
}

enum exit_code history_run(const struct settings *settings, const struct arguments *arguments)
{
    json_t *list;
    uint32_t most = settings->limit > 0 ? settings->limit : UINT32_MAX;
    enum exit_code code = get_records(settings, arguments->items[0], 0, most, &list);
    if (code == EXIT_GOOD) {
        show_list(settings, list);
    }
    json_decref(list);
    return code;
}

/* What is being watched. */
struct watch {
    const char *id;
    long long seen; /* seq of the last record that was shown */
    bool is_settled;
    bool is_parked;
};

/* Shows the records that are new. */
static enum exit_code show_new(const struct settings *settings, struct watch *watch)
{
    struct reply saga;
    json_t *list = NULL;
    enum exit_code code = http_get_saga(settings, watch->id, "", &saga);
    if (code != EXIT_GOOD) {
        goto out;
    }
    const char *status = members_text(saga.body, "status");
    watch->is_settled = value_is_settled(status);
    watch->is_parked = strcmp(status, "parked") == 0;
    code = get_records(settings, watch->id, watch->seen, UINT32_MAX, &list);
    const json_t *items = json_object_get(list, "items");
    size_t count = json_array_size(items);
    print_records(items, members_text(saga.body, "started_at"));
    if (count > 0) {
        watch->seen = members_number(json_array_get(items, count - 1), "seq");
    }
out:
    json_decref(list);
    http_close(&saga);
    return code;
}

enum exit_code history_watch(const struct settings *settings, const struct arguments *arguments)
{
    struct watch watch = {.id = arguments->items[0]};
    for (;;) {
        enum exit_code code = show_new(settings, &watch);
        if (code == EXIT_GOOD && watch.is_parked) {
            fprintf(stderr, "parked: a person must act; see sagactl show %s\n", watch.id);
        }
        if (code != EXIT_GOOD || watch.is_settled) {
            return code;
        }
        fflush(stdout);
        usleep(WATCH_US);
    }
}
