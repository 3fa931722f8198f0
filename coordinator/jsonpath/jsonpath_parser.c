/* jsonpath_parser.c - a cursor over the words of JSONPath: blanks, whole numbers, strings. */
#include "jsonpath/jsonpath_parser.h"

#include "base/utf8.h"

void jsonpath_parser_refuse(struct jsonpath_parser *p, size_t offset, const char *sentence)
{
    PRE(sentence != NULL);
    if (!p->problem.sentence) {
        p->problem = (struct jsonpath_problem){offset, sentence};
    }
}

void *jsonpath_parser_take(struct jsonpath_parser *p, size_t size)
{
    void *piece = p->no_memory ? NULL : arena_take(p->arena, size);
    p->no_memory |= !piece;
    return piece;
}

void jsonpath_parser_blanks(struct jsonpath_parser *p)
{
    int c = jsonpath_parser_peek(p);
    while (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
        p->at++;
        c = jsonpath_parser_peek(p);
    }
}

bool jsonpath_parser_takes(struct jsonpath_parser *p, const char *word)
{
    size_t size = strlen(word);
    if (jsonpath_parser_failed(p) || size > p->text.size - p->at ||
        memcmp(p->text.data + p->at, word, size) != 0) {
        return false;
    }
    p->at += size;
    return true;
}

bool jsonpath_parser_enter(struct jsonpath_parser *p)
{
    if (p->nesting == JSONPATH_NESTING_MAX) {
        jsonpath_parser_refuse(p, p->at, "too many filters and calls inside each other");
        return false;
    }
    p->nesting++;
    return true;
}

int64_t jsonpath_parser_integer(struct jsonpath_parser *p)
{
    size_t start = p->at;
    bool is_negative = jsonpath_parser_takes(p, "-");
    size_t first = p->at;
    int64_t number = 0;
    while (jsonpath_parser_peek(p) >= '0' && jsonpath_parser_peek(p) <= '9') {
        number = number * 10 + (jsonpath_parser_peek(p) - '0');
        p->at++;
        if (number > MP_INT_MAX) {
            jsonpath_parser_refuse(p, start, "a number beyond 2^53");
            return 0;
        }
    }
    size_t digits = p->at - first;
    if (digits == 0) {
        jsonpath_parser_refuse(p, start,
                               "a name in quotes, an index, a slice, '*' or a filter "
                               "with '?' must stand here");
    } else if (p->text.data[first] == '0' && (digits > 1 || is_negative)) {
        jsonpath_parser_refuse(p, start, "a whole number has no 0 before it, and no -0");
    }
    return is_negative ? -number : number;
}

/* --- strings ---------------------------------------------------------------------------------- */

/* Four hex digits, or -1. */
static int32_t read_hex(struct jsonpath_parser *p)
{
    int32_t unit = 0;
    for (int i = 0; i < 4; i++) {
        int c = jsonpath_parser_peek(p);
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0) {
            jsonpath_parser_refuse(p, p->at, "\\u needs four hex digits");
            return -1;
        }
        unit = unit * 16 + digit;
        p->at++;
    }
    return unit;
}

/* What follows "\u": one unit, or a pair of surrogates as "XXXX\uXXXX". */
static int32_t read_unicode(struct jsonpath_parser *p)
{
    size_t start = p->at;
    int32_t high = read_hex(p);
    if (high < 0xD800 || high > 0xDFFF) {
        return high;
    }
    bool is_pair = high < 0xDC00 && jsonpath_parser_takes(p, "\\u");
    int32_t low = is_pair ? read_hex(p) : -1;
    if (low < 0xDC00 || low > 0xDFFF) {
        jsonpath_parser_refuse(p, start, "half a pair of surrogates");
        return -1;
    }
    return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
}

/* What follows a backslash; -1, and a problem, when there is no such escape. */
static int32_t read_escape(struct jsonpath_parser *p, int quote)
{
    static const char from[] = "bfnrt/\\";
    static const char to[] = "\b\f\n\r\t/\\";
    int c = jsonpath_parser_peek(p);
    const char *found = c > 0 ? strchr(from, c) : NULL;
    if (c != quote && c != 'u' && !found) {
        jsonpath_parser_refuse(p, p->at - 1, "there is no such escape in a string");
        return -1;
    }
    p->at++;
    if (c == 'u') {
        return read_unicode(p);
    }
    return found != NULL ? to[found - from] : c;
}

/* An escape never grows when decoded, so that what stands between the quotes is room enough. */
struct span jsonpath_parser_string(struct jsonpath_parser *p)
{
    size_t start = p->at;
    int quote = jsonpath_parser_peek(p);
    PRE(quote == '\'' || quote == '"');
    size_t end = start + 1;
    while (end < p->text.size && p->text.data[end] != quote) {
        end += p->text.data[end] == '\\' ? 2 : 1;
    }
    if (end >= p->text.size) {
        jsonpath_parser_refuse(p, start, "the string is not closed");
    } else if (!utf8_is_valid((struct span){p->text.data + start, end - start})) {
        jsonpath_parser_refuse(p, start, "a string that is not UTF-8");
    }
    uint8_t *decoded = jsonpath_parser_failed(p) ? NULL : jsonpath_parser_take(p, end - start);
    size_t size = 0;
    p->at++;
    while (!jsonpath_parser_failed(p) && p->at < end) {
        int c = jsonpath_parser_peek(p);
        if (c < 0x20) {
            jsonpath_parser_refuse(p, p->at, "a control character in a string must be escaped");
            break;
        }
        p->at++;
        if (c != '\\') {
            decoded[size++] = (uint8_t)c;
            continue;
        }
        int32_t character = read_escape(p, quote);
        if (character >= 0) {
            size += utf8_write(decoded + size, (uint32_t)character);
        }
    }
    p->at = end + 1;
    return (struct span){decoded, size};
}
