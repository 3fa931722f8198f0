/* reading_values.c - the typed reading of single values. */
#include "reading/reading_values.h"

#include <math.h>
#include <stdio.h>

#include "base/json.h"
#include "base/limits.h"
#include "base/mp.h"
#include "calendar/duration.h"
#include "reading/reading.h"
#include "reading/reading_words.h"

enum { COUNT_MAX = 1000000 };

/* The value as a message shows it: text in quotes, numbers and flags as they are, else its type. */
static struct quoted show(struct span value)
{
    struct quoted shown = {""};
    struct mp mp = mp_open(value);
    enum mp_type type = mp_type(value);
    if (type == MP_STR) {
        (void)snprintf(shown.text, sizeof(shown.text), "'%.*s'", LIMIT_NAME + 3,
                       reading_quote(mp_str(&mp)).text);
    } else if (type == MP_INT) {
        (void)snprintf(shown.text, sizeof(shown.text), "%lld", (long long)mp_int(&mp));
    } else if (type == MP_BOOL) {
        (void)snprintf(shown.text, sizeof(shown.text), "%s", mp_bool(&mp) ? "true" : "false");
    } else if (type == MP_DOUBLE) {
        (void)json_number(mp_double(&mp), shown.text);
    } else {
        (void)snprintf(shown.text, sizeof(shown.text), "%s", reading_type_name(value));
    }
    return shown;
}

bool reading_refuse(struct reading *r, const char *key, struct span value, const char *expected)
{
    struct place place = reading_enter_key(r, key);
    reading_error(r, "must be %s, not %s", expected, show(value).text);
    reading_leave(r, place);
    return false;
}

bool reading_text(struct reading *r, const char *key, struct span value, struct span *text)
{
    if (value.size == 0) {
        return true;
    }
    if (mp_type(value) != MP_STR) {
        return reading_refuse(r, key, value, "text");
    }
    struct mp mp = mp_open(value);
    *text = mp_str(&mp);
    return true;
}

/* A run of [a-z0-9] with `extra` between, at most LIMIT_NAME bytes, that begins with a letter. */
static bool is_word(struct span text, const char *extra)
{
    if (text.size == 0 || text.size > LIMIT_NAME) {
        return false;
    }
    for (size_t i = 0; i < text.size; i++) {
        int byte = text.data[i];
        bool is_letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
        bool is_inner = (byte >= '0' && byte <= '9') || (byte > 0 && strchr(extra, byte));
        if (!is_letter && (i == 0 || !is_inner)) {
            return false;
        }
    }
    return true;
}

static bool is_action(struct span text)
{
    const uint8_t *dot = text.size > 0 ? memchr(text.data, '.', text.size) : NULL;
    if (!dot) {
        return false;
    }
    size_t at = (size_t)(dot - text.data);
    return is_word((struct span){text.data, at}, "_-") &&
           is_word((struct span){dot + 1, text.size - at - 1}, "_-");
}

bool reading_action(struct reading *r, const char *key, struct span value, struct span *action)
{
    struct span text = {NULL, 0};
    if (value.size == 0) {
        return true;
    }
    if (mp_type(value) == MP_STR) {
        struct mp mp = mp_open(value);
        text = mp_str(&mp);
    }
    if (!is_action(text)) {
        return reading_refuse(r, key, value, "an action such as flights.book");
    }
    *action = reading_copy(r, text);
    return true;
}

bool reading_flag(struct reading *r, const char *key, struct span value, bool *flag)
{
    if (value.size == 0) {
        return true;
    }
    if (mp_type(value) != MP_BOOL) {
        return reading_refuse(r, key, value, "true or false");
    }
    struct mp mp = mp_open(value);
    *flag = mp_bool(&mp);
    return true;
}

bool reading_count(struct reading *r, const char *key, struct span value, uint32_t *count)
{
    if (value.size == 0) {
        return true;
    }
    struct mp mp = mp_open(value);
    int64_t number = mp_type(value) == MP_INT ? mp_int(&mp) : -1;
    if (number < 0 || number > COUNT_MAX) {
        return reading_refuse(r, key, value, "a whole number from 0 to 1000000");
    }
    *count = (uint32_t)number;
    return true;
}

bool reading_number(struct reading *r, const char *key, struct span value, struct range range,
                    double *number)
{
    PRE(range.min <= range.max);
    if (value.size == 0) {
        return true;
    }
    enum mp_type type = mp_type(value);
    struct mp mp = mp_open(value);
    double read = type == MP_INT || type == MP_DOUBLE ? mp_double(&mp) : range.min - 1;
    if (!(read >= range.min && read <= range.max)) {
        char expected[64];
        (void)snprintf(expected, sizeof(expected), "a number from %g to %g", range.min, range.max);
        return reading_refuse(r, key, value, expected);
    }
    *number = read;
    return true;
}

bool reading_money(struct reading *r, const char *key, struct span value, int64_t *micros)
{
    enum { USD_MAX = 10000000 };
    struct mp mp = mp_open(value);
    double dollars = -1;
    if (value.size == 0) {
        return true;
    }
    if (mp_type(value) == MP_INT) {
        dollars = (double)mp_int(&mp);
    } else if (mp_type(value) == MP_DOUBLE) {
        dollars = mp_double(&mp);
    }
    /* Six places of a double this large are right to a hundredth of a micro-dollar. */
    double scaled = dollars * 1e6;
    if (!(dollars > 0) || dollars > USD_MAX || fabs(scaled - round(scaled)) > 0.01) {
        return reading_refuse(r, key, value,
                              "US dollars: more than 0, at most 10000000, with at most 6 places");
    }
    *micros = (int64_t)round(scaled);
    return true;
}

bool reading_duration(struct reading *r, const char *key, struct span value, int64_t *ms)
{
    if (value.size == 0) {
        return true;
    }
    struct mp mp = mp_open(value);
    if (mp_type(value) != MP_STR || !duration_parse(mp_str(&mp), ms)) {
        return reading_refuse(r, key, value,
                              "a duration of at most 3650d such as 250ms, 30s, 15m or PT1H");
    }
    return true;
}

bool reading_duration_positive(struct reading *r, const char *key, struct span value, int64_t *ms)
{
    int64_t read = 1;
    if (!reading_duration(r, key, value, &read)) {
        return false;
    }
    if (value.size > 0 && read == 0) {
        return reading_refuse(r, key, value, "longer than nothing");
    }
    *ms = value.size > 0 ? read : *ms;
    return true;
}

bool reading_choice(struct reading *r, const char *key, struct span value,
                    const char *const words[], uint32_t *choice)
{
    char expected[96] = "";
    size_t size = 0;
    struct span text = {NULL, 0};
    if (value.size == 0) {
        return true;
    }
    if (mp_type(value) == MP_STR) {
        struct mp mp = mp_open(value);
        text = mp_str(&mp);
    }
    for (uint32_t i = 0; words[i] != NULL; i++) {
        if (span_is(text, words[i])) {
            *choice = i;
            return true;
        }
        size += (size_t)snprintf(expected + size, sizeof(expected) - size, "%s'%s'",
                                 i == 0 ? "" : " or ", words[i]);
        CHECK(size < sizeof(expected));
    }
    return reading_refuse(r, key, value, expected);
}
