/* options_settings.c - a row a setting; what its form means stands in one row of the table of
 * forms. */
#include "options_settings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "calendar/duration.h"

#define AT(member) offsetof(struct options, member)
const struct setting option_settings[] = {
    {"config", SETTING_TEXT, AT(config), true, "", "FILE", "YAML file with settings", 0, 0},
    {"data", SETTING_TEXT, AT(data), true, "sagad-data", "DIR", "data folder, made when missing", 0,
     0},
    {"listen", SETTING_TEXT, AT(listen), true, "tcp://127.0.0.1:7701", "ENDPOINT",
     "for participants and clients (tcp:// or ipc://)", 0, 0},
    {"http", SETTING_TEXT, AT(http), true, "127.0.0.1:7700", "ADDRESS:PORT", "HTTP API", 0, 0},
    {"store", SETTING_TEXT, AT(store), true, "", "STORE",
     "sqlite:PATH (default: sagad.db in the data folder)", 0, 0},
    {"insecure", SETTING_FLAG, AT(insecure), true, "false", NULL,
     "allow other than loopback addresses, unencrypted", 0, 0},
    {"heartbeat", SETTING_DURATION, AT(heartbeat_ms), false, "2s", NULL,
     "how often participants say that they live", 10, 60000},
    {"dead_after", SETTING_DURATION, AT(dead_ms), false, "6s", NULL,
     "silence after which a participant is lost", 30, 600000},
    {"drain_timeout", SETTING_DURATION, AT(drain_timeout_ms), false, "10s", NULL,
     "how long SIGTERM waits for running tasks", 0, 3600000},
    {"max_message", SETTING_NUMBER, AT(message_max), false, "1048576", NULL,
     "bytes that a peer may send at once", 1024, 16777216},
    {"max_sagas", SETTING_NUMBER, AT(sagas_max), false, "1000000", NULL,
     "sagas in memory; past it `overloaded`", 1, LIMIT_SAGAS},
    {"event_source", SETTING_TEXT, AT(event_source), false, "/sagad", NULL,
     "`source` of the events that webhooks get", 0, 0},
    {"log_level", SETTING_LEVEL, AT(log_level), false, "info", NULL, "debug, info, warn, error", 0,
     0},
    {"log_format", SETTING_FORMAT, AT(log_format), false, "logfmt", NULL, "logfmt or json", 0, 0},
};
const size_t option_setting_count = ARRAY_COUNT(option_settings);
_Static_assert(ARRAY_COUNT(option_settings) <= OPTIONS_COUNT_MAX, "each setting has a source");

static const char *const levels[] = {"debug", "info", "warn", "error"};
static const char *const formats[] = {"logfmt", "json"};

/* ---- from text ---- */

static const char *parse_text(const struct setting *setting, const char *text, void *at)
{
    if (strlen(text) >= OPTIONS_TEXT) {
        return "is too long";
    }
    if (text[0] == '\0' && setting->fallback[0] != '\0') {
        return "needs a value";
    }
    memcpy(at, text, strlen(text) + 1);
    return NULL;
}

static const char *parse_flag(const struct setting *setting, const char *text, void *at)
{
    (void)setting;
    *(bool *)at = strcmp(text, "true") == 0;
    return strcmp(text, "true") == 0 || strcmp(text, "false") == 0 ? NULL : "is true or false";
}

static const char *parse_duration(const struct setting *setting, const char *text, void *at)
{
    (void)setting;
    return duration_parse(span_text(text), at) ? NULL : "is a duration such as 250ms, 10s, 5m";
}

static const char *parse_number(const struct setting *setting, const char *text, void *at)
{
    char *end;
    (void)setting;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    *(int64_t *)at = number;
    return errno == 0 && end != text && *end == '\0' ? NULL : "is a whole number";
}

/* The place of the text among the names, or -1. */
static int choice_of(const char *text, const char *const *names, int count)
{
    int i = 0;
    while (i < count && strcmp(text, names[i]) != 0) {
        i++;
    }
    return i < count ? i : -1;
}

static const char *parse_level(const struct setting *setting, const char *text, void *at)
{
    int choice = choice_of(text, levels, ARRAY_COUNT(levels));
    (void)setting;
    if (choice < 0) {
        return "is debug, info, warn or error";
    }
    *(enum log_level *)at = (enum log_level)choice;
    return NULL;
}

static const char *parse_format(const struct setting *setting, const char *text, void *at)
{
    int choice = choice_of(text, formats, ARRAY_COUNT(formats));
    (void)setting;
    if (choice < 0) {
        return "is logfmt or json";
    }
    *(enum log_format *)at = (enum log_format)choice;
    return NULL;
}

/* ---- to text ---- */

static void print_text(const void *at, FILE *out)
{
    fprintf(out, "%-44s", (const char *)at);
}

static void print_flag(const void *at, FILE *out)
{
    fprintf(out, "%-44s", *(const bool *)at ? "true" : "false");
}

static void print_duration(const void *at, FILE *out)
{
    fprintf(out, "%-40lld ms ", (long long)*(const int64_t *)at);
}

static void print_number(const void *at, FILE *out)
{
    fprintf(out, "%-44lld", (long long)*(const int64_t *)at);
}

static void print_level(const void *at, FILE *out)
{
    fprintf(out, "%-44s", levels[*(const enum log_level *)at]);
}

static void print_format(const void *at, FILE *out)
{
    fprintf(out, "%-44s", formats[*(const enum log_format *)at]);
}

static const struct {
    /* NULL, or what is wrong with the text. */
    const char *(*parse)(const struct setting *setting, const char *text, void *at);
    void (*print)(const void *at, FILE *out);
    const char *unit; /* of the bounds; NULL: the form has none */
} forms[SETTING_FORM_COUNT] = {
    [SETTING_TEXT] = {parse_text, print_text, NULL},
    [SETTING_FLAG] = {parse_flag, print_flag, NULL},
    [SETTING_DURATION] = {parse_duration, print_duration, " ms"},
    [SETTING_NUMBER] = {parse_number, print_number, ""},
    [SETTING_LEVEL] = {parse_level, print_level, NULL},
    [SETTING_FORMAT] = {parse_format, print_format, NULL},
};

/* ---- the rows ---- */

const char *setting_parse(struct options *options, const struct setting *setting, const char *text,
                          struct setting_why *why)
{
    void *at = (uint8_t *)options + setting->offset;
    const char *unit = forms[setting->form].unit;
    int64_t number;
    const char *wrong = forms[setting->form].parse(setting, text, unit ? &number : at);
    if (wrong || !unit) {
        return wrong;
    }
    if (number < setting->least || number > setting->most) {
        snprintf(why->text, sizeof(why->text), "is from %lld%s to %lld%s",
                 (long long)setting->least, unit, (long long)setting->most, unit);
        return why->text;
    }
    *(int64_t *)at = number;
    return NULL;
}

void setting_print(const struct options *options, const struct setting *setting, FILE *out)
{
    forms[setting->form].print((const uint8_t *)options + setting->offset, out);
}

size_t setting_find(const char *name)
{
    size_t i = 0;
    while (i < option_setting_count && strcmp(option_settings[i].name, name) != 0) {
        i++;
    }
    return i;
}

/* Names that begin alike are what a slip of the finger leaves. */
const char *setting_suggest(const char *name)
{
    for (size_t i = SETTING_CONFIG + 1; i < option_setting_count; i++) {
        size_t same = 0;
        while (name[same] && name[same] == option_settings[i].name[same]) {
            same++;
        }
        if (same >= 3) {
            return option_settings[i].name;
        }
    }
    return NULL;
}
