/* pages.c - asks for page after page, until there is no more or enough is there. */
#include "ctl/pages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "ctl/http.h"

enum { TARGET_MAX = 65536, CURSOR_SIZE = 512 };

/* Reads one page and adds its items; *cursor is "" after the last page. */
static enum exit_code read_page(const struct settings *settings, const struct pages *pages,
                                json_t *items, char cursor[CURSOR_SIZE])
{
    struct reply reply;
    struct buf target;
    uint32_t left = pages->most - (uint32_t)json_array_size(items);
    char *after = http_escape(cursor);
    buf_open(&target, TARGET_MAX);
    buf_format(&target, "%s%climit=%u%s%s", pages->path, strchr(pages->path, '?') ? '&' : '?',
               left < pages->size ? left : pages->size, cursor[0] ? "&cursor=" : "", after);
    buf_write(&target, "", 1);
    free(after);
    if (buf_failed(&target)) {
        buf_close(&target);
        fprintf(stderr, "sagactl: that is more than a request may ask for\n");
        return EXIT_USAGE;
    }
    enum exit_code code = http_call(settings, "GET", (const char *)target.data, NULL, &reply);
    const char *next = json_string_value(json_object_get(reply.body, "next_cursor"));
    snprintf(cursor, CURSOR_SIZE, "%s", next ? next : "");
    if (code == EXIT_GOOD) {
        json_array_extend(items, json_object_get(reply.body, "items"));
    }
    http_close(&reply);
    buf_close(&target);
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
