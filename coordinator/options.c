/* options.c - defaults, file, environment and flags, in the order in which one beats the other. */
#include "options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/flags.h"
#include "options_check.h"
#include "options_file.h"
#include "options_settings.h"
#include "options_show.h"

static bool set(struct options *options, size_t index, const char *text, const char *source,
                FILE *err)
{
    struct setting_why why;
    const char *wrong = setting_parse(options, &option_settings[index], text, &why);
    if (wrong) {
        fprintf(err, "sagad: %s: %s %s, not '%s'\n", source, option_settings[index].name, wrong,
                text);
        return false;
    }
    options->sources[index] = source;
    return true;
}

/* ---- the environment ---- */

static void variable_of(const struct setting *setting, char *name, size_t size)
{
    snprintf(name, size, "SAGAD_%s", setting->name);
    for (char *c = name; *c; c++) {
        *c = *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c;
    }
}

static bool read_environment(struct options *options, FILE *err)
{
    bool ok = true;
    for (size_t i = SETTING_CONFIG + 1; i < option_setting_count; i++) {
        char name[64];
        variable_of(&option_settings[i], name, sizeof(name));
        const char *text = getenv(name);
        if (text && *text) {
            ok = set(options, i, text, "environment", err) && ok;
        }
    }
    return ok;
}

/* ---- flags ---- */

enum { OPT_CHECK = 1000, OPT_ACCEPT_LOSS, OPT_VERSION, OPT_HELP };

/* Flags are parsed in two passes: the first only to find --config. */
struct command_line {
    int argc;
    char **argv;
    FILE *out;
    FILE *err;
};

/* Of `-xy` getopt names the letter alone. No flag of sagad is a letter. */
static void complain_of_flag(const char *flag, int c, FILE *err)
{
    if (optopt > ' ' && optopt <= '~') {
        fprintf(err, "sagad: -%c is not an option; see --help\n", optopt);
        return;
    }
    fprintf(err, "sagad: %s %s; see --help\n", flag,
            c == ':'      ? "needs a value"
            : optopt != 0 ? "takes no value"
                          : "is not an option");
}

/* Makes the table that getopt wants. getopt gives i + 1 for row i: 0 is what it gives for options
 * that it has dealt with itself. */
static void make_table(struct option table[OPTIONS_COUNT_MAX + 5])
{
    size_t count = 0;
    for (size_t i = 0; i < option_setting_count; i++) {
        const struct setting *setting = &option_settings[i];
        if (setting->has_flag) {
            table[count++] = (struct option){
                setting->name, setting->form == SETTING_FLAG ? no_argument : required_argument,
                NULL, (int)i + 1};
        }
    }
    table[count++] = (struct option){"accept-loss", no_argument, NULL, OPT_ACCEPT_LOSS};
    table[count++] = (struct option){"check", no_argument, NULL, OPT_CHECK};
    table[count++] = (struct option){"version", no_argument, NULL, OPT_VERSION};
    table[count++] = (struct option){"help", no_argument, NULL, OPT_HELP};
}

static enum options_outcome read_flags(struct options *options, const struct command_line *line,
                                       bool all)
{
    struct option table[OPTIONS_COUNT_MAX + 5] = {{0}};
    bool ok = true;
    int at = 0;
    make_table(table);
    optind = 0;
    opterr = 0;
    for (int c; (c = getopt_long(line->argc, line->argv, ":", table, &at)) != -1;) {
        bool is_known = c != '?' && c != ':';
        if (is_known && !flags_is_whole("sagad", line->argv, table[at].name)) {
            return OPTIONS_USAGE;
        }
        if (c == OPT_HELP) {
            options_help(line->out);
            return OPTIONS_EXIT;
        }
        if (c == OPT_VERSION) {
            fprintf(line->out, "sagad %s\n", SAGAD_VERSION);
            return OPTIONS_EXIT;
        }
        if (c == '?' || c == ':') {
            complain_of_flag(line->argv[optind - 1], c, line->err);
            return OPTIONS_USAGE;
        }
        if (c == OPT_CHECK) {
            options->check = true;
        } else if (c == OPT_ACCEPT_LOSS) {
            options->accept_loss = true;
        } else if (all || c == SETTING_CONFIG + 1) {
            const char *text = optarg ? optarg : "true";
            ok = set(options, (size_t)c - 1, text, "flag", line->err) && ok;
        }
    }
    if (optind < line->argc) {
        fprintf(line->err, "sagad: %s is not expected; see --help\n", line->argv[optind]);
        return OPTIONS_USAGE;
    }
    return ok ? OPTIONS_RUN : OPTIONS_USAGE;
}

/* ---- all of them ---- */

/* The file is named by a flag or the environment, and read before both. */
static bool read_file(struct options *options, FILE *err)
{
    const char *config = getenv("SAGAD_CONFIG");
    bool is_named = options->config[0] != '\0';
    if (!is_named && config && *config) {
        is_named = set(options, SETTING_CONFIG, config, "environment", err);
        if (!is_named) {
            return false;
        }
    }
    return !is_named || options_file_read(options, err);
}

const char *options_store_path(const struct options *options)
{
    PRE(strncmp(options->store, OPTIONS_SQLITE, strlen(OPTIONS_SQLITE)) == 0);
    return options->store + strlen(OPTIONS_SQLITE);
}

enum options_outcome options_read(struct options *options, int argc, char **argv, FILE *out,
                                  FILE *err)
{
    const struct command_line line = {argc, argv, out, err};
    *options = (struct options){0};
    for (size_t i = 0; i < option_setting_count; i++) {
        CHECK(set(options, i, option_settings[i].fallback, "default", err));
    }
    enum options_outcome outcome = read_flags(options, &line, false);
    if (outcome != OPTIONS_RUN) {
        return outcome;
    }
    bool ok = read_file(options, err);
    ok = read_environment(options, err) && ok;
    outcome = read_flags(options, &line, true);
    if (outcome != OPTIONS_RUN) {
        return outcome;
    }
    return options_check(options, err) && ok ? OPTIONS_RUN : OPTIONS_BAD;
}
