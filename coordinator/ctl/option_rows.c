/* option_rows.c - one row an option: its name, its value, where that goes, and what it is for. */
#include "ctl/option_rows.h"

#include "base/check.h"

#define AT(member) offsetof(struct settings, member)

const struct option_row option_rows[] = {
    {"output", OPTION_OUTPUT, AT(output), "FORM", "table, json or yaml; a list as csv, too (-o)",
     false, 'o'},
    {"server", OPTION_TEXT, AT(server), "URL",
     "where sagad listens (http://127.0.0.1:7700; SAGACTL_SERVER)", true, 0},
    {"token-file", OPTION_TEXT, AT(token_file), "FILE",
     "file with the token (./sagad-data/admin.token; SAGACTL_TOKEN_FILE)", true, 0},
    {"help", OPTION_FLAG, AT(help), NULL, "help on the command (-h)", true, 'h'},
    {"file", OPTION_FILES, AT(files), "FILE", "a definition, - for standard input (-f)", false,
     'f'},
    {"dry-run", OPTION_FLAG, AT(dry_run), NULL, "let the server check, change nothing", false, 0},
    {"id", OPTION_TEXT, AT(id), "ID", "the saga's id; the same id again is the same saga", false,
     0},
    {"version", OPTION_COUNT, AT(version), "N",
     "version of the definition, from 1; the newest if not given", false, 0},
    {"to-version", OPTION_COUNT, AT(to_version), "N", "the version to go on under", false, 0},
    {"input", OPTION_TEXT, AT(input), "JSON", "input, or @FILE", false, 0},
    {"outputs", OPTION_TEXT, AT(outputs), "JSON",
     "what steps answer, {\"step\": output}, or @FILE; made up if not given", false, 0},
    {"format", OPTION_TEXT, AT(format), "FORMAT", "text, mermaid or dot", false, 0},
    {"labels", OPTION_TEXT, AT(labels), "JSON", "an object of strings", false, 0},
    {"start-at", OPTION_TEXT, AT(start_at), "TIME",
     "not before this RFC 3339 time, or so long from now (90m)", false, 0},
    {"status", OPTION_TEXT, AT(status), "STATUS", "only these; or `unfinished`", false, 0},
    {"definition", OPTION_TEXT, AT(definition), "NAME", "only of this definition", false, 0},
    {"parent", OPTION_TEXT, AT(parent), "SAGA", "only sagas that are steps of this one", false, 0},
    {"since", OPTION_TEXT, AT(since), "TIME", "started since then, or so long ago (90m)", false, 0},
    {"until", OPTION_TEXT, AT(until), "TIME", "started before then, or so long ago", false, 0},
    {"limit", OPTION_COUNT, AT(limit), "N", "at most so many, from 1", false, 0},
    {"reason", OPTION_TEXT, AT(reason), "TEXT", "why: kept in the journal (required)", false, 0},
    {"plan", OPTION_FLAG, AT(plan), NULL, "only show what would be undone", false, 0},
    {"apply", OPTION_TEXT, AT(apply), "DIGEST", "only if the plan is still this one", false, 0},
    {"steps", OPTION_TEXT, AT(steps), "A,B", "only these steps", false, 0},
    {"accept", OPTION_TEXT, AT(accept), "A,B", "irrevocable steps that may stay as they are", false,
     0},
    {"to", OPTION_TEXT, AT(to), "STEP", "keep this step, undo what depends on it, go forward again",
     false, 0},
    {"pause", OPTION_FLAG, AT(pause), NULL, "with --to: stay paused there", false, 0},
    {"step", OPTION_TEXT, AT(step), "NAME", "the step", false, 0},
    {"outcome", OPTION_TEXT, AT(outcome), "OUTCOME", "succeeded, failed, compensated or kept",
     false, 0},
    {"result", OPTION_TEXT, AT(output_value), "JSON", "the step's output, or @FILE", false, 0},
    {"evidence", OPTION_TEXT, AT(evidence), "TEXT", "what shows it: a ticket, a receipt", false, 0},
    {"source", OPTION_TEXT, AT(source), "TEXT", "where an event comes from (sagactl)", false, 0},
    {"question", OPTION_TEXT, AT(question), "DIGEST",
     "only if this is what is asked; show has it with -o json", false, 0},
    {"role", OPTION_TEXT, AT(role), "ROLE", "viewer, auditor, client, operator or admin", false, 0},
    {"groups", OPTION_TEXT, AT(groups), "A,B", "what `role:A` in a definition means, too", false,
     0},
    {"expires", OPTION_TEXT, AT(expires), "WHEN", "after 90d, or at an RFC 3339 time; never", false,
     0},
    {"data", OPTION_TEXT, AT(data), "FOLDER",
     "sagad's folder (./sagad-data; SAGAD_DATA); of an event: JSON, or @FILE", false, 0},
    {"yes", OPTION_FLAG, AT(yes), NULL, "do not ask", false, 0},
    {"key", OPTION_TEXT, AT(key), "KEY", "idempotency key: the same key has its effect once", false,
     0},
    {"wait", OPTION_SECONDS, AT(wait_seconds), "SECONDS",
     "until it has settled (60, at most 3600); exit 1 when it failed", false, 0},
    {"man", OPTION_FLAG, AT(man), NULL, "as a man page", false, 0},
};
const size_t option_row_count = ARRAY_COUNT(option_rows);
_Static_assert(ARRAY_COUNT(option_rows) <= OPTION_ROWS_MAX, "a parser has room for each");

bool option_row_is_of(const struct option_row *row, const struct command *command)
{
    return row->is_global || command_takes(command, row->name);
}
