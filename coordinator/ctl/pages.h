/* pages.h - lists that sagad gives page by page. */
#ifndef CTL_PAGES_H
#define CTL_PAGES_H

#include <jansson.h>

#include "ctl/command.h"

struct pages {
    const char *path; /* and query */
    uint32_t size;    /* of a page: the server's bound */
    uint32_t most;    /* items, over all pages */
};

/* {"items": [...]}, with `next_cursor` when there are more than `most`. *list is to be given back
 * in any case. */
enum exit_code pages_read(const struct settings *settings, const struct pages *pages,
                          json_t **list);
/* Says on stderr when there is more than what is shown. */
void pages_say_more(const json_t *list);

#endif
