/* main.c - sagad: the saga transaction coordinator. */
#include <stdio.h>

#include "base/log.h"
#include "descriptors.h"
#include "loop.h"
#include "options.h"

int main(int argc, char **argv)
{
    struct options options;
    switch (options_read(&options, argc, argv, stdout, stderr)) {
    case OPTIONS_EXIT:
        return 0;
    case OPTIONS_USAGE:
        return 2;
    case OPTIONS_BAD:
        return 1;
    case OPTIONS_RUN:
        break;
    }
    if (options.check) {
        options_print(&options, stdout);
        return 0;
    }
    log_open(options.log_level, options.log_format);
    descriptors_raise();
    return loop_run(&options);
}
