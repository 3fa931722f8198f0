/* words.h - the words of one line of a script. Whatever is wrong with them stops the program. */
#ifndef SCENARIOS_WORDS_H
#define SCENARIOS_WORDS_H

#include "base/buf.h"

enum { WORDS_MAX = 16 };

struct words {
    char text[2048]; /* the line, a NUL after each word; starts with the first */
    const char *items[WORDS_MAX];
    uint32_t count;
    struct span lists[WORDS_MAX]; /* the names in lists */
    uint32_t list_count;
};

void words_split(struct words *words, const char *line);
bool words_has(const struct words *words, const char *word);
/* What stands after "name="; without the quotes around it. Empty: it is not there. */
struct span words_option(const struct words *words, const char *name);
/* The same read as JSON, appended to `out` as msgpack. */
struct span words_json(const struct words *words, const char *name, struct buf *out);
/* "name=a,b" as a list of names. */
const struct span *words_list(struct words *words, const char *name, uint32_t *count);
/* "5s" or "+5s". */
int64_t words_duration(struct span text);
uint32_t words_number(struct span text);

#endif
