/* drill_pattern.c - reads a pattern from left to right and writes down what each part asks for.
 *
 * Of alternatives the first is taken. A part that may be repeated is written as often as it must
 * be: its text is repeated, or taken back. */
#include "ctl/drill/drill_pattern.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"

enum { GROUPS_MAX = 16, LETTERS = 128, REPEAT_MAX = 200 };

struct maker {
    const char *at; /* in the pattern */
    uint32_t variant;
    char *text;
    size_t size; /* room */
    size_t used;
    size_t part;               /* where the text of the last part begins */
    size_t groups[GROUPS_MAX]; /* where the texts of the open groups begin */
    size_t depth;
};

static bool put(struct maker *m, char letter)
{
    m->part = m->used;
    if (m->used + 1 >= m->size) {
        return false;
    }
    m->text[m->used++] = letter;
    return true;
}

/* ---- one letter of many ---- */

struct letters {
    bool has[LETTERS];
};

static void add_range(struct letters *letters, char first, char last)
{
    for (int c = (unsigned char)first; c <= (unsigned char)last && c < LETTERS; c++) {
        letters->has[c] = true;
    }
}

/* What an escape stands for. A letter that names no class stands for itself. */
static void add_escape(struct letters *letters, char name)
{
    static const struct {
        char name;
        const char *ranges; /* pairs of first and last */
    } classes[] = {{'d', "09"},   {'w', "azAZ09__"}, {'s', "  \t\r"}, {'n', "\n\n"}, {'t', "\t\t"},
                   {'r', "\r\r"}, {'D', "az"},       {'W', "--"},     {'S', "az"}};
    for (size_t i = 0; i < ARRAY_COUNT(classes); i++) {
        for (const char *range = classes[i].ranges; classes[i].name == name && *range; range += 2) {
            add_range(letters, range[0], range[1]);
        }
        if (classes[i].name == name) {
            return;
        }
    }
    add_range(letters, name, name);
}

/* The variant-th of the letters, small letters and digits before others. */
static bool put_one(struct maker *m, const struct letters *letters)
{
    static const struct letters none;
    char order[LETTERS];
    uint32_t count = 0;
    static const char ranges[] = "azAZ09  !/:@[`{~\t\r";
    for (const char *range = ranges; *range; range += 2) {
        for (int c = range[0]; c <= range[1]; c++) {
            if (letters->has[c]) {
                order[count++] = (char)c;
            }
        }
    }
    MAYBE(memcmp(letters, &none, sizeof(none)) == 0);
    return count > 0 && put(m, order[m->variant % count]);
}

/* "[a-z_]"; m->at is behind the bracket. */
static bool put_class(struct maker *m)
{
    struct letters letters = {{false}};
    bool is_negated = *m->at == '^';
    m->at += is_negated ? 1 : 0;
    while (*m->at && *m->at != ']') {
        char first = *m->at++;
        if (first == '\\' && *m->at) {
            add_escape(&letters, *m->at++);
        } else if (*m->at == '-' && m->at[1] && m->at[1] != ']') {
            add_range(&letters, first, m->at[1]);
            m->at += 2;
        } else {
            add_range(&letters, first, first);
        }
    }
    m->at += *m->at ? 1 : 0;
    for (int c = 0; c < LETTERS; c++) {
        letters.has[c] = letters.has[c] != is_negated;
    }
    return put_one(m, &letters);
}

static bool put_escape(struct maker *m)
{
    struct letters letters = {{false}};
    char name = *m->at;
    if (name == '\0' || strchr("bBpPux", name)) {
        return false;
    }
    m->at++;
    add_escape(&letters, name);
    return put_one(m, &letters);
}

/* ---- groups and repetition ---- */

/* To the end of the group that m->at is in, or of the pattern. */
static void skip_alternatives(struct maker *m)
{
    uint32_t depth = 0;
    bool in_class = false;
    for (; *m->at; m->at++) {
        if (*m->at == '\\' && m->at[1]) {
            m->at++;
        } else if (in_class) {
            in_class = *m->at != ']';
        } else if (*m->at == ')' && depth == 0) {
            return;
        } else {
            in_class = *m->at == '[';
            depth += *m->at == '(' ? 1 : 0;
            depth -= *m->at == ')' ? 1 : 0;
        }
    }
}

static bool open_group(struct maker *m)
{
    bool is_plain = m->at[0] != '?';
    if ((!is_plain && m->at[1] != ':') || m->depth == GROUPS_MAX) {
        return false; /* an assertion */
    }
    m->at += is_plain ? 0 : 2;
    m->groups[m->depth++] = m->used;
    return true;
}

static bool close_group(struct maker *m)
{
    if (m->depth == 0) {
        return false;
    }
    m->part = m->groups[--m->depth];
    return true;
}

/* The last part, so often. */
static bool repeat(struct maker *m, unsigned long times)
{
    size_t size = m->used - m->part;
    if (times > REPEAT_MAX || m->part + size * times + 1 > m->size) {
        return false;
    }
    for (unsigned long i = 1; i < times; i++) {
        memcpy(m->text + m->part + i * size, m->text + m->part, size);
    }
    m->used = m->part + size * times;
    return true;
}

/* "{2}", "{2,}", "{2,4}"; m->at is behind the brace. */
static bool repeat_counted(struct maker *m)
{
    char *end;
    unsigned long least = strtoul(m->at, &end, 10);
    unsigned long most = least;
    if (*end == ',') {
        const char *second = end + 1;
        most = *second == '}' ? REPEAT_MAX : strtoul(second, &end, 10);
        end = *second == '}' ? (char *)(uintptr_t)second : end;
    }
    if (*end != '}') {
        return false;
    }
    m->at = end + 1;
    unsigned long times = least + m->variant;
    return repeat(m, times < most ? times : most);
}

static bool take(struct maker *m)
{
    struct letters any = {{false}};
    char c = *m->at++;
    switch (c) {
    case '^':
    case '$':
        return true;
    case '(':
        return open_group(m);
    case ')':
        return close_group(m);
    case '|':
        skip_alternatives(m);
        return true;
    case '[':
        return put_class(m);
    case '\\':
        return put_escape(m);
    case '.':
        add_range(&any, 'a', 'z');
        return put_one(m, &any);
    case '*':
        return repeat(m, m->variant);
    case '+':
        return repeat(m, 1 + m->variant);
    case '?':
        return repeat(m, m->variant > 0 ? 1 : 0);
    case '{':
        return repeat_counted(m);
    default:
        return put(m, c);
    }
}

bool drill_pattern_make(const char *pattern, uint32_t variant, char *text, size_t size)
{
    struct maker maker = {.at = pattern, .variant = variant, .text = text, .size = size};
    bool is_good = size > 0;
    while (is_good && *maker.at) {
        is_good = take(&maker);
    }
    if (is_good) {
        text[maker.used] = '\0';
    }
    return is_good;
}
