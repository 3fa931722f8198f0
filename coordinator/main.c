/* main.c - sagad: the saga transaction coordinator. */
#include <stdio.h>

#include "base/descriptors.h"
#include "base/log.h"
#include "loop.h"
#include "options_show.h"
#include "store/store_check.h"

/* A store that is not there yet is none that is damaged, and one that runs cannot be looked at. */
static int check(const struct options *options)
{
    char why[1024] = "sound";
    options_print(options, stdout);
    enum saga_error rc = store_check(options_store_path(options), why, sizeof(why));
    bool is_bad = rc != SAGA_OK && rc != SAGA_NOT_FOUND && rc != SAGA_STORE_LOCKED;
    fprintf(is_bad ? stderr : stdout, is_bad ? "sagad: %s\n" : "# the store: %s\n", why);
    return is_bad ? 1 : 0;
}

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
        return check(&options);
    }
    log_open(options.log_level, options.log_format);
    descriptors_raise();
    return loop_run(&options);
}
