/* path.c - parses and follows singular JSONPath queries; see path.h for the grammar.
 *
 * The parser is a cursor over the text with a sticky result: the first thing wrong ends it. Names
 * in brackets are decoded into the arena. */
#include "engine/path.h"

#include "base/mp.h"
#include "base/utf8.h"

struct parser {
    struct span text;
    size_t at;
    struct arena *arena;
    enum path_result result;
};

static int peek(const struct parser *p)
{
    return p->at < p->text.size ? p->text.data[p->at] : -1;
}

static void fail(struct parser *p, enum path_result result)
{
    PRE(result != PATH_OK);
    if (p->result == PATH_OK) {
        p->result = result;
    }
}

static void skip_blanks(struct parser *p)
{
    while (peek(p) == ' ' || peek(p) == '\t' || peek(p) == '\n' || peek(p) == '\r') {
        p->at++;
    }
}

static bool is_name_byte(int c, bool first)
{
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80) {
        return true;
    }
    return !first && c >= '0' && c <= '9';
}

/* ".name"; the dot is read already. */
static struct span parse_name(struct parser *p)
{
    size_t first = p->at;
    bool ok = true;
    if (peek(p) == '*' || peek(p) == '.') {
        fail(p, PATH_MANY);
        return (struct span){NULL, 0};
    }
    while (is_name_byte(peek(p), p->at == first)) {
        p->at++;
    }
    if (p->at == first) {
        fail(p, PATH_BAD);
        return (struct span){NULL, 0};
    }
    struct span name =
        arena_copy(p->arena, (struct span){p->text.data + first, p->at - first}, &ok);
    if (!ok) {
        fail(p, PATH_NO_MEMORY);
    }
    return name;
}

/* Four hex digits, or -1. */
static int32_t parse_hex4(struct parser *p)
{
    int32_t unit = 0;
    for (int i = 0; i < 4; i++) {
        int c = peek(p);
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0) {
            fail(p, PATH_BAD);
            return -1;
        }
        unit = unit * 16 + digit;
        p->at++;
    }
    return unit;
}

/* What follows "\u": one unit, or a pair of surrogates as "XXXX\uXXXX". */
static int32_t parse_unicode(struct parser *p)
{
    int32_t high = parse_hex4(p);
    if (high < 0xD800 || high > 0xDFFF) {
        return high;
    }
    bool paired = high < 0xDC00 && peek(p) == '\\' && p->at + 1 < p->text.size &&
                  p->text.data[p->at + 1] == 'u';
    if (!paired) {
        fail(p, PATH_BAD);
        return -1;
    }
    p->at += 2;
    int32_t low = parse_hex4(p);
    if (low < 0xDC00 || low > 0xDFFF) {
        fail(p, PATH_BAD);
        return -1;
    }
    return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
}

/* What follows a backslash; -1 when it is no escape. */
static int32_t parse_escape(struct parser *p, int quote)
{
    static const char from[] = "bfnrt/\\";
    static const char to[] = "\b\f\n\r\t/\\";
    int c = peek(p);
    p->at += c >= 0;
    if (c == quote) {
        return c;
    }
    if (c == 'u') {
        return parse_unicode(p);
    }
    const char *found = c > 0 ? strchr(from, c) : NULL;
    if (found == NULL) {
        fail(p, PATH_BAD);
        return -1;
    }
    return to[found - from];
}

static size_t put_utf8(uint8_t *at, int32_t c)
{
    if (c < 0x80) {
        at[0] = (uint8_t)c;
        return 1;
    }
    if (c < 0x800) {
        at[0] = (uint8_t)(0xC0 | (c >> 6));
        at[1] = (uint8_t)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        at[0] = (uint8_t)(0xE0 | (c >> 12));
        at[1] = (uint8_t)(0x80 | ((c >> 6) & 0x3F));
        at[2] = (uint8_t)(0x80 | (c & 0x3F));
        return 3;
    }
    at[0] = (uint8_t)(0xF0 | (c >> 18));
    at[1] = (uint8_t)(0x80 | ((c >> 12) & 0x3F));
    at[2] = (uint8_t)(0x80 | ((c >> 6) & 0x3F));
    at[3] = (uint8_t)(0x80 | (c & 0x3F));
    return 4;
}

/* A string in either kind of quotes. An escape never grows when decoded, so what is left of the
 * text is room enough; only up to the closing quote of it is taken. */
static struct span parse_string(struct parser *p)
{
    int quote = peek(p);
    size_t end = p->at + 1;
    while (end < p->text.size && p->text.data[end] != quote) {
        end += p->text.data[end] == '\\' ? 2 : 1;
    }
    uint8_t *decoded = arena_take(p->arena, end - p->at);
    size_t size = 0;
    if (decoded == NULL) {
        fail(p, PATH_NO_MEMORY);
        return (struct span){NULL, 0};
    }
    p->at++;
    while (p->result == PATH_OK && peek(p) != quote) {
        int c = peek(p);
        if (c < 0x20) { /* also the end of the text */
            fail(p, PATH_BAD);
            break;
        }
        p->at++;
        if (c != '\\') {
            decoded[size++] = (uint8_t)c;
            continue;
        }
        int32_t character = parse_escape(p, quote);
        if (p->result == PATH_OK) {
            size += put_utf8(decoded + size, character);
        }
    }
    p->at += p->result == PATH_OK;
    return (struct span){decoded, size};
}

/* "0", or digits that do not begin with 0, with a minus or not; within +-(2^53-1). */
static int64_t parse_index(struct parser *p)
{
    bool negative = peek(p) == '-';
    int64_t index = 0;
    p->at += negative;
    size_t first = p->at;
    while (peek(p) >= '0' && peek(p) <= '9') {
        index = index * 10 + (peek(p) - '0');
        p->at++;
        if (index > MP_INT_MAX) {
            fail(p, PATH_BAD);
            return 0;
        }
    }
    size_t digits = p->at - first;
    bool leading_zero = digits > 0 && p->text.data[first] == '0' && (digits > 1 || negative);
    if (digits == 0 || leading_zero) {
        fail(p, PATH_BAD);
    }
    return negative ? -index : index;
}

/* What stands in brackets; the opening one is read already. */
static void parse_selector(struct parser *p, struct path_part *part)
{
    skip_blanks(p);
    int c = peek(p);
    if (c == '*' || c == '?' || c == ':') {
        fail(p, PATH_MANY);
    } else if (c == '\'' || c == '"') {
        part->name = parse_string(p);
    } else {
        part->is_index = true;
        part->index = parse_index(p);
    }
    skip_blanks(p);
    c = peek(p);
    if (c == ',' || c == ':') {
        fail(p, PATH_MANY);
    } else if (c != ']') {
        fail(p, PATH_BAD);
    }
    p->at += p->result == PATH_OK;
}

enum path_result path_parse(struct span text, struct arena *arena, struct path *path, size_t *size)
{
    PRE(arena != NULL);
    struct path_part parts[PATH_PARTS_MAX];
    struct parser p = {.text = text, .arena = arena, .result = PATH_OK};
    uint32_t count = 0;

    *path = (struct path){NULL, 0};
    *size = 0;
    while (p.result == PATH_OK) {
        skip_blanks(&p);
        int c = peek(&p);
        if (c != '.' && c != '[') {
            break; /* the blanks are not the path's: *size stays before them */
        }
        if (count == PATH_PARTS_MAX) {
            fail(&p, PATH_LONG);
            break;
        }
        parts[count] = (struct path_part){.index = 0};
        p.at++;
        if (c == '.') {
            parts[count].name = parse_name(&p);
        } else {
            parse_selector(&p, &parts[count]);
        }
        count++;
        *size = p.at;
    }
    if (p.result == PATH_OK && count > 0) {
        struct path_part *kept = arena_take(arena, count * sizeof(parts[0]));
        if (kept == NULL) {
            return PATH_NO_MEMORY;
        }
        memcpy(kept, parts, count * sizeof(parts[0]));
        *path = (struct path){kept, count};
    }
    return p.result;
}

struct span path_find(const struct path *path, uint32_t first, struct span value)
{
    PRE(path != NULL);
    PRE(first <= path->count);
    for (uint32_t i = first; i < path->count && value.size > 0; i++) {
        const struct path_part *part = &path->parts[i];
        if (!part->is_index) {
            value = mp_find(value, part->name);
            continue;
        }
        int64_t index = part->index;
        if (index < 0) {
            struct mp mp = mp_open(value);
            index += mp_peek(&mp) == MP_ARRAY ? (int64_t)mp_array(&mp) : 0;
        }
        value = index < 0 ? (struct span){NULL, 0} : mp_at(value, (uint64_t)index);
    }
    return value;
}
