/* options.c - one table of settings; flags, environment, file, --help and --check read it. */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/limits.h"
#include "language/definition.h"
#include "options_webhooks.h"
#include "calendar/duration.h"

enum form { FORM_TEXT, FORM_DURATION, FORM_NUMBER, FORM_FLAG, FORM_LEVEL, FORM_FORMAT };

struct setting {
    const char *name; /* in the file; the flag is --name; SAGAD_NAME in the environment */
    enum form form;
    size_t offset;
    bool has_flag;
    const char *fallback; /* default */
    const char *argument; /* in --help */
    const char *help;
    int64_t least; /* of numbers and durations (ms) */
    int64_t most;
};

#define SQLITE     "sqlite:" /* before the path of a store */
#define AT(member) offsetof(struct options, member)
static const struct setting settings[] = {
    {"config", FORM_TEXT, AT(config), true, "", "FILE", "YAML file with settings", 0, 0},
    {"data", FORM_TEXT, AT(data), true, "sagad-data", "DIR", "data folder, made when missing", 0,
     0},
    {"listen", FORM_TEXT, AT(listen), true, "tcp://127.0.0.1:7701", "ENDPOINT",
     "for participants and clients (tcp:// or ipc://)", 0, 0},
    {"http", FORM_TEXT, AT(http), true, "127.0.0.1:7700", "ADDRESS:PORT", "HTTP API", 0, 0},
    {"store", FORM_TEXT, AT(store), true, "", "STORE",
     "sqlite:PATH (default: sagad.db in the data folder)", 0, 0},
    {"insecure", FORM_FLAG, AT(insecure), true, "false", NULL,
     "allow other than loopback addresses, unencrypted", 0, 0},
    {"heartbeat", FORM_DURATION, AT(heartbeat_ms), false, "2s", NULL,
     "how often participants say that they live", 10, 60000},
    {"dead_after", FORM_DURATION, AT(dead_ms), false, "6s", NULL,
     "silence after which a participant is lost", 30, 600000},
    {"drain_timeout", FORM_DURATION, AT(drain_timeout_ms), false, "10s", NULL,
     "how long SIGTERM waits for running tasks", 0, 3600000},
    {"max_message", FORM_NUMBER, AT(message_max), false, "1048576", NULL,
     "bytes that a peer may send at once", 1024, 16777216},
    {"max_sagas", FORM_NUMBER, AT(sagas_max), false, "1000000", NULL,
     "sagas in memory; past it `overloaded`", 1, LIMIT_SAGAS},
    {"event_source", FORM_TEXT, AT(event_source), false, "/sagad", NULL,
     "`source` of the events that webhooks get", 0, 0},
    {"log_level", FORM_LEVEL, AT(log_level), false, "info", NULL, "debug, info, warn, error", 0, 0},
    {"log_format", FORM_FORMAT, AT(log_format), false, "logfmt", NULL, "logfmt or json", 0, 0},
};
_Static_assert(ARRAY_COUNT(settings) <= OPTIONS_COUNT_MAX, "each setting has a source");

static void *member(struct options *options, const struct setting *setting)
{
    return (uint8_t *)options + setting->offset;
}

static bool parse_choice(const char *text, const char *const *names, uint32_t count, int *value)
{
    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(text, names[i]) == 0) {
            *value = (int)i;
            return true;
        }
    }
    return false;
}

static const char *const levels[] = {"debug", "info", "warn", "error"};
static const char *const formats[] = {"logfmt", "json"};

static bool parse_number(const char *text, int64_t *value)
{
    char *end;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    *value = number;
    return errno == 0 && end != text && *end == '\0';
}

/* Durations are in ms. */
static const char *out_of_range(const struct setting *setting, char *why, size_t size)
{
    const char *unit = setting->form == FORM_DURATION ? " ms" : "";
    snprintf(why, size, "is from %lld%s to %lld%s", (long long)setting->least, unit,
             (long long)setting->most, unit);
    return why;
}

struct why {
    char text[80];
};

/* NULL, or what is wrong with the text. */
static const char *parse(struct options *options, const struct setting *setting, const char *text,
                         struct why *why)
{
    void *at = member(options, setting);
    int choice = 0;
    int64_t number = 0;
    switch (setting->form) {
    case FORM_TEXT:
        if (strlen(text) >= OPTIONS_TEXT) {
            return "is too long";
        }
        if (text[0] == '\0' && setting->fallback[0] != '\0') {
            return "needs a value";
        }
        memcpy(at, text, strlen(text) + 1);
        return NULL;
    case FORM_FLAG:
        *(bool *)at = strcmp(text, "true") == 0;
        return strcmp(text, "true") == 0 || strcmp(text, "false") == 0 ? NULL : "is true or false";
    case FORM_DURATION:
        if (!duration_parse(span_text(text), &number)) {
            return "is a duration such as 250ms, 10s, 5m";
        }
        break;
    case FORM_NUMBER:
        if (!parse_number(text, &number)) {
            return "is a whole number";
        }
        break;
    case FORM_LEVEL:
        if (!parse_choice(text, levels, ARRAY_COUNT(levels), &choice)) {
            return "is debug, info, warn or error";
        }
        *(enum log_level *)at = (enum log_level)choice;
        return NULL;
    case FORM_FORMAT:
        if (!parse_choice(text, formats, ARRAY_COUNT(formats), &choice)) {
            return "is logfmt or json";
        }
        *(enum log_format *)at = (enum log_format)choice;
        return NULL;
    }
    if (number < setting->least || number > setting->most) {
        return out_of_range(setting, why->text, sizeof(why->text));
    }
    *(int64_t *)at = number;
    return NULL;
}

static bool set(struct options *options, size_t index, const char *text, const char *source,
                FILE *err)
{
    struct why why;
    const char *wrong = parse(options, &settings[index], text, &why);
    if (wrong) {
        fprintf(err, "sagad: %s: %s %s, not '%s'\n", source, settings[index].name, wrong, text);
        return false;
    }
    options->sources[index] = source;
    return true;
}

/* ---- the file ---- */

static size_t find(const char *name)
{
    size_t i = 0;
    while (i < ARRAY_COUNT(settings) && strcmp(settings[i].name, name) != 0) {
        i++;
    }
    return i;
}

/* Names that begin alike are what a slip of the finger leaves. */
static const char *suggest(const char *name)
{
    for (size_t i = 1; i < ARRAY_COUNT(settings); i++) {
        size_t same = 0;
        while (name[same] && name[same] == settings[i].name[same]) {
            same++;
        }
        if (same >= 3) {
            return settings[i].name;
        }
    }
    return NULL;
}

struct file {
    const char *path;
    yaml_document_t *document;
    FILE *err;
    bool seen[ARRAY_COUNT(settings)];
    bool bad;
};

static void complain(struct file *file, const yaml_mark_t *mark, const char *what, const char *name)
{
    fprintf(file->err, "sagad: %s:%zu:%zu: %s%s%s\n", file->path, mark->line + 1, mark->column + 1,
            what, name ? " " : "", name ? name : "");
    file->bad = true;
}

static void complain_of_webhook(const yaml_mark_t *mark, const char *what, void *arg)
{
    complain(arg, mark, what, NULL);
}

static void take_webhooks(struct options *options, struct file *file, yaml_node_t *value)
{
    struct webhook_file own = {
        .document = file->document, .complain = complain_of_webhook, .arg = file};
    if (options->webhooks.count > 0) {
        complain(file, &value->start_mark, "given twice:", "webhooks");
        return;
    }
    webhooks_read(&own, value, &options->webhooks);
}

static void take_pair(struct options *options, struct file *file, const yaml_node_t *key,
                      yaml_node_t *value)
{
    if (key->type == YAML_SCALAR_NODE &&
        strcmp((const char *)key->data.scalar.value, "webhooks") == 0) {
        take_webhooks(options, file, value);
        return;
    }
    if (key->type != YAML_SCALAR_NODE || value->type != YAML_SCALAR_NODE) {
        complain(file, &key->start_mark, "expected one name and one plain value", NULL);
        return;
    }
    const char *name = (const char *)key->data.scalar.value;
    size_t index = find(name);
    if (index == ARRAY_COUNT(settings) || index == 0) {
        const char *close = suggest(name);
        char what[160];
        snprintf(what, sizeof(what), "there is no setting '%.64s'%s%s", name,
                 close ? "; did you mean" : "", close ? "" : ", see --help");
        complain(file, &key->start_mark, what, close);
        return;
    }
    if (file->seen[index]) {
        complain(file, &key->start_mark, "given twice:", name);
        return;
    }
    file->seen[index] = true;
    struct why why;
    const char *text = (const char *)value->data.scalar.value;
    const char *wrong = parse(options, &settings[index], text, &why);
    if (wrong) {
        char what[256];
        snprintf(what, sizeof(what), "%s %s, not '%.64s'", name, wrong, text);
        complain(file, &value->start_mark, what, NULL);
    }
    options->sources[index] = "file";
}

static bool read_file(struct options *options, FILE *err)
{
    struct file file = {.path = options->config, .err = err};
    FILE *in = fopen(options->config, "r");
    yaml_parser_t parser;
    yaml_document_t document;
    if (!in || !yaml_parser_initialize(&parser)) {
        fprintf(err, "sagad: cannot read %s: %s\n", options->config, strerror(errno));
        if (in) {
            fclose(in);
        }
        return false;
    }
    yaml_parser_set_input_file(&parser, in);
    if (!yaml_parser_load(&parser, &document)) {
        complain(&file, &parser.problem_mark, parser.problem ? parser.problem : "not YAML", NULL);
        yaml_parser_delete(&parser);
        fclose(in);
        return false;
    }
    const yaml_node_t *root = yaml_document_get_root_node(&document);
    file.document = &document;
    if (root && root->type == YAML_MAPPING_NODE) {
        for (const yaml_node_pair_t *pair = root->data.mapping.pairs.start;
             pair < root->data.mapping.pairs.top; pair++) {
            take_pair(options, &file, yaml_document_get_node(&document, pair->key),
                      yaml_document_get_node(&document, pair->value));
        }
    } else if (root) {
        complain(&file, &root->start_mark, "expected a map of settings", NULL);
    }
    yaml_document_delete(&document);
    yaml_parser_delete(&parser);
    fclose(in);
    return !file.bad;
}

/* ---- environment and flags ---- */

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
    for (size_t i = 1; i < ARRAY_COUNT(settings); i++) {
        char name[64];
        variable_of(&settings[i], name, sizeof(name));
        const char *text = getenv(name);
        if (text && *text) {
            ok = set(options, i, text, "environment", err) && ok;
        }
    }
    return ok;
}

static void help(FILE *out)
{
    fputs(
        "usage: sagad [OPTION...]\n\n"
        "The saga coordinator. Without any option it keeps its data in ./sagad-data and\n"
        "listens on the loopback addresses only.\n\n",
        out);
    for (size_t i = 0; i < ARRAY_COUNT(settings); i++) {
        char flag[48];
        if (settings[i].has_flag) {
            snprintf(flag, sizeof(flag), "--%s%s%s", settings[i].name,
                     settings[i].argument ? " " : "",
                     settings[i].argument ? settings[i].argument : "");
            fprintf(out, "  %-24s %s\n", flag, settings[i].help);
            if (settings[i].fallback[0] && settings[i].form != FORM_FLAG) {
                fprintf(out, "  %-24s default %s\n", "", settings[i].fallback);
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
    for (size_t i = 0; i < ARRAY_COUNT(settings); i++) {
        if (!settings[i].has_flag) {
            fprintf(out, "  %-24s %s (%s)\n", settings[i].name, settings[i].help,
                    settings[i].fallback);
        }
    }
    fputs("  webhooks                 who is told what (file only; see webhooks.md)\n", out);
    fputs(
        "\nSIGTERM drains and exits 0: no new starts, running tasks are waited for.\n"
        "SIGHUP reads the tokens again.\n",
        out);
}

enum { OPT_CHECK = 1000, OPT_ACCEPT_LOSS, OPT_VERSION, OPT_HELP };

/* Flags are parsed in two passes: the first only to find --config. */
struct command_line {
    int argc;
    char **argv;
    FILE *out;
    FILE *err;
};

/* Of `-xy` getopt names the letter alone: no flag of ours is a letter. */
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

static enum options_outcome read_flags(struct options *options, const struct command_line *line,
                                       bool all)
{
    int argc = line->argc;
    char **argv = line->argv;
    FILE *out = line->out;
    FILE *err = line->err;
    struct option table[ARRAY_COUNT(settings) + 5] = {{0}};
    size_t count = 0;
    for (size_t i = 0; i < ARRAY_COUNT(settings); i++) {
        if (settings[i].has_flag) {
            table[count++] = (struct option){
                settings[i].name, settings[i].form == FORM_FLAG ? no_argument : required_argument,
                NULL, (int)i + 1};
        }
    }
    table[count++] = (struct option){"accept-loss", no_argument, NULL, OPT_ACCEPT_LOSS};
    table[count++] = (struct option){"check", no_argument, NULL, OPT_CHECK};
    table[count++] = (struct option){"version", no_argument, NULL, OPT_VERSION};
    table[count++] = (struct option){"help", no_argument, NULL, OPT_HELP};
    bool ok = true;
    optind = 0;
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, ":", table, NULL)) != -1;) {
        if (c == OPT_HELP || c == OPT_VERSION) {
            c == OPT_HELP ? help(out) : (void)fprintf(out, "sagad %s\n", SAGAD_VERSION);
            return OPTIONS_EXIT;
        }
        if (c == OPT_CHECK) {
            options->check = true;
        } else if (c == OPT_ACCEPT_LOSS) {
            options->accept_loss = true;
        } else if (c == '?' || c == ':') {
            complain_of_flag(argv[optind - 1], c, err);
            return OPTIONS_USAGE;
        } else if (all || c == 1) {
            ok = set(options, (size_t)c - 1, optarg ? optarg : "true", "flag", err) && ok;
        }
    }
    if (optind < argc) {
        fprintf(err, "sagad: %s is not expected; see --help\n", argv[optind]);
        return OPTIONS_USAGE;
    }
    return ok ? OPTIONS_RUN : OPTIONS_USAGE;
}

/* ---- what must hold together ---- */

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* ADDRESS:PORT; a name that only begins like an address (127.example.org) is none of ours. */
static bool is_loopback(const char *address)
{
    size_t size = strspn(address, "0123456789.");
    return begins(address, "localhost:") || begins(address, "[::1]:") ||
           (begins(address, "127.") && address[size] == ':');
}

/* NULL, or what is wrong with an ADDRESS:PORT. The wire takes any free port as `*`, HTTP as 0. */
static const char *check_address(const char *address, bool is_wire)
{
    const char *colon = strrchr(address, ':');
    const char *port = colon ? colon + 1 : "";
    int64_t number = 0;
    if (!colon || colon == address) {
        return "is not ADDRESS:PORT";
    }
    bool is_any = is_wire && strcmp(port, "*") == 0;
    bool is_good = is_any || (parse_number(port, &number) && number >= 0 && number <= 65535);
    return is_good ? NULL : "has no port from 0 to 65535";
}

static bool check_addresses(const struct options *options, FILE *err)
{
    static const char tcp[] = "tcp://";
    bool ok = true;
    bool is_ipc = begins(options->listen, "ipc://");
    if (!is_ipc && !begins(options->listen, tcp)) {
        fprintf(err, "sagad: listen is tcp://ADDRESS:PORT or ipc://PATH, not '%s'\n",
                options->listen);
        ok = false;
    }
    const char *wire = ok && !is_ipc ? options->listen + strlen(tcp) : NULL;
    const char *const addresses[] = {wire, options->http};
    for (size_t i = 0; i < ARRAY_COUNT(addresses); i++) {
        const char *address = addresses[i];
        const char *wrong = address ? check_address(address, i == 0) : NULL;
        if (wrong) {
            fprintf(err, "sagad: %s: %s %s\n", i == 0 ? "listen" : "http", address, wrong);
            ok = false;
        } else if (address && !options->insecure && !is_loopback(address)) {
            fprintf(err,
                    "sagad: %s: %s is not a loopback address, and nothing on it would be "
                    "encrypted: say --insecure if that is what you want\n",
                    i == 0 ? "listen" : "http", address);
            ok = false;
        }
    }
    return ok;
}

static bool check(struct options *options, FILE *err)
{
    bool ok = check_addresses(options, err);
    if (options->dead_ms < 2 * options->heartbeat_ms) {
        fprintf(err, "sagad: dead_after must be at least twice the heartbeat\n");
        ok = false;
    }
    if (begins(options->store, "postgresql://")) {
        fprintf(err, "sagad: --store postgresql:// is not supported yet; use sqlite:PATH\n");
        ok = false;
    } else if (options->store[0] &&
               (!begins(options->store, SQLITE) || options->store[strlen(SQLITE)] == '\0')) {
        fprintf(err, "sagad: --store is sqlite:PATH, not '%s'\n", options->store);
        ok = false;
    }
    if (ok && options->store[0] == '\0') {
        ok = strlen(options->data) + 32 < sizeof(options->store);
        snprintf(options->store, sizeof(options->store), SQLITE "%.400s/sagad.db", options->data);
    }
    return ok;
}

const char *options_store_path(const struct options *options)
{
    PRE(begins(options->store, SQLITE));
    return options->store + strlen(SQLITE);
}

enum options_outcome options_read(struct options *options, int argc, char **argv, FILE *out,
                                  FILE *err)
{
    *options = (struct options){0};
    for (size_t i = 0; i < ARRAY_COUNT(settings); i++) {
        CHECK(set(options, i, settings[i].fallback, "default", err));
    }
    struct command_line line = {argc, argv, out, err};
    enum options_outcome outcome = read_flags(options, &line, false);
    if (outcome != OPTIONS_RUN) {
        return outcome;
    }
    const char *config = getenv("SAGAD_CONFIG");
    if (options->config[0] == '\0' && config && *config) {
        if (!set(options, 0, config, "environment", err)) {
            return OPTIONS_BAD;
        }
    }
    bool ok = options->config[0] == '\0' || read_file(options, err);
    ok = read_environment(options, err) && ok;
    outcome = read_flags(options, &line, true);
    if (outcome != OPTIONS_RUN) {
        return outcome;
    }
    return check(options, err) && ok ? OPTIONS_RUN : OPTIONS_BAD;
}

static void print_value(struct options *options, const struct setting *setting, FILE *out)
{
    const void *at = member(options, setting);
    switch (setting->form) {
    case FORM_TEXT:
        fprintf(out, "%-44s", (const char *)at);
        return;
    case FORM_FLAG:
        fprintf(out, "%-44s", *(const bool *)at ? "true" : "false");
        return;
    case FORM_DURATION:
        fprintf(out, "%-40lld ms ", (long long)*(const int64_t *)at);
        return;
    case FORM_NUMBER:
        fprintf(out, "%-44lld", (long long)*(const int64_t *)at);
        return;
    case FORM_LEVEL:
        fprintf(out, "%-44s", levels[*(const enum log_level *)at]);
        return;
    case FORM_FORMAT:
        fprintf(out, "%-44s", formats[*(const enum log_format *)at]);
        return;
    }
}

static void print_webhook(const struct webhook *hook, FILE *out)
{
    fprintf(out, "webhooks         %s %s events:", hook->name, hook->url);
    for (uint32_t i = 0; i < hook->event_count; i++) {
        fprintf(out, " %s", hook->events[i]);
    }
    fprintf(out, "%s secrets: %u timeout: %lld ms allow_private: %s file\n",
            hook->event_count == 0 ? " *" : "", hook->secret_count, (long long)hook->timeout_ms,
            hook->allow_private     ? "true"
            : hook->range_count > 0 ? "some ranges"
                                    : "false");
}

void options_print(const struct options *options, FILE *out)
{
    struct options own = *options;
    for (size_t i = 0; i < ARRAY_COUNT(settings); i++) {
        fprintf(out, "%-16s ", settings[i].name);
        print_value(&own, &settings[i], out);
        fprintf(out, " %s\n", own.sources[i]);
    }
    for (uint32_t i = 0; i < options->webhooks.count; i++) {
        print_webhook(&options->webhooks.items[i], out);
    }
}
