/* schedules.c - sagactl schedules: what starts by itself, and when. */
#include "ctl/schedules.h"

#include <string.h>

#include "ctl/http.h"
#include "ctl/members.h"
#include "ctl/values.h"

enum { NEXT_SHOWN = 2, DEFINITION_WIDTH = 12, EXPRESSION_WIDTH = 12 };

/* "2026-11-28T03:00:00.000Z" as "2026-11-28 03:00Z": ticks have no seconds. */
static void print_tick(const char *at)
{
    if (strlen(at) >= 16) {
        printf("%.10s %.5sZ", at, at + 11);
    } else {
        printf("%-17s", "-");
    }
}

static void print_next(const json_t *item)
{
    const json_t *next = json_object_get(item, "next");
    if (members_text(item, "error")[0]) {
        printf("%s", members_text(item, "error"));
    }
    for (size_t i = 0; i < json_array_size(next) && i < NEXT_SHOWN; i++) {
        printf("%s", i > 0 ? ", " : "");
        print_tick(json_string_value(json_array_get(next, i)));
    }
}

static void show_table(const json_t *items)
{
    int name_width = members_width(items, "definition", DEFINITION_WIDTH);
    int expression_width = members_width(items, "schedule", EXPRESSION_WIDTH);
    int zone_width = members_width(items, "timezone", 8);
    if (json_array_size(items) == 0) {
        printf("no schedules\n");
        return;
    }
    printf("%-*s  %-*s  %-*s  %-8s  %-17s  next\n", name_width, "definition", expression_width,
           "schedule", zone_width, "timezone", "catch up", "last tick");
    for (size_t i = 0; i < json_array_size(items); i++) {
        const json_t *item = json_array_get(items, i);
        printf("%-*s  %-*s  %-*s  %-8s  ", name_width, members_text(item, "definition"),
               expression_width, members_text(item, "schedule"), zone_width,
               members_text(item, "timezone"), members_text(item, "catch_up"));
        print_tick(members_text(item, "last_tick"));
        printf("  ");
        print_next(item);
        printf("\n");
    }
}

/* No cell has a comma or a quote but the expression, which has commas. */
static void show_csv(const json_t *items)
{
    printf("definition,version,schedule,timezone,catch_up,last_tick,next\n");
    for (size_t i = 0; i < json_array_size(items); i++) {
        const json_t *item = json_array_get(items, i);
        const char *next = json_string_value(json_array_get(json_object_get(item, "next"), 0));
        printf("%s,%lld,\"%s\",%s,%s,%s,%s\n", members_text(item, "definition"),
               members_number(item, "version"), members_text(item, "schedule"),
               members_text(item, "timezone"), members_text(item, "catch_up"),
               members_text(item, "last_tick"), next ? next : "");
    }
}

enum exit_code schedules_run(const struct settings *settings, const struct arguments *arguments)
{
    struct reply reply;
    (void)arguments;
    enum exit_code code = http_call(settings, "GET", "/v1/schedules", NULL, &reply);
    const json_t *items = json_object_get(reply.body, "items");
    if (code == EXIT_GOOD && settings->output == OUTPUT_TABLE) {
        show_table(items);
    } else if (code == EXIT_GOOD && settings->output == OUTPUT_CSV) {
        show_csv(items);
    } else if (code == EXIT_GOOD) {
        value_show(settings, reply.body);
    }
    http_close(&reply);
    return code;
}
