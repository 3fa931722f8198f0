/* list.c - sagas, newest first: a line each, or rows for a spreadsheet. */
#include "ctl/list.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/check.h"
#include "ctl/cells.h"
#include "ctl/csv.h"
#include "ctl/http.h"
#include "ctl/members.h"
#include "ctl/pages.h"
#include "ctl/values.h"
#include "ctl/when.h"

enum {
    PATH_MAX_SIZE = 16 * 1024 * 1024, /* more than a command line has */
    PAGE = 500,                       /* the server's bound */
    MOST = 50,
};

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

/* Why the saga is where it is, in a few words: "needs a person: undo_stuck", "waits for event". */
static void print_note(const json_t *saga)
{
    const json_t *alerts = json_object_get(saga, "alerts");
    const json_t *reason = json_object_get(saga, "reason");
    const char *waits = members_text(saga, "waiting_for");
    const char *step = members_text(reason, "step");
    const char *before = "  ";
    for (size_t i = 0; i < json_array_size(alerts); i++) {
        printf("%salert %s", before, members_text(json_array_get(alerts, i), "code"));
        before = ", ";
    }
    if (members_flag(saga, "paused")) {
        printf("%spaused", before);
        before = ", ";
    }
    if (waits[0]) {
        printf("%swaits for %s", before, waits);
        before = ", ";
    }
    if (json_is_object(reason)) {
        printf("%s%s%s%s", before, step, step[0] ? ": " : "", members_text(reason, "code"));
    }
    printf("\n");
}

static void show_table(const json_t *items)
{
    int64_t now_ms = when_now_ms();
    int id_width = members_width(items, "id", 8);
    int of_width = members_width(items, "definition", 8) + 4; /* and the version */
    if (json_array_size(items) == 0) {
        printf("no sagas\n");
        return;
    }
    printf("%-*s  %-12s  %-*s  %s\n", id_width, "id", "status", of_width, "definition",
           "   started");
    for (size_t i = 0; i < json_array_size(items); i++) {
        const json_t *saga = json_array_get(items, i);
        char since[CELLS_SPAN_SIZE];
        char of[96];
        cells_age(members_text(saga, "started_at"), now_ms, since);
        bool is_open = strcmp(members_text(saga, "kind"), "open") == 0;
        snprintf(of, sizeof(of), is_open ? "%s open" : "%s %lld", members_text(saga, "definition"),
                 members_number(saga, "version"));
        printf("%-*s  ", id_width, members_text(saga, "id"));
        cells_state(stdout, members_text(saga, "status"), 12);
        printf("  %-*s  %6s ago", of_width, of, since);
        print_note(saga);
    }
}

static void show_list(const struct settings *settings, const json_t *list)
{
    static const char *const columns[] = {"id", "status", "definition", "started_at", "ended_at"};
    const json_t *items = json_object_get(list, "items");
    if (value_is_document(settings)) {
        value_show(settings, list);
        return;
    }
    if (settings->output == OUTPUT_CSV) {
        csv_print(items, columns, ARRAY_COUNT(columns));
    } else {
        show_table(items);
    }
    pages_say_more(list);
}

static void add_filter(struct buf *path, const char *name, const char *value)
{
    if (!value) {
        return;
    }
    char *escaped = http_escape(value);
    buf_format(path, "%s%s=%s", memchr(path->data, '?', path->size) ? "&" : "?", name, escaped);
    free(escaped);
}

/* "/v1/sagas" and the filters as its query. false after saying which filter is wrong. */
static bool make_path(const struct settings *settings, struct buf *path)
{
    char since[TIME_TEXT_SIZE];
    char until[TIME_TEXT_SIZE];
    if (settings->status && !is_status(settings->status)) {
        fprintf(stderr,
                "sagactl: %s is no status: running, compensating, completed, compensated, parked, "
                "terminated, or unfinished\n",
                settings->status);
        return false;
    }
    if ((settings->since && !when_read("since", settings->since, WHEN_AGO, since)) ||
        (settings->until && !when_read("until", settings->until, WHEN_AGO, until))) {
        return false;
    }
    const struct {
        const char *name;
        const char *value;
    } filters[] = {{"status", settings->status},
                   {"definition", settings->definition},
                   {"parent", settings->parent},
                   {"cause", settings->cause},
                   {"step_status", settings->step_status},
                   {"code", settings->code},
                   {"alert", settings->alert},
                   {"q", settings->q},
                   {"since", settings->since ? since : NULL},
                   {"until", settings->until ? until : NULL}};
    buf_text(path, "/v1/sagas");
    for (size_t i = 0; i < ARRAY_COUNT(filters); i++) {
        add_filter(path, filters[i].name, filters[i].value);
    }
    for (uint32_t i = 0; i < settings->label.count; i++) {
        add_filter(path, "label", settings->label.items[i]);
    }
    return true;
}

enum exit_code list_run(const struct settings *settings, const struct arguments *arguments)
{
    struct buf path;
    json_t *list = NULL;
    (void)arguments;
    buf_open(&path, PATH_MAX_SIZE);
    if (!make_path(settings, &path)) {
        buf_close(&path);
        return EXIT_USAGE;
    }
    buf_write(&path, "", 1);
    CHECK(!buf_failed(&path));
    struct pages pages = {(const char *)path.data, PAGE,
                          settings->limit > 0 ? settings->limit : MOST};
    enum exit_code code = pages_read(settings, &pages, &list);
    if (code == EXIT_GOOD) {
        show_list(settings, list);
    }
    json_decref(list);
    buf_close(&path);
    return code;
}
