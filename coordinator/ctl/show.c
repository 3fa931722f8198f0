/* show.c - what a tired person reads: one screen a saga. */
#include "ctl/show.h"

#include <stdlib.h>
#include <string.h>

#include "ctl/cells.h"
#include "ctl/http.h"
#include "ctl/members.h"
#include "ctl/values.h"

/* What persons are asked, and of whom. */
static void print_question(const json_t *saga, const json_t *step)
{
    const json_t *approval = json_object_get(step, "approval");
    const json_t *who = json_object_get(approval, "who");
    char *show = value_text(json_object_get(approval, "show"));
    printf("asks     %s: %s\n", members_text(step, "step"), members_text(approval, "question"));
    if (show) {
        printf("shows    %s\n", show);
    }
    free(show);
    printf("of       ");
    for (size_t i = 0; i < json_array_size(who); i++) {
        printf("%s%s", i > 0 ? ", " : "", json_string_value(json_array_get(who, i)));
    }
    printf("%s%s\n", members_text(step, "waiting_until")[0] ? "; until " : "",
           members_text(step, "waiting_until"));
    printf("do       sagactl approve %s %s --reason WHY    or reject\n", members_text(saga, "id"),
           members_text(step, "step"));
}

/* What is to be settled by a person, and how. To a shell the brackets of an item are a pattern. */
static void print_way_out(const json_t *saga, const json_t *step, bool of_undo)
{
    const char *id = members_text(saga, "id");
    const char *name = members_text(step, "step");
    const char *quote = strchr(name, '[') ? "'" : "";
    printf("do       sagactl retry %s --step %s%s%s --reason WHY\n", id, quote, name, quote);
    printf("or       sagactl resolve %s --step %s%s%s --outcome %s --reason WHY\n", id, quote, name,
           quote, of_undo ? "compensated|kept" : "succeeded|failed");
}

/* A step, or its undo, that is between two attempts or will not be tried again. */
static void print_trouble(const json_t *saga, const json_t *step)
{
    const json_t *undo = json_object_get(step, "compensation");
    const char *undo_state = members_text(undo, "status");
    bool of_undo = strcmp(undo_state, "retrying") == 0 || strcmp(undo_state, "parked") == 0;
    const char *state = of_undo ? undo_state : members_text(step, "status");
    const json_t *error = json_object_get(of_undo ? undo : step, "error");
    bool is_parked = strcmp(state, "parked") == 0;
    if (is_parked || strcmp(state, "retrying") == 0) {
        printf("waits    %s%s is %s: %s%s%s\n", of_undo ? "undo of " : "",
               members_text(step, "step"), state, members_text(error, "code"),
               members_text(error, "message")[0] ? ": " : "", members_text(error, "message"));
    }
    if (is_parked) {
        print_way_out(saga, step, of_undo);
    }
}

static void print_reason(const json_t *reason)
{
    const char *step = members_text(reason, "step");
    const char *message = members_text(reason, "message");
    const char *actor = members_text(reason, "actor");
    if (json_is_object(reason)) {
        printf("because  %s%s%s", step, step[0] ? " failed: " : "", members_text(reason, "code"));
        printf("%s%s", message[0] ? ": " : "", message);
        printf("%s%s\n", actor[0] ? ", by " : "", actor);
    }
}

/* The lines that say why a saga is where it is. */
static void print_why(const json_t *saga)
{
    const json_t *steps = json_object_get(saga, "steps");
    print_reason(json_object_get(saga, "reason"));
    for (size_t i = 0; i < json_array_size(steps); i++) {
        const json_t *step = json_array_get(steps, i);
        if (strcmp(members_text(step, "waiting_for"), "approval") == 0) {
            print_question(saga, step);
        }
        print_trouble(saga, step);
    }
}

static void print_step(const json_t *step, int width)
{
    const json_t *undo = json_object_get(step, "compensation");
    const json_t *error = json_object_get(step, "error");
    char took[CELLS_SPAN_SIZE] = "";
    char undone[24] = ""; /* attempts */
    double from = cells_seconds(members_text(step, "started_at"));
    double to = cells_seconds(members_text(step, "ended_at"));
    if (from > 0 && to > 0) {
        cells_span(to - from, took);
    }
    printf("  %-*s  ", width, members_text(step, "step"));
    cells_state(members_text(step, "status"), 12);
    printf("  %4lld  %-7s  ", members_number(step, "attempts"), took);
    cells_state(undo ? members_text(undo, "status") : "-", 9);
    if (undo) {
        snprintf(undone, sizeof(undone), "%lld", members_number(undo, "attempts"));
    }
    const char *until = members_text(step, "waiting_until");
    const char *before = members_text(step, "undo_before");
    const char *child = members_text(step, "child");
    printf("  %4s  %s%s%s%s%s%s%s%s\n", undone, members_flag(step, "in_doubt") ? "in doubt " : "",
           members_text(error, "code"), until[0] ? " until " : "", until,
           before[0] ? " undo before " : "", before, child[0] ? " saga " : "", child);
}

void show_saga(const json_t *saga)
{
    char since[CELLS_SPAN_SIZE];
    cells_age(members_text(saga, "started_at"), since);
    printf("%s  ", members_text(saga, "id"));
    cells_state(members_text(saga, "status"), 1);
    printf("%s%s\n", members_flag(saga, "paused") ? " (paused)" : "",
           members_flag(saga, "duplicate") ? " (it was there already)" : "");
    printf("of       %s version %lld\n", members_text(saga, "definition"),
           members_number(saga, "version"));
    if (members_text(saga, "parent")[0]) {
        printf("parent   %s\n", members_text(saga, "parent"));
    }
    const json_t *cause = json_object_get(saga, "cause");
    if (cause) {
        printf("cause    %s %s of %s%s%s\n", members_text(cause, "event"),
               members_text(cause, "id"), members_text(cause, "source"),
               members_text(cause, "saga")[0] ? ", sent by " : "", members_text(cause, "saga"));
    }
    printf("started  %s, %s ago\n", members_text(saga, "started_at"), since);
    if (members_text(saga, "ended_at")[0]) {
        printf("ended    %s\n", members_text(saga, "ended_at"));
    }
    if (members_text(saga, "waiting_for")[0]) {
        printf("waits    for %s\n", members_text(saga, "waiting_for"));
    }
    print_why(saga);
    const json_t *steps = json_object_get(saga, "steps");
    int width = members_width(steps, "step", 12);
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

void show_unsettled(const struct settings *settings, const json_t *saga)
{
    if (!value_is_settled(members_text(saga, "status"))) {
        fprintf(stderr, "not settled after %g s; it goes on: sagactl watch %s\n",
                settings->wait_seconds, members_text(saga, "id"));
    }
}

enum exit_code show_run(const struct settings *settings, const struct arguments *arguments)
{
    struct reply reply;
    enum exit_code code = http_get_saga(settings, arguments->items[0], "", &reply);
    if (code == EXIT_GOOD && settings->output == OUTPUT_TABLE) {
        show_saga(reply.body);
    } else if (code == EXIT_GOOD) {
        value_show(settings, reply.body);
    }
    http_close(&reply);
    return code;
}
