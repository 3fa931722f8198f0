/* jsonschema_pattern.c - patterns as people write them in schemas (ECMA-262), for an I-Regexp
 * automaton.
 *
 * The two have most in common. What differs and means the same is rewritten: \d \D \w \W \s \S,
 * (?:..), lazy quantifiers, \uXXXX, \xXX, \/, escapes of characters that need none. What an
 * automaton cannot do, or would do otherwise, is refused: (?=..), (?!..), (?<..), \1, \b, \B. A
 * pattern matches anywhere in the text, as in ECMA-262; '^' and '$' are its ends. */
#include "jsonschema/jsonschema_pattern.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "jsonschema/jsonschema_compiler.h"
#include "reading/reading.h"
#include "reading/reading_words.h"

enum { HEX_DIGITS_LONG = 4, HEX_DIGITS_SHORT = 2 };

struct rewriting {
    struct span text;
    size_t at;
    struct buf out;
    bool in_set;         /* between [ and ] */
    bool after_quantity; /* a '?' here would make what stands before it lazy */
    const char *problem;
};

struct set {
    char name;
    const char *ranges;     /* inside [..] */
    const char *complement; /* all other characters, inside [..]; NULL: cannot be written there */
};

#define SPACES     "\\t\\n\\r\x0b\x0c \xc2\xa0\xef\xbb\xbf\\p{Z}"
#define NOT_DIGITS "\x01-/:-\xf4\x8f\xbf\xbf"
static const struct set sets[] = {
    {'d', "0-9", NOT_DIGITS},
    {'w', "A-Za-z0-9_", NULL},
    {'s', SPACES, NULL},
};

static void refuse(struct rewriting *r, const char *problem)
{
    r->problem = r->problem != NULL ? r->problem : problem;
}

static void put_character(struct rewriting *r, uint32_t character)
{
    uint8_t bytes[4];
    static const char special[] = "()*+.?[\\]^{|}-";
    bool is_special = character < 128 && strchr(special, (int)character) && character != 0;
    if (character == '$' && !r->in_set) {
        buf_text(&r->out, "[$]"); /* I-Regexp has no escape for a dollar */
        return;
    }
    if (is_special) {
        buf_text(&r->out, "\\");
    }
    buf_write(&r->out, bytes, utf8_write(bytes, character));
}

int jsonschema_pattern_hex(uint8_t byte)
{
    if (byte >= '0' && byte <= '9') {
        return byte - '0';
    }
    uint8_t low = byte | 0x20;
    return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

static void put_hex(struct rewriting *r, size_t digits)
{
    uint32_t character = 0;
    for (size_t i = 0; i < digits; i++, r->at++) {
        int digit = r->at < r->text.size ? jsonschema_pattern_hex(r->text.data[r->at]) : -1;
        if (digit < 0) {
            refuse(r, "\\u needs four hexadecimal digits, \\x two");
            return;
        }
        character = character << 4 | (uint32_t)digit;
    }
    if (character >= 0xd800 && character <= 0xdfff) {
        refuse(r, "surrogates are no characters: write the character itself");
        return;
    }
    put_character(r, character);
}

static bool put_set(struct rewriting *r, char name)
{
    for (size_t i = 0; i < ARRAY_COUNT(sets); i++) {
        bool negated = name == sets[i].name - ('a' - 'A');
        if (name != sets[i].name && !negated) {
            continue;
        }
        if (!r->in_set) {
            buf_text(&r->out, negated ? "[^" : "[");
            buf_text(&r->out, sets[i].ranges);
            buf_text(&r->out, "]");
        } else if (!negated || sets[i].complement) {
            buf_text(&r->out, negated ? sets[i].complement : sets[i].ranges);
        } else {
            refuse(r, "\\W and \\S cannot stand between '[' and ']'");
        }
        return true;
    }
    return false;
}

static void rewrite_escape(struct rewriting *r)
{
    static const struct {
        char name;
        char character;
    } controls[] = {{'t', '\t'}, {'n', '\n'}, {'r', '\r'}, {'f', '\f'}, {'v', '\v'}};
    if (++r->at == r->text.size) {
        refuse(r, "the pattern ends with '\\'");
        return;
    }
    char name = (char)r->text.data[r->at];
    bool is_letter = (name >= 'a' && name <= 'z') || (name >= 'A' && name <= 'Z');
    bool is_digit = name >= '0' && name <= '9';
    if (!is_letter && !is_digit) {
        return; /* the character stands for itself: copy_character() takes it */
    }
    r->at++;
    for (size_t i = 0; i < ARRAY_COUNT(controls); i++) {
        if (name == controls[i].name) {
            buf_write(&r->out, &controls[i].character, 1);
            return;
        }
    }
    if (name == 'u' || name == 'x') {
        put_hex(r, name == 'u' ? HEX_DIGITS_LONG : HEX_DIGITS_SHORT);
    } else if (name == 'p' || name == 'P') {
        buf_write(&r->out, r->text.data + r->at - 2, 2);
    } else if (!put_set(r, name)) {
        refuse(r, is_digit ? "back references such as \\1 are not supported"
                           : "this escape is not supported; \\d \\w \\s \\t \\n \\r \\uXXXX are");
    }
}

static void rewrite_group(struct rewriting *r)
{
    bool asks = r->at + 1 < r->text.size && r->text.data[r->at + 1] == '?';
    bool plain = asks && r->at + 2 < r->text.size && r->text.data[r->at + 2] == ':';
    if (asks && !plain) {
        refuse(r, "(?=..), (?!..) and (?<..) are not supported");
    }
    buf_text(&r->out, "(");
    r->at += plain ? 3 : 1;
}

/* Copies the next character; a literal one is escaped where I-Regexp would take it for a sign. */
static void copy_character(struct rewriting *r, bool is_literal)
{
    size_t size = utf8_size(r->text.data + r->at, r->text.size - r->at);
    if (size == 0) {
        refuse(r, "the pattern is not UTF-8");
        return;
    }
    if (is_literal) {
        put_character(r, utf8_read(r->text.data + r->at, size));
    } else {
        buf_write(&r->out, r->text.data + r->at, size);
    }
    r->at += size;
}

/* One piece of the pattern. */
static void rewrite(struct rewriting *r)
{
    char byte = (char)r->text.data[r->at];
    bool is_quantity = !r->in_set && strchr("*+?}", byte) && byte != '\0';
    if (is_quantity && r->after_quantity && byte == '?') {
        r->at++; /* lazy: whether the shortest match is found first does not matter here */
        r->after_quantity = false;
        return;
    }
    r->after_quantity = is_quantity;
    if (byte == '\\') {
        size_t before = r->at;
        rewrite_escape(r);
        if (!r->problem && r->at == before + 1) {
            copy_character(r, true);
        }
    } else if (byte == '(' && !r->in_set) {
        rewrite_group(r);
    } else if (byte == '[' && r->in_set) {
        copy_character(r, true);
    } else {
        r->in_set = byte == '[' ? true : byte == ']' ? false : r->in_set;
        copy_character(r, false);
    }
}

const struct regexp *jsonschema_pattern_read(struct jsonschema_compiler *s, struct span pattern)
{
    struct rewriting r = {.text = pattern};
    struct regexp regexp;
    r.out = (struct buf){.data = s->pattern_room,
                         .capacity = JSONSCHEMA_PATTERN_BYTES,
                         .size_max = JSONSCHEMA_PATTERN_BYTES};
    while (r.at < pattern.size && !r.problem) {
        rewrite(&r);
    }
    if (buf_failed(&r.out)) {
        refuse(&r, "the pattern is too large");
    }
    if (!r.problem) {
        r.problem = regexp_compile(buf_span(&r.out), s->room, &regexp);
    }
    if (r.problem) {
        reading_error(s->reading, "the pattern '%s' cannot be used: %s",
                      reading_quote(pattern).text, r.problem);
        return NULL;
    }
    const struct regexp *kept = regexp_keep(&regexp, s->reading->arena);
    s->reading->no_memory = s->reading->no_memory || !kept;
    return kept;
}
