/* help.c - the tables of commands and options as people read them: on a screen, and as a man page.
 */
#include "ctl/help.h"

#include <string.h>

#include "base/check.h"
#include "ctl/option_rows.h"

enum { SCREEN = 80, INDENT = 25 };

/* Prints words from the column INDENT on, on as many lines as needed. */
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
    bool is_optional = row->form == OPTION_SECONDS;
    if (row->argument) {
        snprintf(left, sizeof(left), is_optional ? "--%s[=%s]" : "--%s %s", row->name,
                 row->argument);
    } else {
        snprintf(left, sizeof(left), "--%s", row->name);
    }
    printf("  %-*s ", INDENT - 3, left);
    print_words(row->help);
}

void help_command(const struct command *command)
{
    printf("usage: sagactl %s%s%s [OPTION...]\n\n%s\n", command->name,
           command->arguments[0] ? " " : "", command->arguments, command->help);
    bool any = false;
    for (size_t i = 0; i < option_row_count; i++) {
        if (!option_rows[i].is_global && option_row_is_of(&option_rows[i], command)) {
            printf("%s", any ? "" : "\n");
            print_option(&option_rows[i]);
            any = true;
        }
    }
    printf("\n");
    for (size_t i = 0; i < option_row_count; i++) {
        if (option_rows[i].is_global) {
            print_option(&option_rows[i]);
        }
    }
}

static const char *const exits[] = {
    [EXIT_GOOD] = "ok",         [EXIT_FAILED] = "the thing asked about failed",
    [EXIT_USAGE] = "usage",     [EXIT_NOT_FOUND] = "not found",
    [EXIT_REFUSED] = "refused", [EXIT_NO_SERVER] = "no server",
};

void help_all(const struct command_list *commands, FILE *out)
{
    fputs("usage: sagactl COMMAND [ARGUMENT...] [OPTION...]\n\n", out);
    for (uint32_t i = 0; i < commands->count; i++) {
        fprintf(out, "  %-10s %-11s %s\n", commands->items[i].name, commands->items[i].arguments,
                commands->items[i].help);
    }
    fprintf(out, "\nsagactl help COMMAND says more of one.\nExit:");
    for (size_t i = 0; i < ARRAY_COUNT(exits); i++) {
        fprintf(out, "%s %zu %s", i == 0 ? "" : i == EXIT_NOT_FOUND ? ",\n" : ",", i, exits[i]);
    }
    fprintf(out, ".\n");
}

/* ---- the same tables as a man page ---- */

/* Prints text for roff: hyphens stay hyphens, and no line looks like a request. */
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
    for (size_t i = 0; i < option_row_count; i++) {
        if (!option_rows[i].is_global && option_row_is_of(&option_rows[i], command)) {
            printf("%s\\fB\\-\\-", before);
            put_roff(option_rows[i].name);
            printf("\\fR");
            before = ", ";
        }
    }
    printf("%s", *before == ',' ? ".\n" : "");
}

/* "Of start, retry: ", when the text is not about the option of every command. */
static void print_of(const char *commands)
{
    const char *before = "Of ";
    for (const char *at = commands; at && *at; at += strspn(at, " ")) {
        size_t size = strcspn(at, " ");
        printf("%s%.*s", before, (int)size, at);
        before = ", ";
        at += size;
    }
    fputs(commands ? ": " : "", stdout);
}

static void man_options(bool global)
{
    for (size_t i = 0; i < option_row_count; i++) {
        const struct option_row *row = &option_rows[i];
        if (row->is_global != global) {
            continue;
        }
        bool optional = row->form == OPTION_SECONDS;
        printf(".TP\n\\fB\\-\\-");
        put_roff(row->name);
        printf("\\fR");
        if (row->argument) {
            printf("%s\\fI%s\\fR%s", optional ? "[=" : " ", row->argument, optional ? "]" : "");
        }
        printf("\n");
        print_of(row->of);
        put_roff(row->help);
        printf("\n");
    }
}

static void print_man(const struct command_list *commands)
{
    printf(
        ".TH SAGACTL 1 \"\" \"sagad\" \"User Commands\"\n"
        ".SH NAME\nsagactl \\- everything a person does with sagad\n"
        ".SH SYNOPSIS\n.B sagactl\n.I COMMAND\n[\\fIARGUMENT\\fR...] [\\fIOPTION\\fR...]\n"
        ".SH COMMANDS\n");
    for (uint32_t i = 0; i < commands->count; i++) {
        man_command(&commands->items[i]);
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

enum exit_code help_run(const struct settings *settings, const struct arguments *arguments)
{
    if (settings->man) {
        print_man(arguments->commands);
        return EXIT_GOOD;
    }
    if (arguments->count == 0) {
        help_all(arguments->commands, stdout);
        return EXIT_GOOD;
    }
    const struct command *command = command_find(arguments->commands, arguments->items[0]);
    if (!command) {
        fprintf(stderr, "sagactl: there is no command %s\n", arguments->items[0]);
        return EXIT_USAGE;
    }
    help_command(command);
    return EXIT_GOOD;
}

enum exit_code help_version(const struct settings *settings, const struct arguments *arguments)
{
    (void)settings;
    (void)arguments;
    printf("sagactl %s\n", SAGA_VERSION);
    return EXIT_GOOD;
}
