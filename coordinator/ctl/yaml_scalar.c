/* yaml_scalar.c - the core schema of YAML 1.2, for plain scalars.
 *
 *   null | Null | NULL | ~ | nothing
 *   true | True | TRUE | false | False | FALSE
 *   [-+]?[0-9]+ | 0o[0-7]+ | 0x[0-9a-fA-F]+
 *   [-+]?( \.[0-9]+ | [0-9]+(\.[0-9]*)? )([eE][-+]?[0-9]+)?
 *
 * `no`, `on`, `1_000` and dates are text. Infinity and NaN have no JSON form and are refused. */
#include "ctl/yaml_scalar.h"

#include <math.h>
#include <stdlib.h>

#include "base/mp.h"

enum { NUMBER_SIZE = 64 }; /* no number worth writing is longer */

static const char *const too_big =
    "the number is too large to be exact everywhere; quote it to "
    "make it text";

static bool is_one_of(struct span text, const char *const words[])
{
    for (size_t i = 0; words[i] != NULL; i++) {
        if (span_is(text, words[i])) {
            return true;
        }
    }
    return false;
}

static size_t skip_digits(struct span text, size_t at)
{
    while (at < text.size && text.data[at] >= '0' && text.data[at] <= '9') {
        at++;
    }
    return at;
}

static size_t skip_sign(struct span text, size_t at)
{
    return at < text.size && (text.data[at] == '-' || text.data[at] == '+') ? at + 1 : at;
}

/* Is the text a decimal number? *is_float when it has a point or an exponent. */
static bool is_decimal(struct span text, bool *is_float)
{
    size_t first = skip_sign(text, 0);
    size_t at = skip_digits(text, first);
    size_t digits = at - first;
    *is_float = false;
    if (at < text.size && text.data[at] == '.') {
        size_t end = skip_digits(text, at + 1);
        digits += end - at - 1;
        at = end;
        *is_float = true;
    }
    if (digits == 0) {
        return false;
    }
    if (at < text.size && (text.data[at] == 'e' || text.data[at] == 'E')) {
        size_t exponent = skip_sign(text, at + 1);
        at = skip_digits(text, exponent);
        *is_float = true;
        return at > exponent && at == text.size;
    }
    return at == text.size;
}

/* The base of a number such as 0o17 or 0xff; 0 for any other text. */
static int base_of(struct span text)
{
    if (text.size < 3 || text.data[0] != '0' || (text.data[1] != 'o' && text.data[1] != 'x')) {
        return 0;
    }
    const char *digits = text.data[1] == 'o' ? "01234567" : "0123456789abcdefABCDEF";
    for (size_t i = 2; i < text.size; i++) {
        if (text.data[i] == 0 || !strchr(digits, text.data[i])) {
            return 0;
        }
    }
    return text.data[1] == 'o' ? 8 : 16;
}

/* strtol and its like want a NUL; false when the text is longer than any number needs. */
static bool copy_number(struct span text, size_t from, char number[NUMBER_SIZE])
{
    if (text.size - from >= NUMBER_SIZE) {
        return false;
    }
    memcpy(number, text.data + from, text.size - from);
    number[text.size - from] = '\0';
    return true;
}

static const char *put_integer(struct span text, int base, struct buf *out)
{
    char number[NUMBER_SIZE];
    if (!copy_number(text, base == 10 ? 0 : 2, number)) {
        return too_big;
    }
    long long value =
        strtoll(number, NULL, base); /* strtoll() gives its bounds for what does not fit */
    if (value > MP_INT_MAX || value < -MP_INT_MAX) {
        return too_big;
    }
    mp_put_int(out, value);
    return NULL;
}

static const char *put_float(struct span text, struct buf *out)
{
    char number[NUMBER_SIZE];
    if (!copy_number(text, 0, number)) {
        return too_big;
    }
    double value = strtod(number, NULL);
    if (!isfinite(value)) {
        return too_big;
    }
    mp_put_double(out, value);
    return NULL;
}

const char *yaml_scalar_put(struct span text, struct buf *out)
{
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
    static const char *const trues[] = {"true", "True", "TRUE", NULL};
    static const char *const falses[] = {"false", "False", "FALSE", NULL};
    static const char *const no_numbers[] = {".inf",  ".Inf",  ".INF",  "-.inf", "-.Inf",
                                             "-.INF", "+.inf", "+.Inf", "+.INF", ".nan",
                                             ".NaN",  ".NAN",  NULL};
    bool is_float = false;

    if (is_one_of(text, nulls)) {
        mp_put_nil(out);
    } else if (is_one_of(text, trues) || is_one_of(text, falses)) {
        mp_put_bool(out, text.data[0] == 't' || text.data[0] == 'T');
    } else if (is_one_of(text, no_numbers)) {
        return "infinity and NaN have no form in JSON";
    } else if (is_decimal(text, &is_float)) {
        return is_float ? put_float(text, out) : put_integer(text, 10, out);
    } else if (base_of(text) != 0) {
        return put_integer(text, base_of(text), out);
    } else {
        mp_put_str(out, text);
    }
    return NULL;
}
