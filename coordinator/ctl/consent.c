/* consent.c - questions go to stderr: stdout may be a file or a pipe. */
#include "ctl/consent.h"

#include <stdio.h>
#include <unistd.h>

enum exit_code consent_reason(const struct settings *settings)
{
    if (settings->reason && settings->reason[0]) {
        return EXIT_GOOD;
    }
    fprintf(stderr, "sagactl: say why: --reason TEXT (it is kept in the journal)\n");
    return EXIT_USAGE;
}

enum exit_code consent_possible(const struct settings *settings, const char *what)
{
    if (settings->yes || isatty(STDIN_FILENO)) {
        return EXIT_GOOD;
    }
    fprintf(stderr, "sagactl: %s; without a terminal to ask on, say --yes\n", what);
    return EXIT_USAGE;
}

enum exit_code consent_ask(const char *question)
{
    char line[16] = "";
    fprintf(stderr, "%s [y/N] ", question);
    if (fgets(line, sizeof(line), stdin) && (line[0] == 'y' || line[0] == 'Y')) {
        return EXIT_GOOD;
    }
    fprintf(stderr, "nothing was done\n");
    return EXIT_REFUSED;
}
