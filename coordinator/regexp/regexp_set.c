/* regexp_set.c - sets of characters in patterns: [..], \p{..}, and escapes. */
#include "regexp/regexp_set.h"

#include "regexp/regexp_category.h"
#include "regexp/regexp_compiler.h"

static void add_range(struct regexp_compiler *c, struct regexp_range range)
{
    if (c->range_count == REGEXP_RANGES_MAX) {
        regexp_compiler_refuse(c, "the pattern has too many ranges");
        return;
    }
    c->room->ranges[c->range_count++] = range;
}

/* "{Lu}", after its "\p". */
static void read_category(struct regexp_compiler *c, bool is_negated)
{
    size_t first = c->at + 1;
    if (!regexp_compiler_takes(c, '{')) {
        regexp_compiler_refuse(c, "\\p and \\P need a category in braces");
        return;
    }
    while (regexp_compiler_peek(c) != '}' && regexp_compiler_peek(c) >= 0) {
        c->at++;
    }
    uint32_t bits = regexp_category_named((struct span){c->text.data + first, c->at - first});
    if (bits == 0 || !regexp_compiler_takes(c, '}')) {
        regexp_compiler_refuse(c, "there is no such general category");
        return;
    }
    add_range(c, (struct regexp_range){.categories = is_negated ? ~bits : bits});
}

/* What follows a backslash, when it stands for one character. */
static uint32_t read_escape(struct regexp_compiler *c)
{
    static const char from[] = "nrt()*+-.?[\\]^{|}";
    static const char to[] = "\n\r\t()*+-.?[\\]^{|}";
    int byte = regexp_compiler_peek(c);
    const char *found = byte > 0 ? strchr(from, byte) : NULL;
    if (!found) {
        regexp_compiler_refuse(c, "there is no such escape in I-Regexp (RFC 9485)");
        return CHARACTER_NONE;
    }
    c->at++;
    return (uint32_t)to[found - from];
}

/* Reads one character of [..], escaped or not. */
static uint32_t read_member(struct regexp_compiler *c)
{
    if (regexp_compiler_takes(c, '\\')) {
        return read_escape(c);
    }
    if (regexp_compiler_peek(c) == '-' || regexp_compiler_peek(c) == '[') {
        regexp_compiler_refuse(c, "'-' and '[' need a backslash inside [..]");
    }
    return regexp_compiler_character(c);
}

/* "a", "a-z" or "\p{..}" in [..]. */
static void read_range(struct regexp_compiler *c)
{
    if (regexp_compiler_peek(c) == '\\' && c->at + 1 < c->text.size) {
        uint8_t next = c->text.data[c->at + 1];
        if (next == 'p' || next == 'P') {
            c->at += 2;
            read_category(c, next == 'P');
            return;
        }
    }
    struct regexp_range range = {.first = read_member(c)};
    range.last = range.first;
    bool is_range = regexp_compiler_peek(c) == '-' && c->at + 1 < c->text.size &&
                    c->text.data[c->at + 1] != ']';
    if (is_range) {
        c->at++;
        range.last = read_member(c);
    }
    if (range.last < range.first) {
        regexp_compiler_refuse(c, "a range ends before it begins");
    }
    add_range(c, range);
}

void regexp_set_read(struct regexp_compiler *c)
{
    struct regexp_step set = {.kind = STEP_SET, .first = c->range_count};
    set.is_negated = regexp_compiler_takes(c, '^');
    if (regexp_compiler_peek(c) == ']') {
        regexp_compiler_refuse(c, "[] holds nothing");
    }
    if (regexp_compiler_takes(c, '-')) {
        add_range(c, (struct regexp_range){.first = '-', .last = '-'});
    }
    while (!c->problem && regexp_compiler_peek(c) != ']') {
        if (regexp_compiler_takes(c, '-')) {
            add_range(c, (struct regexp_range){.first = '-', .last = '-'});
            if (regexp_compiler_peek(c) != ']') {
                regexp_compiler_refuse(c, "'-' and '[' need a backslash inside [..]");
            }
            continue;
        }
        read_range(c);
    }
    c->at++;
    set.last = c->range_count - set.first;
    regexp_compiler_add(c, set);
}

void regexp_set_read_escape(struct regexp_compiler *c)
{
    int byte = regexp_compiler_peek(c);
    if (byte != 'p' && byte != 'P') {
        regexp_compiler_add_character(c, read_escape(c));
        return;
    }
    uint32_t first = c->range_count;
    c->at++;
    read_category(c, byte == 'P');
    regexp_compiler_add(c, (struct regexp_step){.kind = STEP_SET, .first = first, .last = 1});
}
