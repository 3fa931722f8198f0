/* jsonpath_literal.c - literals of JSONPath, packed as msgpack. */
#include "jsonpath/jsonpath_literal.h"

#include "base/json.h"
#include "base/plain.h"
#include "jsonpath/jsonpath_parser.h"

static struct span pack_string(struct jsonpath_parser *p)
{
    struct span text = jsonpath_parser_string(p);
    uint8_t *packed = jsonpath_parser_take(p, PLAIN_HEAD_MAX + text.size);
    if (!packed) {
        return (struct span){NULL, 0};
    }
    return span_of(packed, (size_t)(plain_put(packed, text) - packed));
}

static size_t digits_at(const struct jsonpath_parser *p, size_t at)
{
    size_t first = at;
    while (at < p->text.size && p->text.data[at] >= '0' && p->text.data[at] <= '9') {
        at++;
    }
    return at - first;
}

/* Takes digits, at least one. */
static void take_digits(struct jsonpath_parser *p)
{
    size_t digits = digits_at(p, p->at);
    if (digits == 0) {
        jsonpath_parser_refuse(p, p->at, "a digit must stand here");
    }
    p->at += digits;
}

/* A number as JSON writes it: an integer within +-(2^53-1), written as one, stays one. */
static struct span pack_number(struct jsonpath_parser *p)
{
    enum { SIZE = 9 };
    size_t start = p->at;
    (void)jsonpath_parser_takes(p, "-");
    if (jsonpath_parser_peek(p) == '0' && digits_at(p, p->at) > 1) {
        jsonpath_parser_refuse(p, start, "a number has no 0 before it");
    }
    take_digits(p);
    size_t whole = p->at;
    if (jsonpath_parser_takes(p, ".")) {
        take_digits(p);
    }
    if (jsonpath_parser_takes(p, "e") || jsonpath_parser_takes(p, "E")) {
        if (!jsonpath_parser_takes(p, "-")) {
            (void)jsonpath_parser_takes(p, "+");
        }
        take_digits(p);
    }
    double number = 0;
    bool is_good = !jsonpath_parser_failed(p) &&
                   json_number_read((struct span){p->text.data + start, p->at - start}, &number);
    uint8_t *packed = jsonpath_parser_take(p, SIZE);
    if (!is_good) {
        jsonpath_parser_refuse(p, start, "a number too large, or with too many digits");
    }
    if (!packed) {
        return (struct span){NULL, 0};
    }
    struct buf out = {.data = packed, .capacity = SIZE, .size_max = SIZE};
    if (p->at == whole && number >= -(double)MP_INT_MAX && number <= (double)MP_INT_MAX) {
        mp_put_int(&out, (int64_t)number);
    } else {
        mp_put_double(&out, number);
    }
    CHECK(!buf_failed(&out));
    return buf_span(&out);
}

bool jsonpath_literal_read(struct jsonpath_parser *p, struct span *value)
{
    static const struct {
        const char *text;
        struct span value;
    } words[] = {
        {"true", {(const uint8_t *)"\xc3", 1}},
        {"false", {(const uint8_t *)"\xc2", 1}},
        {"null", {(const uint8_t *)"\xc0", 1}},
    };
    int c = jsonpath_parser_peek(p);
    if (c == '\'' || c == '"') {
        *value = pack_string(p);
        return true;
    }
    if (c == '-' || (c >= '0' && c <= '9')) {
        *value = pack_number(p);
        return true;
    }
    for (size_t i = 0; i < ARRAY_COUNT(words); i++) {
        if (jsonpath_parser_takes(p, words[i].text)) {
            *value = words[i].value;
            return true;
        }
    }
    return false;
}
