/* json_number.c - doubles as ECMAScript prints them: the fewest digits that read back the same.
 *
 * C's printf rounds correctly, so trying 15, 16 and 17 digits finds the shortest in nearly all
 * cases; shorten() says which are left. The layout (exponent or not) is Number::toString's. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"

/* The digits of a positive double and its decimal exponent: 0.d1d2d3... x 10^exponent. */
struct decimal {
    char digits[24];
    int count;
    int exponent;
};

/* "d.ddde+xx" as printf gives it. */
static void split(const char *printed, struct decimal *decimal)
{
    const char *at = printed;
    decimal->count = 0;
    for (; *at != '\0' && *at != 'e'; at++) {
        if (*at >= '0' && *at <= '9') {
            decimal->digits[decimal->count++] = *at;
        }
    }
    decimal->exponent = (int)strtol(at + 1, NULL, 10) + 1;
    while (decimal->count > 1 && decimal->digits[decimal->count - 1] == '0') {
        decimal->count--;
    }
    decimal->digits[decimal->count] = '\0';
}

static bool reads_back(const struct decimal *decimal, double value)
{
    char text[48];
    (void)snprintf(text, sizeof(text), "0.%se%d", decimal->digits, decimal->exponent);
    return strtod(text, NULL) == value;
}

/* The neighbour above, with the same number of digits. */
static void increment(struct decimal *decimal)
{
    int at = decimal->count - 1;
    while (at >= 0 && decimal->digits[at] == '9') {
        decimal->digits[at--] = '0';
    }
    if (at >= 0) {
        decimal->digits[at]++;
        return;
    }
    decimal->digits[0] = '1';
    decimal->exponent++;
}

/* The fewest digits that read back as value. Up to 15 digits always survive a normal double, so
 * the search starts there; a subnormal has fewer. Below a power of two the doubles lie closer, so
 * the nearest decimal of n digits may fail where the one above it reads back. */
static void shorten(double value, struct decimal *decimal)
{
    char printed[48];
    for (int digits = value < 2.3e-308 ? 1 : 15; digits < 17; digits++) {
        (void)snprintf(printed, sizeof(printed), "%.*e", digits - 1, value);
        split(printed, decimal);
        if (reads_back(decimal, value)) {
            return;
        }
        if (decimal->count == digits) {
            increment(decimal);
            if (reads_back(decimal, value)) {
                return;
            }
        }
    }
    (void)snprintf(printed, sizeof(printed), "%.16e", value);
    split(printed, decimal);
}

size_t json_number(double value, char text[JSON_NUMBER_SIZE])
{
    PRE(isfinite(value));
    const char *sign = value < 0 ? "-" : "";
    struct decimal d = {.count = 0};
    int size = 0;

    if (value == 0) {
        return (size_t)snprintf(text, JSON_NUMBER_SIZE, "0");
    }
    shorten(fabs(value), &d);
    if (d.exponent >= d.count && d.exponent <= 21) {
        size = snprintf(text, JSON_NUMBER_SIZE, "%s%s%.*s", sign, d.digits, d.exponent - d.count,
                        "000000000000000000000");
    } else if (d.exponent > 0 && d.exponent <= 21) {
        size = snprintf(text, JSON_NUMBER_SIZE, "%s%.*s.%s", sign, d.exponent, d.digits,
                        d.digits + d.exponent);
    } else if (d.exponent > -6 && d.exponent <= 0) {
        size = snprintf(text, JSON_NUMBER_SIZE, "%s0.%.*s%s", sign, -d.exponent, "00000", d.digits);
    } else {
        int exponent = d.exponent - 1;
        size =
            snprintf(text, JSON_NUMBER_SIZE, "%s%c%s%se%c%d", sign, d.digits[0],
                     d.count > 1 ? "." : "", d.digits + 1, exponent < 0 ? '-' : '+', abs(exponent));
    }
    POST(size > 0 && size < JSON_NUMBER_SIZE);
    return (size_t)size;
}

bool json_number_read(struct span text, double *value)
{
    char copy[JSON_DIGITS_MAX + 1];
    if (text.size == 0 || text.size > JSON_DIGITS_MAX) {
        return false;
    }
    memcpy(copy, text.data, text.size);
    copy[text.size] = '\0';
    *value = strtod(copy, NULL);
    return isfinite(*value);
}
