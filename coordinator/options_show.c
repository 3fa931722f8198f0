/* options_show.c - the settings that there are, and those that are in force. */
#include "options_show.h"

#include "options_settings.h"

void options_help(FILE *out)
{
    fputs(
        "usage: sagad [OPTION...]\n\n"
        "The saga coordinator. Without any option it keeps its data in ./sagad-data and\n"
        "listens on the loopback addresses only.\n\n",
        out);
    for (size_t i = 0; i < option_setting_count; i++) {
        char flag[48];
        if (option_settings[i].has_flag) {
            snprintf(flag, sizeof(flag), "--%s%s%s", option_settings[i].name,
                     option_settings[i].argument ? " " : "",
                     option_settings[i].argument ? option_settings[i].argument : "");
            fprintf(out, "  %-24s %s\n", flag, option_settings[i].help);
            if (option_settings[i].fallback[0] && option_settings[i].form != SETTING_FLAG) {
                fprintf(out, "  %-24s default %s\n", "", option_settings[i].fallback);
            }
        }
    }
    fputs(
        "  --accept-loss            go on with what is there of a damaged store; recorded\n"
        "  --check                  print the settings and where each came from, look\n"
        "                           whether the store is sound, and exit\n"
        "  --version                print the version, and exit\n"
        "  --help                   this\n\n"
        "Each has an environment variable (SAGAD_LISTEN ...) and a name in the file\n"
        "(listen: ...). A flag beats the environment, which beats the file. By file or\n"
        "environment only:\n\n",
        out);
    for (size_t i = 0; i < option_setting_count; i++) {
        if (!option_settings[i].has_flag) {
            fprintf(out, "  %-24s %s (%s)\n", option_settings[i].name, option_settings[i].help,
                    option_settings[i].fallback);
        }
    }
    fputs("  webhooks                 who is told what (file only; see webhooks.md)\n", out);
    fputs(
        "\nSIGTERM drains and exits 0: no new starts, running tasks are waited for.\n"
        "SIGHUP reads the tokens again, and logs the counters of wire and store.\n",
        out);
}

static void print_webhook(const struct webhook *hook, FILE *out)
{
    fprintf(out, "webhooks         %s %s events:", hook->name, hook->url);
    for (uint32_t i = 0; i < hook->event_count; i++) {
        fprintf(out, " %s", hook->events[i]);
    }
    fprintf(out, "%s secrets: %u timeout: %lld ms allow_private: %s file\n",
            hook->event_count == 0 ? " *" : "", hook->secret_count, (long long)hook->timeout_ms,
            hook->reach.allow_private     ? "true"
            : hook->reach.range_count > 0 ? "some ranges"
                                          : "false");
}

void options_print(const struct options *options, FILE *out)
{
    for (size_t i = 0; i < option_setting_count; i++) {
        fprintf(out, "%-16s ", option_settings[i].name);
        setting_print(options, &option_settings[i], out);
        fprintf(out, " %s\n", options->sources[i]);
    }
    for (uint32_t i = 0; i < options->webhooks.count; i++) {
        print_webhook(&options->webhooks.items[i], out);
    }
}
