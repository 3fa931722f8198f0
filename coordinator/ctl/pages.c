/* pages.c - asks for page after page, until there is no more or enough is there. */
#include "ctl/pages.h"

#include <stdio.h>
#include <string.h>

#include "ctl/http.h"

enum { TARGET_SIZE = 1024, CURSOR_SIZE = 128 };

/* Reads one page and adds its items; *cursor is "" after the last page. */
static enum exit_code read_page(const struct settings *settings, const struct pages *pages,
                                json_t *items, char cursor[CURSOR_SIZE])
{
    struct reply reply;
    char target[TARGET_SIZE];
    uint32_t left = pages->most - (uint32_t)json_array_size(items);
    snprintf(target, sizeof(target), "%s%climit=%u%s%s", pages->path,
             strchr(pages->path, '?') ? '&' : '?', left < pages->size ? left : pages->size,
             cursor[0] ? "&cursor=" : "", cursor);
    enum exit_code code = http_call(settings, "GET", target, NULL, &reply);
    const char *next = json_string_value(json_object_get(reply.body, "next_cursor"));
    snprintf(cursor, CURSOR_SIZE, "%s", next ? next : "");
    if (code == EXIT_GOOD) {
        json_array_extend(items, json_object_get(reply.body, "items"));
    }
    http_close(&reply);
    return code;
}

enum exit_code pages_read(const struct settings *settings, const struct pages *pages, json_t **list)
{
    json_t *items = json_array();
    char cursor[CURSOR_SIZE] = "";
    enum exit_code code;
    do {
        code = read_page(settings, pages, items, cursor);
    } while (code == EXIT_GOOD && cursor[0] && json_array_size(items) < pages->most);
    *list = json_pack("{s:o}", "items", items);
    if (cursor[0]) {
        json_object_set_new(*list, "next_cursor", json_string(cursor));
    }
    return code;
}

void pages_say_more(const json_t *list)
{
    if (json_object_get(list, "next_cursor")) {
        fflush(stdout); /* said after what it is about */
        fprintf(stderr, "there are more than these %zu; say --limit N\n",
                json_array_size(json_object_get(list, "items")));
    }
}
