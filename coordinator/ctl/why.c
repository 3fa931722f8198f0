/* why.c - one line for each step that is not at rest, and the commands that would move it on.
 *
 * A step and its undo have the same members (status, attempts, error, retry_at, attempt), the
 * undo's in `compensation`: both are a call here. */
#include "ctl/why.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "ctl/cells.h"
#include "ctl/members.h"
#include "ctl/values.h"

enum { SHOWN_MAX = 20 }; /* steps: of a fan-out there may be thousands */

struct subject {
    FILE *out;
    int64_t now_ms;
    const json_t *saga;
    const json_t *step;
    const json_t *call; /* the step, or its compensation */
    bool of_undo;
};

/* ---- words ---- */

static void label(const struct subject *s, const char *word)
{
    fprintf(s->out, "%-9s", word);
}

/* "hotel", "undo of hotel" */
static void print_name(const struct subject *s)
{
    fprintf(s->out, "%s%s", s->of_undo ? "undo of " : "", members_text(s->step, "step"));
}

/* "2026-11-24T04:52:30.123Z, in 5m" */
static void print_time(const struct subject *s, const char *at)
{
    char span[CELLS_SPAN_SIZE];
    double ahead = cells_seconds(at) - (double)s->now_ms / 1000;
    cells_span(ahead < 0 ? -ahead : ahead, span);
    fprintf(s->out, "%s, %s%s%s", at, ahead < 0 ? "" : "in ", span, ahead < 0 ? " ago" : "");
}

static void print_since(const struct subject *s, const char *before, const char *at)
{
    char span[CELLS_SPAN_SIZE];
    if (at[0]) {
        cells_span((double)s->now_ms / 1000 - cells_seconds(at), span);
        fprintf(s->out, "%s%s", before, span);
    }
}

/* ": no_rooms: all taken" */
static void print_error(const struct subject *s)
{
    const json_t *error = json_object_get(s->call, "error");
    const char *const words[] = {members_text(error, "code"), members_text(error, "message")};
    for (size_t i = 0; i < ARRAY_COUNT(words); i++) {
        fprintf(s->out, "%s%s", words[i][0] ? ": " : "", words[i]);
    }
}

static void end(const struct subject *s)
{
    fputc('\n', s->out);
}

/* A command about the step. To a shell the brackets of an item are a pattern. */
static void print_command(const struct subject *s, const char *word, const char *verb,
                          const char *more)
{
    const char *name = members_text(s->step, "step");
    const char *quote = strchr(name, '[') ? "'" : "";
    label(s, word);
    fprintf(s->out, "sagactl %s %s --step %s%s%s%s --reason WHY\n", verb,
            members_text(s->saga, "id"), quote, name, quote, more);
}

/* ---- what a call does ---- */

/* ", for 12s, of which 18s are left, last heard of 3s ago: DETAILS" */
static void print_attempt(const struct subject *s, const json_t *attempt)
{
    const char *until = members_text(attempt, "times_out_at");
    const char *heard = members_text(attempt, "heartbeat_at");
    char *details = value_text(json_object_get(attempt, "details"));
    const char *place = members_text(attempt, "instance");
    fprintf(s->out, "%s%s", place[0] ? " at " : "", place);
    print_since(s, ", for ", members_text(attempt, "sent_at"));
    if (until[0]) {
        const char *limit = members_text(attempt, "time_out");
        fprintf(s->out, "; %s ends at ", limit[0] ? limit : "its time");
        print_time(s, until);
    }
    print_since(s, "; last heard of ", heard);
    fprintf(s->out, "%s%s%s", heard[0] ? " ago" : "", details ? ": " : "", details ? details : "");
    free(details);
}

static void print_running(const struct subject *s)
{
    const json_t *attempt = json_object_get(s->call, "attempt");
    const char *action = members_text(attempt ? attempt : s->call, "action");
    bool is_check = strcmp(members_text(attempt, "kind"), "check") == 0;
    bool is_sent = members_text(attempt, "sent_at")[0] != '\0';
    label(s, attempt && !is_sent ? "waits" : is_check ? "asks" : "runs");
    print_name(s);
    fprintf(s->out, "%s%s%s", is_check ? ", whether it happened" : "", action[0] ? ": " : "",
            action);
    if (is_sent) {
        print_attempt(s, attempt);
    } else if (attempt) {
        bool is_alone = members_flag(attempt, "nobody_serves");
        print_since(s, ", not taken for ", members_text(attempt, "intended_at"));
        fprintf(s->out, is_alone ? ": nobody serves it" : ": whoever serves it is busy");
    } else if (!s->of_undo) {
        print_since(s, ", for ", members_text(s->step, "started_at"));
    }
    end(s);
}

static void print_retrying(const struct subject *s)
{
    const char *at = members_text(s->call, "retry_at");
    label(s, "waits");
    print_name(s);
    fprintf(s->out, " is retrying");
    print_error(s);
    if (at[0]) {
        fprintf(s->out, "; try %lld at ", members_number(s->call, "attempts") + 1);
        print_time(s, at);
    }
    end(s);
}

static void print_in_doubt(const struct subject *s)
{
    const char *at = members_text(s->call, "retry_at");
    label(s, "doubt");
    print_name(s);
    fprintf(s->out, " may have happened");
    print_error(s);
    if (at[0]) {
        fprintf(s->out, "; asked again at ");
        print_time(s, at);
    }
    end(s);
}

static void print_parked(const struct subject *s)
{
    bool in_doubt = members_flag(s->call, "in_doubt");
    label(s, "waits");
    print_name(s);
    fprintf(s->out, " is parked");
    print_error(s);
    fprintf(s->out, "%s\n", in_doubt ? "; it may have happened" : "");
    print_command(s, "do", "retry", "");
    print_command(s, "or", "resolve",
                  s->of_undo ? " --outcome compensated|kept" : " --outcome succeeded|failed");
}

/* ---- what a step waits for ---- */

static void print_until(const struct subject *s, const char *before)
{
    const char *until = members_text(s->step, "waiting_until");
    if (until[0]) {
        fputs(before, s->out);
        print_time(s, until);
    }
    end(s);
}

static void print_question(const struct subject *s)
{
    const json_t *approval = json_object_get(s->step, "approval");
    const json_t *who = json_object_get(approval, "who");
    const char *id = members_text(s->saga, "id");
    const char *name = members_text(s->step, "step");
    char *show = value_text(json_object_get(approval, "show"));
    label(s, "asks");
    fprintf(s->out, "%s: %s\n", name, members_text(approval, "question"));
    if (show) {
        label(s, "shows");
        fprintf(s->out, "%s\n", show);
    }
    free(show);
    label(s, "of");
    for (size_t i = 0; i < json_array_size(who); i++) {
        fprintf(s->out, "%s%s", i > 0 ? ", " : "", json_string_value(json_array_get(who, i)));
    }
    print_until(s, "; until ");
    label(s, "do");
    fprintf(s->out, "sagactl approve %s %s --reason WHY    or reject\n", id, name);
}

static void print_event(const struct subject *s)
{
    const json_t *event = json_object_get(s->step, "event");
    const char *name = members_text(event, "name");
    const char *match = members_text(event, "match");
    label(s, "waits");
    print_name(s);
    fprintf(s->out, ": for %s%s", name[0] ? "the event " : "an event", name);
    fprintf(s->out, "%s%s", match[0] ? " where " : "", match);
    print_until(s, ", until ");
    label(s, "do");
    fprintf(s->out, "sagactl signal %s %s --data JSON --reason WHY\n", members_text(s->saga, "id"),
            name[0] ? name : "EVENT");
}

static void print_timer(const struct subject *s)
{
    label(s, "sleeps");
    print_name(s);
    print_until(s, " until ");
}

static void print_child(const struct subject *s)
{
    const char *child = members_text(s->step, "child");
    const char *code = members_text(json_object_get(s->step, "error"), "code");
    bool is_parked = strcmp(code, "child_parked") == 0;
    label(s, "waits");
    print_name(s);
    fprintf(s->out, is_parked ? ": its saga %s is parked" : ": for its saga %s", child);
    print_until(s, ", until ");
    label(s, "see");
    fprintf(s->out, "sagactl show %s\n", child);
}

static void print_waiting(const struct subject *s)
{
    static const struct {
        const char *word;
        void (*print)(const struct subject *s);
    } kinds[] = {{"approval", print_question},
                 {"event", print_event},
                 {"timer", print_timer},
                 {"saga", print_child}};
    const char *word = members_text(s->step, "waiting_for");
    for (size_t i = 0; i < ARRAY_COUNT(kinds); i++) {
        if (strcmp(kinds[i].word, word) == 0) {
            kinds[i].print(s);
            return;
        }
    }
    label(s, "waits");
    print_name(s);
    fprintf(s->out, ": for %s", word[0] ? word : "something");
    print_until(s, ", until ");
}

/* ---- the whole ---- */

static const struct {
    const char *status;
    void (*print)(const struct subject *s);
} rows[] = {{"running", print_running},
            {"retrying", print_retrying},
            {"in_doubt", print_in_doubt},
            {"waiting", print_waiting},
            {"parked", print_parked}};

/* false: the call is at rest. */
static bool print_call(const struct subject *s)
{
    const char *status = members_text(s->call, "status");
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        if (strcmp(rows[i].status, status) == 0) {
            rows[i].print(s);
            return true;
        }
    }
    return false;
}

/* The undo, once there is one at work, says more than the step. Of a fan-out its items speak. */
static bool print_step(struct subject *s, const json_t *step)
{
    s->step = step;
    s->call = json_object_get(step, "compensation");
    s->of_undo = true;
    if (json_object_get(step, "items")) {
        return false;
    }
    if (print_call(s)) {
        return true;
    }
    s->call = step;
    s->of_undo = false;
    return print_call(s);
}

/* Past the pivot a step that a person settled as anything but succeeded parks the saga. */
static void print_settled(struct subject *s, const json_t *step)
{
    if (strcmp(members_text(step, "status"), "resolved") == 0) {
        s->step = step;
        s->of_undo = false;
        label(s, "waits");
        print_name(s);
        fprintf(s->out, " was settled by a person, and nothing goes on from there\n");
        print_command(s, "do", "retry", "");
        print_command(s, "or", "skip", "");
        print_command(s, "or", "resolve", " --outcome succeeded|failed");
    }
}

static void print_steps(struct subject *s)
{
    const json_t *steps = json_object_get(s->saga, "steps");
    size_t shown = 0;
    for (size_t i = 0; i < json_array_size(steps); i++) {
        if (shown == SHOWN_MAX) {
            fprintf(s->out, "         and others: see the steps that have not ended\n");
            return;
        }
        shown += print_step(s, json_array_get(steps, i)) ? 1 : 0;
    }
    bool is_parked = strcmp(members_text(s->saga, "status"), "parked") == 0;
    for (size_t i = 0; i < json_array_size(steps) && is_parked && shown == 0; i++) {
        print_settled(s, json_array_get(steps, i));
    }
}

static void print_reason(const struct subject *s)
{
    const json_t *reason = json_object_get(s->saga, "reason");
    const char *step = members_text(reason, "step");
    const char *message = members_text(reason, "message");
    const char *actor = members_text(reason, "actor");
    if (json_is_object(reason)) {
        label(s, "because");
        fprintf(s->out, "%s%s%s", step, step[0] ? " failed: " : "", members_text(reason, "code"));
        fprintf(s->out, "%s%s", message[0] ? ": " : "", message);
        fprintf(s->out, "%s%s\n", actor[0] ? ", by " : "", actor);
    }
}

static void print_alerts(const struct subject *s)
{
    const json_t *alerts = json_object_get(s->saga, "alerts");
    for (size_t i = 0; i < json_array_size(alerts); i++) {
        const json_t *alert = json_array_get(alerts, i);
        const char *step = members_text(alert, "step");
        const char *since = members_text(alert, "since");
        label(s, "alert");
        fprintf(s->out, "%s%s%s", members_text(alert, "code"), step[0] ? " of " : "", step);
        if (since[0]) {
            fprintf(s->out, " since ");
            print_time(s, since);
        }
        end(s);
    }
}

/* Nothing is known of its steps. */
static void print_unreadable(const struct subject *s)
{
    const json_t *flaw = json_object_get(s->saga, "unreadable");
    long long record = members_number(flaw, "record");
    long long row = members_number(flaw, "row");
    if (!json_is_object(flaw)) {
        return;
    }
    label(s, "broken");
    fputs(members_text(flaw, "why"), s->out);
    if (record > 0) {
        fprintf(s->out, "; record %lld is the first that cannot be read", record);
    }
    if (row > 0) {
        fprintf(s->out, "; row %lld of the journal", row);
    }
    end(s);
    label(s, "so");
    fprintf(s->out, "it is set aside: nothing happens to it, the other sagas go on\n");
    label(s, "do");
    fprintf(s->out, "stop sagad, restore the store from a backup, start sagad\n");
}

/* What the saga as a whole waits for; of steps that wait, more is told below. */
static void print_wait(const struct subject *s)
{
    static const char *const words[][2] = {
        {"concurrency", "its concurrency key, which another saga holds"},
        {"start_at", "the time of its start"}};
    const char *word = members_text(s->saga, "waiting_for");
    const char *what = NULL;
    const char *at = members_text(s->saga, "start_at");
    bool is_early = strcmp(word, "start_at") == 0 && at[0];
    for (size_t i = 0; i < ARRAY_COUNT(words); i++) {
        what = strcmp(words[i][0], word) == 0 ? words[i][1] : what;
    }
    if (!what) {
        return;
    }
    label(s, "waits");
    fprintf(s->out, "for %s%s", what, is_early ? ": " : "");
    if (is_early) {
        print_time(s, at);
    }
    end(s);
}

/* Until when it may go on like this. */
static void print_limits(const struct subject *s)
{
    const char *deadline = members_text(s->saga, "deadline");
    bool is_running = strcmp(members_text(s->saga, "status"), "running") == 0;
    if (members_flag(s->saga, "paused")) {
        label(s, "paused");
        fprintf(s->out, "nothing new begins; to go on: sagactl resume %s --reason WHY\n",
                members_text(s->saga, "id"));
    }
    if (is_running && deadline[0]) {
        label(s, "time-out");
        print_time(s, deadline);
        end(s);
    }
}

void why_print(FILE *out, const json_t *saga, int64_t now_ms)
{
    struct subject subject = {.out = out, .now_ms = now_ms, .saga = saga};
    print_reason(&subject);
    print_alerts(&subject);
    print_unreadable(&subject);
    print_limits(&subject);
    print_wait(&subject);
    print_steps(&subject);
}
