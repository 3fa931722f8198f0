/* completion.c - the tables of commands and options as a shell function. */
#include "ctl/completion.h"

#include <stdio.h>
#include <string.h>

#include "ctl/option_rows.h"

static void print_options(const struct command *command)
{
    for (size_t i = 0; i < option_row_count; i++) {
        if (option_row_is_of(&option_rows[i], command)) {
            printf("--%s ", option_rows[i].name);
        }
    }
}

enum exit_code completion_run(const struct settings *settings, const struct arguments *arguments)
{
    const struct command_list *commands = arguments->commands;
    (void)settings;
    if (strcmp(arguments->items[0], "bash") != 0) {
        fprintf(stderr, "sagactl: only bash is supported yet\n");
        return EXIT_USAGE;
    }
    printf(
        "_sagactl() {\n    local word=${COMP_WORDS[COMP_CWORD]} words\n"
        "    case ${COMP_WORDS[1]} in\n");
    for (uint32_t i = 0; i < commands->count; i++) {
        printf("    %s) words=\"", commands->items[i].name);
        print_options(&commands->items[i]);
        printf("\" ;;\n");
    }
    printf("    *) words=\"");
    for (uint32_t i = 0; i < commands->count; i++) {
        printf("%s ", commands->items[i].name);
    }
    printf(
        "\" ;;\n    esac\n    COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
        "    [[ $word == -* || $COMP_CWORD -eq 1 ]] || COMPREPLY=($(compgen -f -- \"$word\"))\n"
        "}\ncomplete -F _sagactl sagactl\n");
    return EXIT_GOOD;
}
