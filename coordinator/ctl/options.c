/* options.c - the commands and options as tables; help, the man page and completion print them. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/ctl.h"

#define VERB_OPTIONS "reason key wait output"
const struct command commands[] = {
    {"apply", "FILE...", "make a new version of a definition, or say unchanged",
     "file dry-run output", 0, 64, false, run_apply},
    {"lint", "FILE...", "check definitions, offline", "", 1, 64, false, run_lint},
    {"graph", "FILE", "draw a definition: its steps, and the way back, offline", "format", 1, 1,
     false, run_graph},
    {"drill", "FILE", "try every trouble, offline; exit 1: an effect is lost",
     "input outputs output", 1, 1, false, run_drill},
    {"start", "DEFINITION", "start a saga", "id version input labels start-at key wait output", 1,
     1, false, run_start},
    {"list", "", "sagas, newest first", "status definition parent since until limit output", 0, 0,
     true, run_list},
    {"schedules", "", "what starts by itself, and when", "output", 0, 0, true, run_schedules},
    {"show", "ID", "one saga: why it is where it is, and its steps", "output", 1, 1, false,
     run_show},
    {"history", "ID", "everything that happened to a saga", "limit output", 1, 1, true,
     run_history},
    {"watch", "ID", "follow a saga until it has settled", "", 1, 1, false, run_watch},
    {"rollback", "ID", "undo a running or parked saga, or go back to a step",
     "plan apply to pause accept yes " VERB_OPTIONS, 1, 1, false, run_rollback},
    {"reverse", "ID", "undo a completed saga, whole or some steps",
     "plan apply steps accept yes " VERB_OPTIONS, 1, 1, false, run_reverse},
    {"retry", "ID", "try again now what waits or is parked", "step input " VERB_OPTIONS, 1, 1,
     false, run_retry},
    {"resolve", "ID", "settle a step by hand", "step outcome result evidence " VERB_OPTIONS, 1, 1,
     false, run_resolve},
    {"pause", "ID", "start nothing new; what runs is recorded", VERB_OPTIONS, 1, 1, false,
     run_pause},
    {"resume", "ID", "go on after a pause", VERB_OPTIONS, 1, 1, false, run_resume},
    {"skip", "ID", "leave out a step; what needs it goes on", "step " VERB_OPTIONS, 1, 1, false,
     run_skip},
    {"approve", "ID STEP", "answer the question of a step with yes", "question " VERB_OPTIONS, 2, 2,
     false, run_approve},
    {"reject", "ID STEP", "answer it with no", "question " VERB_OPTIONS, 2, 2, false, run_reject},
    {"terminate", "ID", "give up: write off every unsettled step", "yes " VERB_OPTIONS, 1, 1, false,
     run_terminate},
    {"event", "NAME", "what has happened: wakes and starts sagas", "id source data output", 1, 1,
     false, run_event},
    {"signal", "ID EVENT", "an event for one saga alone", "data " VERB_OPTIONS, 2, 2, false,
     run_signal},
    {"webhooks", "[VERB...]", "who hears what: list dead redeliver discard enable",
     "limit reason yes output", 0, 3, true, run_webhooks},
    {"migrate", "ID", "go on under another version of the definition",
     "to-version plan yes " VERB_OPTIONS, 1, 1, false, run_migrate},
    {"token", "VERB [NAME]", "in the data folder: create, list, revoke",
     "role groups expires data output", 1, 2, false, run_token},
    {"completion", "bash", "print completion for a shell", "", 1, 1, false, run_completion},
    {"version", "", "print the version", "", 0, 0, false, run_version},
    {"help", "[COMMAND]", "this, or one command", "man", 0, 1, false, run_help},
};
const uint32_t command_count = ARRAY_COUNT(commands);

enum { WAIT_SECONDS_MAX = 3600 }; /* as long as the server would wait */

enum option_key {
    KEY_SERVER = 1000,
    KEY_TOKEN_FILE,
    KEY_YES,
    KEY_REASON,
    KEY_PLAN,
    KEY_APPLY,
    KEY_WAIT,
    KEY_INPUT,
    KEY_OUTPUTS,
    KEY_FORMAT,
    KEY_ID,
    KEY_VERSION,
    KEY_TO_VERSION,
    KEY_LABELS,
    KEY_START_AT,
    KEY_SINCE,
    KEY_UNTIL,
    KEY_STEP,
    KEY_STEPS,
    KEY_ACCEPT,
    KEY_TO,
    KEY_PAUSE,
    KEY_OUTCOME,
    KEY_RESULT,
    KEY_EVIDENCE,
    KEY_SOURCE,
    KEY_QUESTION,
    KEY_ROLE,
    KEY_GROUPS,
    KEY_EXPIRES,
    KEY_DATA,
    KEY_STATUS,
    KEY_DEFINITION,
    KEY_PARENT,
    KEY_LIMIT,
    KEY_KEY,
    KEY_DRY_RUN,
    KEY_MAN,
};

static const struct option_row {
    const char *name;
    int has_argument;
    int key;
    const char *argument;
    const char *help;
    bool is_global;
} rows[] = {
    {"output", required_argument, 'o', "FORM", "table, json or yaml; a list as csv, too (-o)",
     false},
    {"server", required_argument, KEY_SERVER, "URL",
     "where sagad listens (http://127.0.0.1:7700; SAGACTL_SERVER)", true},
    {"token-file", required_argument, KEY_TOKEN_FILE, "FILE",
     "file with the token (./sagad-data/admin.token; SAGACTL_TOKEN_FILE)", true},
    {"help", no_argument, 'h', NULL, "help on the command (-h)", true},
    {"file", required_argument, 'f', "FILE", "a definition, - for standard input (-f)", false},
    {"dry-run", no_argument, KEY_DRY_RUN, NULL, "let the server check, change nothing", false},
    {"id", required_argument, KEY_ID, "ID", "the saga's id; the same id again is the same saga",
     false},
    {"version", required_argument, KEY_VERSION, "N",
     "version of the definition, from 1; the newest if not given", false},
    {"to-version", required_argument, KEY_TO_VERSION, "N", "the version to go on under", false},
    {"input", required_argument, KEY_INPUT, "JSON", "input, or @FILE", false},
    {"outputs", required_argument, KEY_OUTPUTS, "JSON",
     "what steps answer, {\"step\": output}, or @FILE; made up if not given", false},
    {"format", required_argument, KEY_FORMAT, "FORMAT", "text, mermaid or dot", false},
    {"labels", required_argument, KEY_LABELS, "JSON", "an object of strings", false},
    {"start-at", required_argument, KEY_START_AT, "TIME",
     "not before this RFC 3339 time, or so long from now (90m)", false},
    {"status", required_argument, KEY_STATUS, "STATUS", "only these; or `unfinished`", false},
    {"definition", required_argument, KEY_DEFINITION, "NAME", "only of this definition", false},
    {"parent", required_argument, KEY_PARENT, "SAGA", "only sagas that are steps of this one",
     false},
    {"since", required_argument, KEY_SINCE, "TIME", "started since then, or so long ago (90m)",
     false},
    {"until", required_argument, KEY_UNTIL, "TIME", "started before then, or so long ago", false},
    {"limit", required_argument, KEY_LIMIT, "N", "at most so many, from 1", false},
    {"reason", required_argument, KEY_REASON, "TEXT", "why: kept in the journal (required)", false},
    {"plan", no_argument, KEY_PLAN, NULL, "only show what would be undone", false},
    {"apply", required_argument, KEY_APPLY, "DIGEST", "only if the plan is still this one", false},
    {"steps", required_argument, KEY_STEPS, "A,B", "only these steps", false},
    {"accept", required_argument, KEY_ACCEPT, "A,B", "irrevocable steps that may stay as they are",
     false},
    {"to", required_argument, KEY_TO, "STEP",
     "keep this step, undo what depends on it, go forward again", false},
    {"pause", no_argument, KEY_PAUSE, NULL, "with --to: stay paused there", false},
    {"step", required_argument, KEY_STEP, "NAME", "the step", false},
    {"outcome", required_argument, KEY_OUTCOME, "OUTCOME", "succeeded, failed, compensated or kept",
     false},
    {"result", required_argument, KEY_RESULT, "JSON", "the step's output, or @FILE", false},
    {"evidence", required_argument, KEY_EVIDENCE, "TEXT", "what shows it: a ticket, a receipt",
     false},
    {"source", required_argument, KEY_SOURCE, "TEXT", "where an event comes from (sagactl)", false},
    {"question", required_argument, KEY_QUESTION, "DIGEST",
     "only if this is what is asked; show has it with -o json", false},
    {"role", required_argument, KEY_ROLE, "ROLE", "viewer, auditor, client, operator or admin",
     false},
    {"groups", required_argument, KEY_GROUPS, "A,B", "what `role:A` in a definition means, too",
     false},
    {"expires", required_argument, KEY_EXPIRES, "WHEN", "after 90d, or at an RFC 3339 time; never",
     false},
    {"data", required_argument, KEY_DATA, "FOLDER",
     "sagad's folder (./sagad-data; SAGAD_DATA); of an event: JSON, or @FILE", false},
    {"yes", no_argument, KEY_YES, NULL, "do not ask", false},
    {"key", required_argument, KEY_KEY, "KEY", "idempotency key: the same key has its effect once",
     false},
    {"wait", optional_argument, KEY_WAIT, "SECONDS",
     "until it has settled (60, at most 3600); exit 1 when it failed", false},
    {"man", no_argument, KEY_MAN, NULL, "as a man page", false},
};

static const struct command *find(const char *name)
{
    for (uint32_t i = 0; i < command_count; i++) {
        if (strcmp(commands[i].name, name) == 0) {
            return &commands[i];
        }
    }
    return NULL;
}

/* Is the option's name one of the words? */
static bool takes(const char *words, const char *name)
{
    size_t size = strlen(name);
    for (const char *at = words; (at = strstr(at, name)) != NULL; at += size) {
        bool begins = at == words || at[-1] == ' ';
        if (begins && (at[size] == ' ' || at[size] == '\0')) {
            return true;
        }
    }
    return false;
}

enum { SCREEN = 80, INDENT = 25 };

/* Words from the column INDENT on, on as many lines as they take. */
static void print_words(const char *text)
{
    size_t column = INDENT;
    for (const char *at = text; *at; at += strspn(at, " ")) {
        size_t size = strcspn(at, " ");
        bool breaks = column > INDENT && column + size >= SCREEN;
        if (breaks) {
            printf("\n%*s", INDENT, "");
            column = INDENT;
        }
        printf("%s%.*s", column > INDENT ? " " : "", (int)size, at);
        column += size + (column > INDENT ? 1 : 0);
        at += size;
    }
    printf("\n");
}

static void print_option(const struct option_row *row)
{
    char left[40];
    snprintf(left, sizeof(left), "--%s%s%s%s", row->name,
             row->has_argument == optional_argument ? "[="
             : row->argument                        ? " "
                                                    : "",
             row->argument ? row->argument : "", row->has_argument == optional_argument ? "]" : "");
    printf("  %-*s ", INDENT - 3, left);
    print_words(row->help);
}

static void help_command(const struct command *command)
{
    printf("usage: sagactl %s%s%s [OPTION...]\n\n%s\n", command->name,
           command->arguments[0] ? " " : "", command->arguments, command->help);
    bool any = false;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        if (!rows[i].is_global && takes(command->options, rows[i].name)) {
            printf("%s", any ? "" : "\n");
            print_option(&rows[i]);
            any = true;
        }
    }
    printf("\n");
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        if (rows[i].is_global) {
            print_option(&rows[i]);
        }
    }
}

static const char *const exits[] = {
    [EXIT_GOOD] = "ok",         [EXIT_FAILED] = "the thing asked about failed",
    [EXIT_USAGE] = "usage",     [EXIT_NOT_FOUND] = "not found",
    [EXIT_REFUSED] = "refused", [EXIT_NO_SERVER] = "no server",
};

static void help_all(FILE *out)
{
    fputs("usage: sagactl COMMAND [ARGUMENT...] [OPTION...]\n\n", out);
    for (uint32_t i = 0; i < command_count; i++) {
        fprintf(out, "  %-10s %-11s %s\n", commands[i].name, commands[i].arguments,
                commands[i].help);
    }
    fprintf(out, "\nsagactl help COMMAND says more of one.\nExit:");
    for (size_t i = 0; i < ARRAY_COUNT(exits); i++) {
        fprintf(out, "%s %zu %s", i == 0 ? "" : i == EXIT_NOT_FOUND ? ",\n" : ",", i, exits[i]);
    }
    fprintf(out, ".\n");
}

/* ---- the same tables as a man page ---- */

/* As roff wants it: hyphens that may be typed, no line that looks like a request. */
static void put_roff(const char *text)
{
    fputs(*text == '.' || *text == '\'' ? "\\&" : "", stdout);
    for (; *text; text++) {
        if (*text == '-' || *text == '\\') {
            fputs(*text == '-' ? "\\-" : "\\e", stdout);
        } else {
            putchar(*text);
        }
    }
}

static void man_command(const struct command *command)
{
    printf(".TP\n.B %s", command->name);
    if (command->arguments[0]) {
        printf(" %s", command->arguments);
    }
    printf("\n");
    put_roff(command->help);
    printf("\n");
    const char *before = ".br\nTakes ";
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        if (!rows[i].is_global && takes(command->options, rows[i].name)) {
            printf("%s\\fB\\-\\-", before);
            put_roff(rows[i].name);
            printf("\\fR");
            before = ", ";
        }
    }
    printf("%s", *before == ',' ? ".\n" : "");
}

static void man_options(bool global)
{
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        const struct option_row *row = &rows[i];
        if (row->is_global != global) {
            continue;
        }
        bool optional = row->has_argument == optional_argument;
        printf(".TP\n\\fB\\-\\-");
        put_roff(row->name);
        printf("\\fR");
        if (row->argument) {
            printf("%s\\fI%s\\fR%s", optional ? "[=" : " ", row->argument, optional ? "]" : "");
        }
        printf("\n");
        put_roff(row->help);
        printf("\n");
    }
}

static void help_man(void)
{
    printf(
        ".TH SAGACTL 1 \"\" \"sagad\" \"User Commands\"\n"
        ".SH NAME\nsagactl \\- everything a person does with sagad\n"
        ".SH SYNOPSIS\n.B sagactl\n.I COMMAND\n[\\fIARGUMENT\\fR...] [\\fIOPTION\\fR...]\n"
        ".SH COMMANDS\n");
    for (uint32_t i = 0; i < command_count; i++) {
        man_command(&commands[i]);
    }
    printf(".SH OPTIONS OF EVERY COMMAND\n");
    man_options(true);
    printf(".SH OPTIONS OF SOME COMMANDS\n");
    man_options(false);
    printf(".SH EXIT STATUS\n");
    for (size_t i = 0; i < ARRAY_COUNT(exits); i++) {
        printf(".TP\n%zu\n%s\n", i, exits[i]);
    }
    printf(".SH SEE ALSO\n.BR sagad (1)\n");
}

enum exit_code run_help(const struct settings *settings, const struct arguments *arguments)
{
    if (settings->man) {
        help_man();
        return EXIT_GOOD;
    }
    if (arguments->count == 0) {
        help_all(stdout);
        return EXIT_GOOD;
    }
    const struct command *command = find(arguments->items[0]);
    if (!command) {
        fprintf(stderr, "sagactl: there is no command %s\n", arguments->items[0]);
        return EXIT_USAGE;
    }
    help_command(command);
    return EXIT_GOOD;
}

enum exit_code run_completion(const struct settings *settings, const struct arguments *arguments)
{
    (void)settings;
    if (strcmp(arguments->items[0], "bash") != 0) {
        fprintf(stderr, "sagactl: only bash is supported yet\n");
        return EXIT_USAGE;
    }
    printf(
        "_sagactl() {\n    local word=${COMP_WORDS[COMP_CWORD]} words\n"
        "    case ${COMP_WORDS[1]} in\n");
    for (uint32_t i = 0; i < command_count; i++) {
        printf("    %s) words=\"", commands[i].name);
        for (size_t k = 0; k < ARRAY_COUNT(rows); k++) {
            if (rows[k].is_global || takes(commands[i].options, rows[k].name)) {
                printf("--%s ", rows[k].name);
            }
        }
        printf("\" ;;\n");
    }
    printf("    *) words=\"");
    for (uint32_t i = 0; i < command_count; i++) {
        printf("%s ", commands[i].name);
    }
    printf(
        "\" ;;\n    esac\n    COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
        "    [[ $word == -* || $COMP_CWORD -eq 1 ]] || COMPREPLY=($(compgen -f -- \"$word\"))\n"
        "}\ncomplete -F _sagactl sagactl\n");
    return EXIT_GOOD;
}

/* ---- parsing ---- */

static bool parse_output(const char *text, enum output *output)
{
    static const char *const forms[] = {"table", "json", "yaml", "csv"};
    for (size_t i = 0; i < ARRAY_COUNT(forms); i++) {
        if (strcmp(text, forms[i]) == 0) {
            *output = (enum output)i;
            return true;
        }
    }
    return false;
}

static bool parse_wait(const char *text, struct settings *settings)
{
    char *end = NULL;
    settings->wait = true;
    settings->wait_seconds = text ? strtod(text, &end) : 60;
    bool good = settings->wait_seconds > 0 && settings->wait_seconds <= WAIT_SECONDS_MAX;
    return good && (!text || *end == '\0');
}

/* A count from 1. */
static bool parse_count(const char *text, uint32_t *count)
{
    char *end = NULL;
    unsigned long long value = strtoull(text, &end, 10);
    *count = value < UINT32_MAX ? (uint32_t)value : 0;
    return text[0] >= '1' && text[0] <= '9' && *end == '\0' && *count > 0;
}

/* Where an option with a text goes; NULL for the others. */
static const char **place_of(struct settings *settings, int key)
{
    switch (key) {
    case KEY_SERVER:
        return &settings->server;
    case KEY_TOKEN_FILE:
        return &settings->token_file;
    case KEY_REASON:
        return &settings->reason;
    case KEY_APPLY:
        return &settings->apply;
    case KEY_INPUT:
        return &settings->input;
    case KEY_OUTPUTS:
        return &settings->outputs;
    case KEY_FORMAT:
        return &settings->format;
    case KEY_ID:
        return &settings->id;
    case KEY_LABELS:
        return &settings->labels;
    case KEY_START_AT:
        return &settings->start_at;
    case KEY_SINCE:
        return &settings->since;
    case KEY_UNTIL:
        return &settings->until;
    case KEY_STEP:
        return &settings->step;
    case KEY_TO:
        return &settings->to;
    case KEY_STEPS:
        return &settings->steps;
    case KEY_ACCEPT:
        return &settings->accept;
    case KEY_OUTCOME:
        return &settings->outcome;
    case KEY_RESULT:
        return &settings->output_value;
    case KEY_EVIDENCE:
        return &settings->evidence;
    case KEY_SOURCE:
        return &settings->source;
    case KEY_QUESTION:
        return &settings->question;
    case KEY_ROLE:
        return &settings->role;
    case KEY_GROUPS:
        return &settings->groups;
    case KEY_EXPIRES:
        return &settings->expires;
    case KEY_DATA:
        return &settings->data;
    case KEY_STATUS:
        return &settings->status;
    case KEY_DEFINITION:
        return &settings->definition;
    case KEY_PARENT:
        return &settings->parent;
    case KEY_KEY:
        return &settings->key;
    default:
        return NULL;
    }
}

static bool take(struct settings *settings, int key, const char *value)
{
    const char **place = place_of(settings, key);
    if (place) {
        *place = value;
        return true;
    }
    switch (key) {
    case 'o':
        return parse_output(value, &settings->output);
    case 'f':
        if (settings->file_count == ARRAY_COUNT(settings->files)) {
            return false;
        }
        settings->files[settings->file_count++] = value;
        return true;
    case KEY_YES:
        settings->yes = true;
        return true;
    case KEY_PLAN:
        settings->plan = true;
        return true;
    case KEY_PAUSE:
        settings->pause = true;
        return true;
    case KEY_DRY_RUN:
        settings->dry_run = true;
        return true;
    case KEY_MAN:
        settings->man = true;
        return true;
    case KEY_WAIT:
        return parse_wait(value, settings);
    case KEY_LIMIT:
        return parse_count(value, &settings->limit);
    case KEY_VERSION:
        return parse_count(value, &settings->version);
    case KEY_TO_VERSION:
        return parse_count(value, &settings->to_version);
    default:
        return false;
    }
}

/* What getopt has left, and what it has seen. */
struct rest {
    int argc;
    char **argv;
    const bool *given;
    bool help;
    bool is_csv;
};

/* A command takes the options of its row and the global ones, no others. */
static bool check_options(const struct command *command, const struct rest *rest)
{
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        if (rest->given[i] && !rows[i].is_global && !takes(command->options, rows[i].name)) {
            fprintf(stderr, "sagactl: %s takes no --%s; see sagactl help %s\n", command->name,
                    rows[i].name, command->name);
            return false;
        }
    }
    if (rest->is_csv && !command->has_rows) {
        fprintf(stderr, "sagactl: %s has no csv; list, schedules, webhooks and history have\n",
                command->name);
        return false;
    }
    return true;
}

static const struct command *choose(const struct rest *rest, struct arguments *arguments,
                                    enum exit_code *code)
{
    *code = EXIT_USAGE;
    if (optind >= rest->argc) {
        *code = rest->help ? EXIT_GOOD : EXIT_USAGE;
        help_all(rest->help ? stdout : stderr);
        return NULL;
    }
    const struct command *command = find(rest->argv[optind]);
    if (!command) {
        fprintf(stderr, "sagactl: there is no command %s; see sagactl help\n", rest->argv[optind]);
        return NULL;
    }
    if (rest->help) {
        *code = EXIT_GOOD;
        help_command(command);
        return NULL;
    }
    uint32_t count = (uint32_t)(rest->argc - optind - 1);
    if (count < command->least || count > command->most) {
        bool missing = count < command->least;
        fprintf(stderr, "sagactl: %s %s %s; see sagactl help %s\n", command->name,
                missing ? "needs" : "does not expect",
                missing ? command->arguments : rest->argv[rest->argc - 1], command->name);
        return NULL;
    }
    *arguments = (struct arguments){(const char *const *)rest->argv + optind + 1, count};
    return check_options(command, rest) ? command : NULL;
}

const struct command *options_parse(int argc, char **argv, struct settings *settings,
                                    struct arguments *arguments, enum exit_code *code)
{
    struct option table[ARRAY_COUNT(rows) + 1] = {{0}};
    bool given[ARRAY_COUNT(rows)] = {false};
    bool help = false;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        table[i] = (struct option){rows[i].name, rows[i].has_argument, NULL, rows[i].key};
    }
    const char *server = getenv("SAGACTL_SERVER");
    *settings = (struct settings){.server = server ? server : "http://127.0.0.1:7700",
                                  .token_file = getenv("SAGACTL_TOKEN_FILE")};
    *code = EXIT_USAGE;
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, ":o:f:h", table, NULL)) != -1;) {
        if (c == 'h') {
            help = true;
            continue;
        }
        if (c == '?' || c == ':') {
            fprintf(stderr, "sagactl: %s %s; see sagactl help\n", argv[optind - 1],
                    c == ':' ? "needs a value" : "is not an option, or is one of several");
            return NULL;
        }
        size_t row = 0;
        while (rows[row].key != c) {
            row++;
        }
        given[row] = true;
        if (!take(settings, c, optarg)) {
            fprintf(stderr, "sagactl: --%s: '%s' is not good; %s\n", rows[row].name, optarg,
                    rows[row].help);
            return NULL;
        }
    }
    struct rest rest = {argc, argv, given, help, settings->output == OUTPUT_CSV};
    return choose(&rest, arguments, code);
}
