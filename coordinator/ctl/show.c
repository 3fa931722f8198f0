/* show.c - what a tired person reads: one screen a saga, one line a record.
 *
 * Colours only on a terminal, and not when NO_COLOR is set; a state is never told by its colour
 * alone. */
#include "ctl/ctl.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "ctl/values.h"

enum { WIDTH_MAX = 128 };

static const char *text(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));
    return value ? value : "";
}

static long long number(const json_t *object, const char *key)
{
    return (long long)json_integer_value(json_object_get(object, key));
}

static bool has_colours(void)
{
    const char *term = getenv("TERM");
    return isatty(STDOUT_FILENO) && !getenv("NO_COLOR") && term && strcmp(term, "dumb") != 0;
}

/* Padded, and coloured by what the word means. */
static void print_state(const char *state, int width)
{
    static const struct {
        const char *word;
        const char *colour;
    } colours[] = {{"parked", "31"},     {"in_doubt", "31"},  {"failed", "31"},
                   {"terminated", "31"}, {"retrying", "33"},  {"compensating", "33"},
                   {"running", "36"},    {"succeeded", "32"}, {"completed", "32"},
                   {"compensated", "35"}};
    const char *colour = NULL;
    for (size_t i = 0; i < ARRAY_COUNT(colours) && has_colours(); i++) {
        colour = strcmp(colours[i].word, state) == 0 ? colours[i].colour : colour;
    }
    if (colour) {
        printf("\033[%sm%-*s\033[0m", colour, width, state);
    } else {
        printf("%-*s", width, state);
    }
}

/* "2026-11-24T04:52:30.123Z" to seconds since 1970; 0 for none. */
static double seconds_of(const char *at)
{
    struct tm tm = {0};
    const char *rest = at[0] ? strptime(at, "%Y-%m-%dT%H:%M:%S", &tm) : NULL;
    return rest ? (double)timegm(&tm) + (*rest == '.' ? strtod(rest, NULL) : 0) : 0;
}

static void print_span(double seconds, char *out, size_t size)
{
    if (seconds < 60) {
        snprintf(out, size, "%.3gs", seconds < 0 ? 0 : seconds);
    } else if (seconds < 3600) {
        snprintf(out, size, "%.0fm", seconds / 60);
    } else if (seconds < 172800) {
        snprintf(out, size, "%.0fh", seconds / 3600);
    } else {
        snprintf(out, size, "%.0fd", seconds / 86400);
    }
}

static void age(const char *at, char *out, size_t size)
{
    double then = seconds_of(at);
    out[0] = '\0';
    if (then > 0) {
        struct clock clock;
        clock_open(&clock, 0);
        print_span((double)clock_now_ms(&clock) / 1000 - then, out, size);
    }
}

/* The widest of a column: at least the title, at most what a name may have. */
static int width_of(const json_t *items, const char *key, int least)
{
    size_t width = (size_t)least;
    for (size_t i = 0; i < json_array_size(items); i++) {
        size_t size = strlen(text(json_array_get(items, i), key));
        width = size > width ? size : width;
    }
    return (int)(width < WIDTH_MAX ? width : WIDTH_MAX);
}

void show_unsettled(const struct settings *settings, const json_t *saga)
{
    if (!is_settled(text(saga, "status"))) {
        fprintf(stderr, "not settled after %g s; it goes on: sagactl watch %s\n",
                settings->wait_seconds, text(saga, "id"));
    }
}

void show_json(const struct settings *settings, const json_t *value)
{
    /* JSON is YAML, in its flow form: indented, it serves both. */
    (void)settings;
    value_print(stdout, value);
    printf("\n");
}

/* What persons are asked, and of whom. */
static void print_question(const json_t *saga, const json_t *step)
{
    const json_t *approval = json_object_get(step, "approval");
    const json_t *who = json_object_get(approval, "who");
    char *show = value_text(json_object_get(approval, "show"));
    printf("asks     %s: %s\n", text(step, "step"), text(approval, "question"));
    if (show) {
        printf("shows    %s\n", show);
    }
    free(show);
    printf("of       ");
    for (size_t i = 0; i < json_array_size(who); i++) {
        printf("%s%s", i > 0 ? ", " : "", json_string_value(json_array_get(who, i)));
    }
    printf("%s%s\n", text(step, "waiting_until")[0] ? "; until " : "", text(step, "waiting_until"));
    printf("do       sagactl approve %s %s --reason WHY    or reject\n", text(saga, "id"),
           text(step, "step"));
}

/* The line that says why a saga is where it is. */
static void print_why(const json_t *saga)
{
    const json_t *reason = json_object_get(saga, "reason");
    const json_t *steps = json_object_get(saga, "steps");
    if (json_is_object(reason)) {
        const char *step = text(reason, "step");
        printf("because  %s%s%s", step, step[0] ? " failed: " : "", text(reason, "code"));
        printf("%s%s", text(reason, "message")[0] ? ": " : "", text(reason, "message"));
        printf("%s%s\n", text(reason, "actor")[0] ? ", by " : "", text(reason, "actor"));
    }
    for (size_t i = 0; i < json_array_size(steps); i++) {
        const json_t *step = json_array_get(steps, i);
        const char *state = text(step, "status");
        const json_t *error = json_object_get(step, "error");
        const json_t *undo = json_object_get(step, "compensation");
        if (strcmp(text(step, "waiting_for"), "approval") == 0) {
            print_question(saga, step);
        }
        bool undo_waits = strcmp(text(undo, "status"), "retrying") == 0 ||
                          strcmp(text(undo, "status"), "parked") == 0;
        if (undo_waits) {
            error = json_object_get(undo, "error");
        }
        if (undo_waits || strcmp(state, "retrying") == 0 || strcmp(state, "parked") == 0) {
            printf("waits    %s%s is %s: %s%s%s\n", undo_waits ? "undo of " : "",
                   text(step, "step"), undo_waits ? text(undo, "status") : state,
                   text(error, "code"), text(error, "message")[0] ? ": " : "",
                   text(error, "message"));
        }
        if (strcmp(undo_waits ? text(undo, "status") : state, "parked") == 0) {
            /* To a shell the brackets of an item are a pattern. */
            const char *quote = strchr(text(step, "step"), '[') ? "'" : "";
            printf(
                "do       sagactl retry %s --step %s%s%s --reason WHY\n"
                "or       sagactl resolve %s --step %s%s%s --outcome %s --reason WHY\n",
                text(saga, "id"), quote, text(step, "step"), quote, text(saga, "id"), quote,
                text(step, "step"), quote, undo_waits ? "compensated|kept" : "succeeded|failed");
        }
    }
}

static void print_step(const json_t *step, int width)
{
    const json_t *undo = json_object_get(step, "compensation");
    const json_t *error = json_object_get(step, "error");
    char took[32] = "";
    char undone[24] = ""; /* attempts */
    double from = seconds_of(text(step, "started_at"));
    double to = seconds_of(text(step, "ended_at"));
    if (from > 0 && to > 0) {
        print_span(to - from, took, sizeof(took));
    }
    printf("  %-*s  ", width, text(step, "step"));
    print_state(text(step, "status"), 12);
    printf("  %4lld  %-7s  ", number(step, "attempts"), took);
    print_state(undo ? text(undo, "status") : "-", 9);
    if (undo) {
        snprintf(undone, sizeof(undone), "%lld", number(undo, "attempts"));
    }
    const char *until = text(step, "waiting_until");
    const char *before = text(step, "undo_before");
    const char *child = text(step, "child");
    printf("  %4s  %s%s%s%s%s%s%s%s\n", undone,
           json_is_true(json_object_get(step, "in_doubt")) ? "in doubt " : "", text(error, "code"),
           until[0] ? " until " : "", until, before[0] ? " undo before " : "", before,
           child[0] ? " saga " : "", child);
}

void show_saga(const json_t *saga)
{
    char since[32];
    age(text(saga, "started_at"), since, sizeof(since));
    printf("%s  ", text(saga, "id"));
    print_state(text(saga, "status"), 1);
    printf("%s%s\n", json_is_true(json_object_get(saga, "paused")) ? " (paused)" : "",
           json_is_true(json_object_get(saga, "duplicate")) ? " (it was there already)" : "");
    printf("of       %s version %lld\n", text(saga, "definition"), number(saga, "version"));
    if (text(saga, "parent")[0]) {
        printf("parent   %s\n", text(saga, "parent"));
    }
    const json_t *cause = json_object_get(saga, "cause");
    if (cause) {
        printf("cause    %s %s of %s%s%s\n", text(cause, "event"), text(cause, "id"),
               text(cause, "source"), text(cause, "saga")[0] ? ", sent by " : "",
               text(cause, "saga"));
    }
    printf("started  %s, %s ago\n", text(saga, "started_at"), since);
    if (text(saga, "ended_at")[0]) {
        printf("ended    %s\n", text(saga, "ended_at"));
    }
    if (text(saga, "waiting_for")[0]) {
        printf("waits    for %s\n", text(saga, "waiting_for"));
    }
    print_why(saga);
    const json_t *steps = json_object_get(saga, "steps");
    int width = width_of(steps, "step", 12);
    printf("\n  %-*s  %-12s  %4s  %-7s  %-9s  %4s  %s\n", width, "step", "status", "try", "took",
           "undo", "try", "error");
    for (size_t i = 0; i < json_array_size(steps); i++) {
        print_step(json_array_get(steps, i), width);
    }
    json_t *output = json_object_get(saga, "output");
    if (output) {
        char *shown = value_text(output);
        printf("\noutput   %s\n", shown ? shown : "");
        free(shown);
    }
}

/* A cell of CSV (RFC 4180); one that a spreadsheet would run is defused. */
static void print_cell(const char *value, bool last)
{
    bool runs = value[0] && strchr("=+-@\t\r", value[0]);
    printf("\"%s", runs ? "'" : "");
    for (const char *c = value; *c; c++) {
        printf(*c == '"' ? "\"\"" : "%c", *c);
    }
    printf("\"%s", last ? "\r\n" : ",");
}

void show_rows(const json_t *items, const char *const *columns, size_t count)
{
    for (size_t k = 0; k < count; k++) {
        print_cell(columns[k], k + 1 == count);
    }
    for (size_t i = 0; i < json_array_size(items); i++) {
        for (size_t k = 0; k < count; k++) {
            const json_t *value = json_object_get(json_array_get(items, i), columns[k]);
            char *other = json_is_string(value) ? NULL : value_text(value);
            print_cell(json_is_string(value) ? json_string_value(value)
                       : other               ? other
                                             : "",
                       k + 1 == count);
            free(other);
        }
    }
}

void show_sagas(const struct settings *settings, const json_t *items)
{
    static const char *const columns[] = {"id", "status", "definition", "started_at", "ended_at"};
    int id_width = width_of(items, "id", 8);
    int of_width = width_of(items, "definition", 8) + 4; /* and the version */
    if (settings->output == OUTPUT_CSV) {
        show_rows(items, columns, ARRAY_COUNT(columns));
        return;
    }
    if (json_array_size(items) > 0) {
        printf("%-*s  %-12s  %-*s  %s\n", id_width, "id", "status", of_width, "definition",
               "started");
    }
    for (size_t i = 0; i < json_array_size(items); i++) {
        const json_t *saga = json_array_get(items, i);
        char since[32];
        char of[96];
        age(text(saga, "started_at"), since, sizeof(since));
        snprintf(of, sizeof(of), "%s %lld", text(saga, "definition"), number(saga, "version"));
        printf("%-*s  ", id_width, text(saga, "id"));
        print_state(text(saga, "status"), 12);
        printf("  %-*s  %s ago%s\n", of_width, of, since,
               json_is_true(json_object_get(saga, "paused")) ? "  paused" : "");
    }
    if (json_array_size(items) == 0) {
        printf("no sagas\n");
    }
}

/* When what is planned is due. */
static void print_due(const json_t *data)
{
    json_int_t due_ms = json_integer_value(json_object_get(data, "due_ms"));
    if (due_ms > 0) {
        char at[CLOCK_TEXT_SIZE];
        clock_format(due_ms, at);
        printf("  due %s", at);
    }
}

static void print_record(const json_t *record, double start, int width)
{
    char after[32];
    print_span(seconds_of(text(record, "at")) - start, after, sizeof(after));
    printf("%4lld  %.24s  +%-6s  %-17s  %-*s", number(record, "seq"), text(record, "at"), after,
           text(record, "type"), width, text(record, "step"));
    printf("  %-4s", text(record, "kind"));
    if (number(record, "attempt") > 0) {
        printf(" try %lld", number(record, "attempt"));
    }
    static const char *const words[] = {"verb", "code", "message", "actor", "reason"};
    for (size_t i = 0; i < ARRAY_COUNT(words); i++) {
        const char *word = text(record, words[i]);
        if (word[0]) {
            printf(i == 3 ? "  by %s" : i == 4 ? ": %s" : "  %s", word);
        }
    }
    const json_t *data = json_object_get(record, "data");
    print_due(data);
    static const char *const flags[] = {"in_doubt", "stale",   "adopted",
                                        "stuck",    "untaken", "of_undo"};
    for (size_t i = 0; i < ARRAY_COUNT(flags); i++) {
        if (json_is_true(json_object_get(data, flags[i]))) {
            printf("  [%s]", flags[i]);
        }
    }
    printf("\n");
}

void show_history(const struct settings *settings, const json_t *items, const char *start)
{
    static const char *const columns[] = {"at",    "type",   "step", "kind",   "verb",
                                          "actor", "reason", "code", "message"};
    double start_s = seconds_of(start ? start : "");
    int width = width_of(items, "step", 9);
    if (settings->output == OUTPUT_CSV) {
        show_rows(items, columns, ARRAY_COUNT(columns));
        return;
    }
    for (size_t i = 0; i < json_array_size(items); i++) {
        print_record(json_array_get(items, i), start_s, width);
    }
}

static void print_names(const json_t *names, const char *what)
{
    for (size_t i = 0; i < json_array_size(names); i++) {
        printf("  %s %s\n", what, json_string_value(json_array_get(names, i)));
    }
}

void show_migration(const json_t *plan)
{
    const json_t *items = json_object_get(plan, "differences");
    bool possible = json_is_true(json_object_get(plan, "possible"));
    printf("%s, as of record %lld: version %lld to %lld %s\n", text(plan, "saga"),
           number(plan, "seq"), number(plan, "from"), number(plan, "to"),
           possible ? "is possible" : "is not possible");
    for (size_t i = 0; i < json_array_size(items); i++) {
        const json_t *item = json_array_get(items, i);
        printf("  !  %s %s\n", text(item, "step"), text(item, "difference"));
    }
    print_names(json_object_get(plan, "added"), "+ ");
    print_names(json_object_get(plan, "dropped"), "- ");
}

void show_plan(const json_t *plan)
{
    const json_t *items = json_object_get(plan, "compensations");
    const json_t *kept = json_object_get(plan, "kept");
    int width = width_of(items, "step", 12);
    printf("%s, as of record %lld:\n", text(plan, "saga"), number(plan, "seq"));
    for (size_t i = 0; i < json_array_size(items); i++) {
        const json_t *item = json_array_get(items, i);
        if (json_is_true(json_object_get(item, "irrevocable"))) {
            printf("  !  %-*s  cannot be undone; --accept %s keeps it\n", width, text(item, "step"),
                   text(item, "step"));
            continue;
        }
        char *input = value_text(json_object_get(item, "input"));
        printf("  %lld. %-*s  %s %s%s\n", number(item, "order"), width, text(item, "step"),
               text(item, "action"), input ? input : "",
               json_is_true(json_object_get(item, "in_doubt")) ? "  in doubt" : "");
        free(input);
    }
    if (json_array_size(items) == 0) {
        printf("  nothing to undo\n");
    }
    for (size_t i = 0; i < json_array_size(kept); i++) {
        printf("  -  %-*s  stays\n", width, json_string_value(json_array_get(kept, i)));
    }
    printf("digest %s\n", text(plan, "digest"));
}
