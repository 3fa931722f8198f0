/* show.c - what a tired person reads: one screen a saga. */
#include "ctl/show.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "ctl/cells.h"
#include "ctl/http.h"
#include "ctl/members.h"
#include "ctl/values.h"
#include "ctl/when.h"
#include "ctl/why.h"

enum { NOTE_SIZE = 512 };

/* How long the do took. A step ends later than its do when it is undone or settled by a person. */
static void print_took(const json_t *step, char took[CELLS_SPAN_SIZE])
{
    const char *done = members_text(step, "done_at");
    const char *ended = members_text(step, "ended_at");
    const char *status = members_text(step, "status");
    bool is_do = strcmp(status, "succeeded") == 0 || strcmp(status, "failed") == 0;
    double from = cells_seconds(members_text(step, "started_at"));
    double to = cells_seconds(done[0] || !is_do ? done : ended);
    took[0] = '\0';
    if (from > 0 && to > 0) {
        cells_span(to - from, took);
    }
}

/* What the last column says of a step: "in doubt eh until 2026-11-24T04:52:30.123Z". */
static void make_note(const json_t *step, char note[NOTE_SIZE])
{
    const json_t *confirm = json_object_get(step, "confirmation");
    const struct {
        const char *before;
        const char *text;
    } parts[] = {{"in doubt", members_flag(step, "in_doubt") ? "" : NULL},
                 {"", members_text(json_object_get(step, "error"), "code")},
                 {"confirm ", members_text(confirm, "status")},
                 {"", members_text(json_object_get(confirm, "error"), "code")},
                 {"until ", members_text(step, "waiting_until")},
                 {"undo before ", members_text(step, "undo_before")},
                 {"saga ", members_text(step, "child")}};
    size_t size = 0;
    note[0] = '\0';
    for (size_t i = 0; i < ARRAY_COUNT(parts) && size < NOTE_SIZE; i++) {
        bool is_said = i == 0 ? parts[i].text != NULL : parts[i].text[0] != '\0';
        if (is_said) {
            size += (size_t)snprintf(note + size, NOTE_SIZE - size, "%s%s%s", size > 0 ? " " : "",
                                     parts[i].before, parts[i].text);
        }
    }
}

static void print_step(FILE *out, const json_t *step, int width)
{
    const json_t *undo = json_object_get(step, "compensation");
    char took[CELLS_SPAN_SIZE];
    char note[NOTE_SIZE];
    char undone[24] = ""; /* attempts */
    print_took(step, took);
    make_note(step, note);
    fprintf(out, "  %-*s  ", width, members_text(step, "step"));
    cells_state(out, members_text(step, "status"), 12);
    fprintf(out, "  %4lld  %-7s  ", members_number(step, "attempts"), took);
    cells_state(out, undo ? members_text(undo, "status") : "-", note[0] || undo ? 9 : 1);
    if (undo) {
        snprintf(undone, sizeof(undone), "%lld", members_number(undo, "attempts"));
    }
    if (note[0] || undo) {
        fprintf(out, "  %4s%s%s", undone, note[0] ? "  " : "", note);
    }
    fputc('\n', out);
}

static void print_cause(FILE *out, const json_t *cause)
{
    const char *sender = members_text(cause, "saga");
    if (cause) {
        fprintf(out, "cause    %s %s of %s%s%s\n", members_text(cause, "event"),
                members_text(cause, "id"), members_text(cause, "source"),
                sender[0] ? ", sent by " : "", sender);
    }
}

/* What the saga is, and since when. */
static void print_head(FILE *out, const json_t *saga, int64_t now_ms)
{
    const char *ended = members_text(saga, "ended_at");
    const char *parent = members_text(saga, "parent");
    char since[CELLS_SPAN_SIZE];
    cells_age(members_text(saga, "started_at"), now_ms, since);
    fprintf(out, "%s  ", members_text(saga, "id"));
    cells_state(out, members_text(saga, "status"), 1);
    fprintf(out, "%s%s\n", members_flag(saga, "paused") ? " (paused)" : "",
            members_flag(saga, "duplicate") ? " (it was there already)" : "");
    fprintf(out, "of       %s ", members_text(saga, "definition"));
    if (strcmp(members_text(saga, "kind"), "open") == 0) {
        fprintf(out, "(open: its client drives it)\n");
    } else {
        fprintf(out, "version %lld\n", members_number(saga, "version"));
    }
    if (parent[0]) {
        fprintf(out, "parent   %s\n", parent);
    }
    print_cause(out, json_object_get(saga, "cause"));
    if (since[0]) {
        fprintf(out, "started  %s, %s ago\n", members_text(saga, "started_at"), since);
    }
    if (ended[0]) {
        fprintf(out, "ended    %s\n", ended);
    }
}

void show_saga(FILE *out, const json_t *saga, int64_t now_ms)
{
    const json_t *steps = json_object_get(saga, "steps");
    int width = members_width(steps, "step", 12);
    print_head(out, saga, now_ms);
    why_print(out, saga, now_ms);
    if (json_array_size(steps) > 0) {
        fprintf(out, "\n  %-*s  %-12s  %4s  %-7s  %-9s  %4s  %s\n", width, "step", "status", "try",
                "took", "undo", "try", "note");
    }
    for (size_t i = 0; i < json_array_size(steps); i++) {
        print_step(out, json_array_get(steps, i), width);
    }
    char *output = value_text(json_object_get(saga, "output"));
    if (output) {
        fprintf(out, "\noutput   %s\n", output);
    }
    free(output);
}

void show_unsettled(const struct settings *settings, const json_t *saga)
{
    if (!value_is_settled(members_text(saga, "status"))) {
        fflush(stdout);
        fprintf(stderr, "not settled after %g s; it goes on: sagactl watch %s\n",
                settings->wait_seconds, members_text(saga, "id"));
    }
}

enum exit_code show_run(const struct settings *settings, const struct arguments *arguments)
{
    struct reply reply;
    enum exit_code code = http_get_saga(settings, arguments->items[0], "", &reply);
    if (code == EXIT_GOOD && settings->output == OUTPUT_TABLE) {
        show_saga(stdout, reply.body, when_now_ms());
    } else if (code == EXIT_GOOD) {
        value_show(settings, reply.body);
    }
    http_close(&reply);
    return code;
}
