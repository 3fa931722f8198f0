/* check.c - the end of the process when a bug shows itself. */
#include "base/check.h"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void check_failed(const char *kind, const char *what, const char *file, int line)
{
    /* Not log_line: the failed check may be the log's own. */
    fprintf(stderr, "%s failed: %s, at %s:%d\n", kind, what, file, line);
    abort();
}
