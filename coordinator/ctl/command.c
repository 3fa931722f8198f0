/* command.c - looks into the rows of the table of commands. */
#include "ctl/command.h"

#include <string.h>

const struct command *command_find(const struct command_list *commands, const char *name)
{
    for (uint32_t i = 0; i < commands->count; i++) {
        if (strcmp(commands->items[i].name, name) == 0) {
            return &commands->items[i];
        }
    }
    return NULL;
}

bool command_takes(const struct command *command, const char *option)
{
    size_t size = strlen(option);
    for (const char *at = command->options; (at = strstr(at, option)) != NULL; at += size) {
        bool begins = at == command->options || at[-1] == ' ';
        if (begins && (at[size] == ' ' || at[size] == '\0')) {
            return true;
        }
    }
    return false;
}
