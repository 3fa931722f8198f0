/* options.c - getopt finds the options, whose rows say where their values go. */
#include "ctl/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/flags.h"
#include "ctl/help.h"
#include "ctl/option_rows.h"

enum { ROW_FIRST = 1000, SECONDS_FALLBACK = 60 }; /* what getopt gives for row 0: no letter */

/* ---- values ---- */

static bool take_flag(void *place, const char *value)
{
    (void)value;
    *(bool *)place = true;
    return true;
}

static bool take_text(void *place, const char *value)
{
    *(const char **)place = value;
    return true;
}

static bool take_count(void *place, const char *value)
{
    char *end = NULL;
    unsigned long long number = strtoull(value, &end, 10);
    uint32_t count = number < UINT32_MAX ? (uint32_t)number : 0;
    *(uint32_t *)place = count;
    return value[0] >= '1' && value[0] <= '9' && *end == '\0' && count > 0;
}

static bool take_output(void *place, const char *value)
{
    static const char *const forms[] = {"table", "json", "yaml", "csv"};
    for (size_t i = 0; i < ARRAY_COUNT(forms); i++) {
        if (strcmp(value, forms[i]) == 0) {
            *(enum output *)place = (enum output)i;
            return true;
        }
    }
    return false;
}

static bool take_more_text(void *place, const char *value)
{
    struct texts *texts = place;
    if (texts->count == ARRAY_COUNT(texts->items)) {
        return false;
    }
    texts->items[texts->count++] = value;
    return true;
}

static bool take_seconds(void *place, const char *value)
{
    char *end = NULL;
    double seconds = value ? strtod(value, &end) : SECONDS_FALLBACK;
    *(double *)place = seconds;
    return seconds > 0 && seconds <= OPTION_SECONDS_MAX && (!value || *end == '\0');
}

/* false: the value is not good. */
static const struct {
    int has_argument; /* as getopt has it */
    bool (*take)(void *place, const char *value);
} forms[OPTION_FORM_COUNT] = {
    [OPTION_FLAG] = {no_argument, take_flag},
    [OPTION_TEXT] = {required_argument, take_text},
    [OPTION_COUNT] = {required_argument, take_count},
    [OPTION_OUTPUT] = {required_argument, take_output},
    [OPTION_TEXTS] = {required_argument, take_more_text},
    [OPTION_SECONDS] = {optional_argument, take_seconds},
};

/* ---- what was given, and for which command ---- */

/* What getopt has seen, and left. */
struct parsed {
    const struct command_line *line;
    const struct settings *settings;
    bool given[OPTION_ROWS_MAX]; /* by row */
};

/* A command takes the options of its row and the global ones, no others. */
static bool check_options(const struct command *command, const struct parsed *parsed)
{
    for (size_t i = 0; i < option_row_count; i++) {
        if (parsed->given[i] && !option_row_is_taken(&option_rows[i], command)) {
            fprintf(stderr, "sagactl: %s takes no --%s; see sagactl help %s\n", command->name,
                    option_rows[i].name, command->name);
            return false;
        }
    }
    if (parsed->settings->output == OUTPUT_CSV && !command->has_rows) {
        fprintf(stderr, "sagactl: %s has no csv; list, schedules, webhooks and history have\n",
                command->name);
        return false;
    }
    return true;
}

/* --wait takes its seconds after `=` alone: --wait 30 leaves an argument too many. */
static bool is_after_wait(const struct parsed *parsed, const char *argument)
{
    return parsed->settings->wait_seconds > 0 && argument[strspn(argument, "0123456789.")] == '\0';
}

static bool check_arguments(const struct command *command, const struct parsed *parsed,
                            const struct arguments *arguments)
{
    bool missing = arguments->count < command->least;
    const char *last = arguments->count > 0 ? arguments->items[arguments->count - 1] : "";
    if (arguments->count > command->most && is_after_wait(parsed, last)) {
        fprintf(stderr, "sagactl: %s does not expect %s; did you mean --wait=%s?\n", command->name,
                last, last);
        return false;
    }
    if (missing || arguments->count > command->most) {
        fprintf(stderr, "sagactl: %s %s %s; see sagactl help %s\n", command->name,
                missing ? "needs" : "does not expect", missing ? command->arguments : last,
                command->name);
        return false;
    }
    return true;
}

static const struct command *choose(const struct parsed *parsed, struct arguments *arguments,
                                    enum exit_code *code)
{
    const struct command_line *line = parsed->line;
    bool help = parsed->settings->help;
    *code = help ? EXIT_GOOD : EXIT_USAGE;
    if (optind >= line->argc) {
        help_all(line->commands, help ? stdout : stderr);
        return NULL;
    }
    const struct command *command = command_find(line->commands, line->argv[optind]);
    if (!command) {
        *code = EXIT_USAGE;
        fprintf(stderr, "sagactl: there is no command %s; see sagactl help\n", line->argv[optind]);
        return NULL;
    }
    if (help) {
        help_command(command);
        return NULL;
    }
    *arguments = (struct arguments){(const char *const *)line->argv + optind + 1,
                                    (uint32_t)(line->argc - optind - 1), line->commands};
    bool is_good = check_arguments(command, parsed, arguments) && check_options(command, parsed);
    return is_good ? command : NULL;
}

/* ---- the command line ---- */

/* The row of what getopt has found; row_count when it has found no option. */
static size_t row_of(int c)
{
    size_t row = c >= ROW_FIRST ? (size_t)(c - ROW_FIRST) : 0;
    while (c < ROW_FIRST && row < option_row_count && option_rows[row].letter != c) {
        row++;
    }
    return row;
}

/* Of `-xy` getopt names the letter alone, of --name=value for a flag without one its row. */
static void complain(const char *word, int c)
{
    size_t row = row_of(optopt);
    bool has_row = optopt != 0 && row < option_row_count;
    if (c == ':') {
        fprintf(stderr, "sagactl: %s needs a value; see sagactl help\n", word);
    } else if (optopt >= ROW_FIRST && has_row) {
        fprintf(stderr, "sagactl: --%s takes no value; see sagactl help\n", option_rows[row].name);
    } else if (optopt > ' ' && optopt <= '~') {
        fprintf(stderr, "sagactl: -%c is not an option; see sagactl help\n", optopt);
    } else {
        fprintf(stderr, "sagactl: %s is not an option; see sagactl help\n", word);
    }
}

/* false after saying what is wrong with the option. */
static bool take(struct settings *settings, const struct option_row *row, const char *value)
{
    if (forms[row->form].take((uint8_t *)settings + row->offset, value)) {
        return true;
    }
    fprintf(stderr, "sagactl: --%s: '%s' is not good; %s\n", row->name, value, row->help);
    return false;
}

/* As getopt wants it: one row a name. */
static void make_table(struct option table[OPTION_ROWS_MAX + 1])
{
    size_t count = 0;
    for (size_t i = 0; i < option_row_count; i++) {
        const struct option_row *row = &option_rows[i];
        bool is_again = count > 0 && strcmp(table[count - 1].name, row->name) == 0;
        if (!is_again) {
            table[count++] =
                (struct option){row->name, forms[row->form].has_argument, NULL, ROW_FIRST + (int)i};
        }
    }
}

/* false after saying which option is wrong. */
static bool take_all(struct parsed *parsed, struct settings *settings)
{
    const struct command_line *line = parsed->line;
    struct option table[OPTION_ROWS_MAX + 1] = {{0}};
    make_table(table);
    opterr = 0;
    for (int c; (c = getopt_long(line->argc, line->argv, ":o:f:h", table, NULL)) != -1;) {
        if (c == '?' || c == ':') {
            complain(line->argv[optind - 1], c);
            return false;
        }
        const struct option_row *row = &option_rows[row_of(c)];
        bool is_long = c >= ROW_FIRST;
        parsed->given[row_of(c)] = true;
        if ((is_long && !flags_is_whole("sagactl", line->argv, row->name)) ||
            !take(settings, row, optarg)) {
            return false;
        }
    }
    return true;
}

const struct command *options_parse(const struct command_line *line, struct settings *settings,
                                    struct arguments *arguments, enum exit_code *code)
{
    struct parsed parsed = {.line = line, .settings = settings};
    const char *server = getenv("SAGACTL_SERVER");
    *settings = (struct settings){.server = server ? server : "http://127.0.0.1:7700",
                                  .token_file = getenv("SAGACTL_TOKEN_FILE")};
    *code = EXIT_USAGE;
    return take_all(&parsed, settings) ? choose(&parsed, arguments, code) : NULL;
}
