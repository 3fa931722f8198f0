/* option_rows.c - one row an option: its name, its value, where that goes, and what it is for. */
#include "ctl/option_rows.h"

#include "base/check.h"

#define AT(member) offsetof(struct settings, member)

const struct option_row option_rows[] = {
    {"output", OPTION_OUTPUT, AT(output), "FORM", "table, json, yaml or csv (-o)", false, 'o',
     "list schedules history webhooks"},
    {"output", OPTION_OUTPUT, AT(output), "FORM", "table, json or yaml (-o)", false, 'o',
     "apply drill start show rollback reverse retry resolve pause resume skip approve reject "
     "terminate event signal migrate token"},
    {"server", OPTION_TEXT, AT(server), "URL",
     "where sagad listens (http://127.0.0.1:7700; SAGACTL_SERVER)", true, 0, NULL},
    {"token-file", OPTION_TEXT, AT(token_file), "FILE",
     "file with the token (admin.token in the folder SAGAD_DATA, ./sagad-data or /var/lib/sagad; "
     "SAGACTL_TOKEN_FILE)",
     true, 0, NULL},
    {"help", OPTION_FLAG, AT(help), NULL, "help on the command (-h)", true, 'h', NULL},
    {"file", OPTION_FILES, AT(files), "FILE",
     "a definition, - for standard input; may be said again (-f)", false, 'f', NULL},
    {"dry-run", OPTION_FLAG, AT(dry_run), NULL, "let the server check, change nothing", false, 0,
     NULL},
    {"id", OPTION_TEXT, AT(id), "ID",
     "the saga's id; the same id again is the same saga; made if not given", false, 0, "start"},
    {"id", OPTION_TEXT, AT(id), "ID",
     "the event's id; the same id from the same source again is the same event", false, 0, "event"},
    {"version", OPTION_COUNT, AT(version), "N",
     "version of the definition, from 1; the newest if not given", false, 0, NULL},
    {"to-version", OPTION_COUNT, AT(to_version), "N", "the version to go on under (required)",
     false, 0, NULL},
    {"input", OPTION_TEXT, AT(input), "JSON", "the saga's input, or @FILE", false, 0, "start"},
    {"input", OPTION_TEXT, AT(input), "JSON", "the step's input from now on, or @FILE; with --step",
     false, 0, "retry"},
    {"input", OPTION_TEXT, AT(input), "JSON", "input of every run, or @FILE; made up if not given",
     false, 0, "drill"},
    {"outputs", OPTION_TEXT, AT(outputs), "JSON",
     "what steps answer, {\"step\": output}, or @FILE; made up if not given", false, 0, NULL},
    {"format", OPTION_TEXT, AT(format), "FORMAT", "text, mermaid or dot", false, 0, NULL},
    {"labels", OPTION_TEXT, AT(labels), "JSON", "{\"name\": \"text\"}, or @FILE", false, 0, NULL},
    {"start-at", OPTION_TEXT, AT(start_at), "TIME",
     "not before this RFC 3339 time, or so long from now (90m)", false, 0, NULL},
    {"status", OPTION_TEXT, AT(status), "STATUS",
     "running, compensating, completed, compensated, parked, terminated, or unfinished: the first "
     "two and parked",
     false, 0, NULL},
    {"definition", OPTION_TEXT, AT(definition), "NAME", "only of this definition", false, 0, NULL},
    {"parent", OPTION_TEXT, AT(parent), "SAGA", "only sagas that are steps of this one", false, 0,
     NULL},
    {"since", OPTION_TEXT, AT(since), "TIME", "started since then, or so long ago (90m)", false, 0,
     NULL},
    {"until", OPTION_TEXT, AT(until), "TIME", "started before then, or so long ago", false, 0,
     NULL},
    {"limit", OPTION_COUNT, AT(limit), "N", "at most so many, from 1 (50)", false, 0,
     "list webhooks"},
    {"limit", OPTION_COUNT, AT(limit), "N", "the first so many records, from 1 (all)", false, 0,
     "history"},
    {"reason", OPTION_TEXT, AT(reason), "TEXT", "why: kept in the journal (required)", false, 0,
     "rollback reverse retry resolve pause resume skip approve reject terminate signal migrate"},
    {"reason", OPTION_TEXT, AT(reason), "TEXT",
     "why: kept in the log (required, but for list and dead)", false, 0, "webhooks"},
    {"plan", OPTION_FLAG, AT(plan), NULL, "only show what would be undone; needs no --reason",
     false, 0, "rollback reverse"},
    {"plan", OPTION_FLAG, AT(plan), NULL, "only show what would change; needs no --reason", false,
     0, "migrate"},
    {"apply", OPTION_TEXT, AT(apply), "DIGEST", "only if the plan is still this one", false, 0,
     NULL},
    {"steps", OPTION_TEXT, AT(steps), "A,B", "only these steps", false, 0, NULL},
    {"accept", OPTION_TEXT, AT(accept), "A,B", "irrevocable steps that may stay as they are", false,
     0, NULL},
    {"to", OPTION_TEXT, AT(to), "STEP", "keep this step, undo what depends on it, go forward again",
     false, 0, NULL},
    {"pause", OPTION_FLAG, AT(pause), NULL, "with --to: stay paused there", false, 0, NULL},
    {"step", OPTION_TEXT, AT(step), "NAME",
     "only this step; every one that waits or is parked if not given", false, 0, "retry"},
    {"step", OPTION_TEXT, AT(step), "NAME", "the step (required)", false, 0, "resolve skip"},
    {"outcome", OPTION_TEXT, AT(outcome), "OUTCOME",
     "what happened: succeeded or failed; of an undo: compensated or kept (required)", false, 0,
     NULL},
    {"result", OPTION_TEXT, AT(output_value), "JSON",
     "the output of a step that succeeded, or @FILE", false, 0, NULL},
    {"evidence", OPTION_TEXT, AT(evidence), "TEXT", "what shows it: a ticket, a receipt", false, 0,
     NULL},
    {"source", OPTION_TEXT, AT(source), "TEXT", "where the event comes from (sagactl)", false, 0,
     NULL},
    {"question", OPTION_TEXT, AT(question), "DIGEST",
     "only if this is what is asked; show has it with -o json", false, 0, NULL},
    {"role", OPTION_TEXT, AT(role), "ROLE",
     "of a token that is created: viewer, auditor, client, operator or admin (required)", false, 0,
     NULL},
    {"groups", OPTION_TEXT, AT(groups), "A,B", "what `role:A` in a definition means, too", false, 0,
     NULL},
    {"expires", OPTION_TEXT, AT(expires), "WHEN", "after 90d, or at an RFC 3339 time (never)",
     false, 0, NULL},
    {"data", OPTION_TEXT, AT(data), "JSON", "what the event says, or @FILE", false, 0,
     "event signal"},
    {"data", OPTION_TEXT, AT(data), "FOLDER", "sagad's folder (./sagad-data; SAGAD_DATA)", false, 0,
     "token"},
    {"yes", OPTION_FLAG, AT(yes), NULL, "do not ask", false, 0, NULL},
    {"key", OPTION_TEXT, AT(key), "KEY", "idempotency key: the same key has its effect once", false,
     0, NULL},
    {"wait", OPTION_SECONDS, AT(wait_seconds), "SECONDS",
     "wait until it has settled, 60 s or so many up to 3600; exit 1 if it is not completed then",
     false, 0, "start retry resolve pause resume skip approve reject signal migrate"},
    {"wait", OPTION_SECONDS, AT(wait_seconds), "SECONDS",
     "wait until it has settled, 60 s or so many up to 3600; exit 1 if it is not undone then",
     false, 0, "rollback reverse"},
    {"wait", OPTION_SECONDS, AT(wait_seconds), "SECONDS",
     "wait until it has ended, 60 s or so many up to 3600", false, 0, "terminate"},
    {"man", OPTION_FLAG, AT(man), NULL, "all of them as a man page", false, 0, NULL},
};
const size_t option_row_count = ARRAY_COUNT(option_rows);
_Static_assert(ARRAY_COUNT(option_rows) <= OPTION_ROWS_MAX, "a parser has room for each");

bool option_row_is_taken(const struct option_row *row, const struct command *command)
{
    return row->is_global || command_has_word(command->options, row->name);
}

bool option_row_is_of(const struct option_row *row, const struct command *command)
{
    return option_row_is_taken(row, command) &&
           (!row->of || command_has_word(row->of, command->name));
}
