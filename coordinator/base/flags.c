/* flags.c - finds the word that getopt_long() has just read: its value may be the next word. */
#include "base/flags.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

bool flags_is_whole(const char *program, char *const argv[], const char *name)
{
    bool has_next = optarg && optarg == argv[optind - 1];
    const char *word = argv[has_next ? optind - 2 : optind - 1] + strlen("--");
    size_t size = strcspn(word, "=");
    if (size == strlen(name)) {
        return true;
    }
    fprintf(stderr, "%s: --%.*s is not an option; did you mean --%s?\n", program, (int)size, word,
            name);
    return false;
}
