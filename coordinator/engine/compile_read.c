/* compile_read.c - tables of keys and the typed reading of single values. */
#include "engine/compile.h"

#include <math.h>
#include <stdio.h>

#include "base/json.h"
#include "calendar/duration.h"

enum { COUNT_MAX = 1000000 };

/* --- keys ------------------------------------------------------------------------------------- */

static const struct key *find_key(const struct key_table *table, struct span name)
{
    for (uint32_t i = 0; i < table->count; i++) {
        if (span_is(name, table->keys[i].name)) {
            return &table->keys[i];
        }
    }
    return NULL;
}

static void report_unknown(struct compile *c, const struct key_table *table, struct span name)
{
    const char *nearest = NULL;
    uint32_t nearness = UINT32_MAX;
    for (uint32_t i = 0; i < table->count; i++) {
        uint32_t near = compile_nearness(name, span_text(table->keys[i].name));
        if (near > 0 && near < nearness && table->keys[i].support == KEY_NOW) {
            nearness = near;
            nearest = table->keys[i].name;
        }
    }
    if (nearest) {
        compile_error(c, "%s has no key '%s'; did you mean '%s'?", table->what,
                      compile_quote(name).text, nearest);
    } else {
        compile_error(c, "%s has no key '%s'", table->what, compile_quote(name).text);
    }
}

bool compile_keys(struct compile *c, struct span value, const struct key_table *table, void *target)
{
    PRE(target != NULL);
    PRE(table->count > 0);
    if (mp_type(value) != MP_MAP) {
        compile_error(c, "%s must be a map of keys, not %s", table->what, compile_type_name(value));
        return false;
    }
    struct mp mp = mp_open(value);
    uint32_t count = mp_map(&mp);
    for (uint32_t i = 0; i < count; i++) {
        struct span name = mp_str(&mp);
        struct span item = mp_skip(&mp);
        const struct key *key = find_key(table, name);
        struct place place = compile_enter(c, name);
        if (!key) {
            report_unknown(c, table, name);
        } else if (key->support == KEY_LATER) {
            compile_error(c, "'%s' is not supported yet", key->name);
        } else {
            memcpy((uint8_t *)target + key->offset, &item, sizeof(item));
        }
        compile_leave(c, place);
    }
    return true;
}

/* --- values ----------------------------------------------------------------------------------- */

/* The value as a message shows it: text in quotes, numbers and flags as they are, else its type. */
static struct quoted show(struct span value)
{
    struct quoted shown = {""};
    struct mp mp = mp_open(value);
    enum mp_type type = mp_type(value);
    if (type == MP_STR) {
        (void)snprintf(shown.text, sizeof(shown.text), "'%.*s'", LIMIT_NAME + 3,
                       compile_quote(mp_str(&mp)).text);
    } else if (type == MP_INT) {
        (void)snprintf(shown.text, sizeof(shown.text), "%lld", (long long)mp_int(&mp));
    } else if (type == MP_BOOL) {
        (void)snprintf(shown.text, sizeof(shown.text), "%s", mp_bool(&mp) ? "true" : "false");
    } else if (type == MP_DOUBLE) {
        (void)json_number(mp_double(&mp), shown.text);
    } else {
        (void)snprintf(shown.text, sizeof(shown.text), "%s", compile_type_name(value));
    }
    return shown;
}

bool compile_refuse(struct compile *c, const char *key, struct span value, const char *expected)
{
    struct place place = compile_enter_key(c, key);
    compile_error(c, "must be %s, not %s", expected, show(value).text);
    compile_leave(c, place);
    return false;
}

bool compile_text(struct compile *c, const char *key, struct span value, struct span *text)
{
    if (value.size == 0) {
        return true;
    }
    if (mp_type(value) != MP_STR) {
        return compile_refuse(c, key, value, "text");
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

bool compile_action(struct compile *c, const char *key, struct span value, struct span *action)
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
        return compile_refuse(c, key, value, "an action such as flights.book");
    }
    *action = compile_copy(c, text);
    return true;
}

bool compile_flag(struct compile *c, const char *key, struct span value, bool *flag)
{
    if (value.size == 0) {
        return true;
    }
    if (mp_type(value) != MP_BOOL) {
        return compile_refuse(c, key, value, "true or false");
    }
    struct mp mp = mp_open(value);
    *flag = mp_bool(&mp);
    return true;
}

bool compile_count(struct compile *c, const char *key, struct span value, uint32_t *count)
{
    if (value.size == 0) {
        return true;
    }
    struct mp mp = mp_open(value);
    int64_t number = mp_type(value) == MP_INT ? mp_int(&mp) : -1;
    if (number < 0 || number > COUNT_MAX) {
        return compile_refuse(c, key, value, "a whole number from 0 to 1000000");
    }
    *count = (uint32_t)number;
    return true;
}

bool compile_number(struct compile *c, const char *key, struct span value, struct range range,
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
        return compile_refuse(c, key, value, expected);
    }
    *number = read;
    return true;
}

bool compile_money(struct compile *c, const char *key, struct span value, int64_t *micros)
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
        return compile_refuse(c, key, value,
                              "US dollars: more than 0, at most 10000000, with at most 6 places");
    }
    *micros = (int64_t)round(scaled);
    return true;
}

bool compile_duration(struct compile *c, const char *key, struct span value, int64_t *ms)
{
    if (value.size == 0) {
        return true;
    }
    struct mp mp = mp_open(value);
    if (mp_type(value) != MP_STR || !duration_parse(mp_str(&mp), ms)) {
        return compile_refuse(c, key, value,
                              "a duration of at most 3650d such as 250ms, 30s, 15m or PT1H");
    }
    return true;
}

bool compile_duration_positive(struct compile *c, const char *key, struct span value, int64_t *ms)
{
    int64_t read = 1;
    if (!compile_duration(c, key, value, &read)) {
        return false;
    }
    if (value.size > 0 && read == 0) {
        return compile_refuse(c, key, value, "longer than nothing");
    }
    *ms = value.size > 0 ? read : *ms;
    return true;
}

bool compile_choice(struct compile *c, const char *key, struct span value,
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
    return compile_refuse(c, key, value, expected);
}
