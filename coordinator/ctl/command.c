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

bool command_has_word(const char *words, const char *word)
{
    size_t size = strlen(word);
    for (const char *at = words; (at = strstr(at, word)) != NULL; at += size) {
        bool begins = at == words || at[-1] == ' ';
        if (begins && (at[size] == ' ' || at[size] == '\0')) {
            return true;
        }
    }
    return false;
}
