/* words.c - a line of a script as words: split, and read as text, number, JSON, time or list.
 *
 * Single quotes stand for double ones; what is in quotes, braces or brackets may have spaces. */
#include "words.h"

#include "base/json.h"
#include "scenario.h"
#include "calendar/duration.h"

void words_split(struct words *words, const char *line)
{
    int depth = 0;
    bool quoted = false;
    bool between = true;
    *words = (struct words){0};
    for (size_t i = 0; line[i] != '\0'; i++) {
        if (i + 1 == sizeof(words->text)) {
            stop("too long", line);
        }
        char letter = line[i] == '\'' ? '"' : line[i];
        quoted ^= letter == '"';
        depth += (letter == '{' || letter == '[') - (letter == '}' || letter == ']');
        bool space = letter == ' ' && !quoted && depth == 0;
        words->text[i] = space ? '\0' : letter;
        if (!space && between) {
            if (words->count == WORDS_MAX) {
                stop("too many words", line);
            }
            words->items[words->count++] = &words->text[i];
        }
        between = space;
    }
}

bool words_has(const struct words *words, const char *word)
{
    for (uint32_t i = 1; i < words->count; i++) {
        if (strcmp(words->items[i], word) == 0) {
            return true;
        }
    }
    return false;
}

/* What stands after "name="; without the quotes around it. Empty: it is not there. */
struct span words_option(const struct words *words, const char *name)
{
    size_t size = strlen(name);
    for (uint32_t i = 1; i < words->count; i++) {
        const char *word = words->items[i];
        if (strncmp(word, name, size) == 0 && word[size] == '=') {
            struct span text = span_text(word + size + 1);
            bool quoted = text.size >= 2 && text.data[0] == '"';
            return quoted ? span_of(text.data + 1, text.size - 2) : text;
        }
    }
    return (struct span){NULL, 0};
}

struct span words_json(const struct words *words, const char *name, struct buf *out)
{
    struct span text = words_option(words, name);
    struct json_problem problem = {0};
    size_t before = out->size;
    if (text.size == 0) {
        return text;
    }
    if (json_to_mp(text, out, &problem) != SAGA_OK) {
        stop("no JSON", problem.detail);
    }
    return span_of(out->data + before, out->size - before);
}

int64_t words_duration(struct span text)
{
    int64_t ms = 0;
    if (text.size > 0 && text.data[0] == '+') {
        text = span_of(text.data + 1, text.size - 1);
    }
    if (!duration_parse(text, &ms)) {
        stop("no duration", (const char *)text.data);
    }
    return ms;
}

uint32_t words_number(struct span text)
{
    uint32_t value = 0;
    for (size_t i = 0; i < text.size; i++) {
        value = value * 10 + (uint32_t)(text.data[i] - '0');
    }
    return value;
}

/* "a,b" as a list of names. */
const struct span *words_list(struct words *words, const char *name, uint32_t *count)
{
    struct span text = words_option(words, name);
    const struct span *first = &words->lists[words->list_count];
    *count = 0;
    for (size_t from = 0, at = 0; at <= text.size && text.size > 0; at++) {
        if (at < text.size && text.data[at] != ',') {
            continue;
        }
        if (words->list_count == WORDS_MAX) {
            stop("too many names", name);
        }
        words->lists[words->list_count++] = span_of(text.data + from, at - from);
        *count += 1;
        from = at + 1;
    }
    return first;
}
