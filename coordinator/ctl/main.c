/* main.c - sagactl: everything a person does with sagad. */
#include <curl/curl.h>

#include "ctl/commands.h"
#include "ctl/options.h"

int main(int argc, char **argv)
{
    struct settings settings;
    struct arguments arguments;
    enum exit_code code;
    const struct command_line line = {argc, argv, &commands};
    const struct command *command = options_parse(&line, &settings, &arguments, &code);
    if (!command) {
        return (int)code;
    }
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        fprintf(stderr, "sagactl: out of memory\n");
        return EXIT_FAILED;
    }
    code = command->run(&settings, &arguments);
    curl_global_cleanup();
    return (int)code;
}
