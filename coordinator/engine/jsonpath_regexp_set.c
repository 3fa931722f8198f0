/* jsonpath_regexp_set.c - sets of characters in patterns: [..], \p{..}, and escapes. */
#include "engine/jsonpath_category.h"
#include "engine/jsonpath_regexp_parts.h"

static void add_range(struct jsonpath_regexp_compiler *c, struct jsonpath_regexp_range range)
{
    if (c->range_count == REGEXP_RANGES_MAX) {
        jsonpath_regexp_refuse(c, "the pattern has too many ranges");
        return;
    }
    c->room->ranges[c->range_count++] = range;
}

/* "{Lu}", its "\p" is read already. */
static void read_category(struct jsonpath_regexp_compiler *c, bool is_negated)
{
    size_t first = c->at + 1;
    if (!jsonpath_regexp_takes(c, '{')) {
        jsonpath_regexp_refuse(c, "\\p and \\P need a category in braces");
        return;
    }
    while (jsonpath_regexp_peek(c) != '}' && jsonpath_regexp_peek(c) >= 0) {
        c->at++;
    }
    uint32_t bits = jsonpath_category_named((struct span){c->text.data + first, c->at - first});
    if (bits == 0 || !jsonpath_regexp_takes(c, '}')) {
        jsonpath_regexp_refuse(c, "there is no such general category");
        return;
    }
    add_range(c, (struct jsonpath_regexp_range){.categories = is_negated ? ~bits : bits});
}

/* What follows a backslash, when it stands for one character. */
static uint32_t read_escape(struct jsonpath_regexp_compiler *c)
{
    static const char from[] = "nrt()*+-.?[\\]^{|}";
    static const char to[] = "\n\r\t()*+-.?[\\]^{|}";
    int byte = jsonpath_regexp_peek(c);
    const char *found = byte > 0 ? strchr(from, byte) : NULL;
    if (!found) {
        jsonpath_regexp_refuse(c, "there is no such escape in I-Regexp (RFC 9485)");
        return CHARACTER_NONE;
    }
    c->at++;
    return (uint32_t)to[found - from];
}

/* One character of [..]. */
static uint32_t read_member(struct jsonpath_regexp_compiler *c)
{
    if (jsonpath_regexp_takes(c, '\\')) {
        return read_escape(c);
    }
    if (jsonpath_regexp_peek(c) == '-' || jsonpath_regexp_peek(c) == '[') {
        jsonpath_regexp_refuse(c, "'-' and '[' need a backslash inside [..]");
    }
    return jsonpath_regexp_character(c);
}

/* "a", "a-z" or "\p{..}" in [..]. */
static void read_range(struct jsonpath_regexp_compiler *c)
{
    if (jsonpath_regexp_peek(c) == '\\' && c->at + 1 < c->text.size) {
        uint8_t next = c->text.data[c->at + 1];
        if (next == 'p' || next == 'P') {
            c->at += 2;
            read_category(c, next == 'P');
            return;
        }
    }
    struct jsonpath_regexp_range range = {.first = read_member(c)};
    range.last = range.first;
    bool is_range = jsonpath_regexp_peek(c) == '-' && c->at + 1 < c->text.size &&
                    c->text.data[c->at + 1] != ']';
    if (is_range) {
        c->at++;
        range.last = read_member(c);
    }
    if (range.last < range.first) {
        jsonpath_regexp_refuse(c, "a range ends before it begins");
    }
    add_range(c, range);
}

void jsonpath_regexp_read_set(struct jsonpath_regexp_compiler *c)
{
    struct jsonpath_regexp_step set = {.kind = STEP_SET, .first = c->range_count};
    set.is_negated = jsonpath_regexp_takes(c, '^');
    if (jsonpath_regexp_peek(c) == ']') {
        jsonpath_regexp_refuse(c, "[] holds nothing");
    }
    if (jsonpath_regexp_takes(c, '-')) {
        add_range(c, (struct jsonpath_regexp_range){.first = '-', .last = '-'});
    }
    while (!c->problem && jsonpath_regexp_peek(c) != ']') {
        if (jsonpath_regexp_takes(c, '-')) {
            add_range(c, (struct jsonpath_regexp_range){.first = '-', .last = '-'});
            if (jsonpath_regexp_peek(c) != ']') {
                jsonpath_regexp_refuse(c, "'-' and '[' need a backslash inside [..]");
            }
            continue;
        }
        read_range(c);
    }
    c->at++;
    set.last = c->range_count - set.first;
    jsonpath_regexp_add(c, set);
}

void jsonpath_regexp_read_escape(struct jsonpath_regexp_compiler *c)
{
    int byte = jsonpath_regexp_peek(c);
    if (byte != 'p' && byte != 'P') {
        jsonpath_regexp_add_character(c, read_escape(c));
        return;
    }
    uint32_t first = c->range_count;
    c->at++;
    read_category(c, byte == 'P');
    jsonpath_regexp_add(c,
                        (struct jsonpath_regexp_step){.kind = STEP_SET, .first = first, .last = 1});
}
