/* duration.c - "30s" and "PT30S" as milliseconds.
 *
 *   short:     digits unit              unit = ms | s | m | h | d
 *   ISO 8601:  P[nW][nD][T[nH][nM][n[.f]S]]   no years and months: their length is not fixed
 *
 * Nothing longer than ten years: sums of a few durations and a wall clock then fit 64 bits, in
 * nanoseconds too. */
#include "calendar/duration.h"

#include "base/check.h"

#define DAY_MS          (INT64_C(24) * 60 * 60 * 1000)
#define DURATION_MAX_MS (3650 * DAY_MS)

struct unit {
    const char *name;
    int64_t ms;
};

static const struct unit short_units[] = {
    {"ms", 1}, {"s", 1000}, {"m", 60 * 1000}, {"h", 60 * 60 * 1000}, {"d", DAY_MS},
};
/* The units of ISO 8601, in the order in which they must stand. */
static const struct unit date_units[] = {{"W", 7 * DAY_MS}, {"D", DAY_MS}};
static const struct unit time_units[] = {{"H", 60 * 60 * 1000}, {"M", 60 * 1000}, {"S", 1000}};

static bool is_digit(struct span text, size_t at)
{
    return at < text.size && text.data[at] >= '0' && text.data[at] <= '9';
}

/* Digits from *at on; false for none, or too many to be a duration. */
static bool read_number(struct span text, size_t *at, int64_t *number)
{
    size_t first = *at;
    *number = 0;
    while (is_digit(text, *at)) {
        *number = *number * 10 + (text.data[*at] - '0');
        if (*number > DURATION_MAX_MS) {
            return false;
        }
        (*at)++;
    }
    return *at > first;
}

/* Up to three digits after the point, in thousandths. */
static bool read_fraction(struct span text, size_t *at, int64_t *thousandths)
{
    int64_t scale = 100;
    size_t first = *at;
    *thousandths = 0;
    while (is_digit(text, *at) && scale > 0) {
        *thousandths += (text.data[*at] - '0') * scale;
        scale /= 10;
        (*at)++;
    }
    return *at > first;
}

static bool add(int64_t *total, int64_t number, int64_t unit_ms)
{
    if (number > DURATION_MAX_MS / unit_ms) {
        return false;
    }
    *total += number * unit_ms;
    return *total <= DURATION_MAX_MS;
}

static bool parse_short(struct span text, int64_t *ms)
{
    size_t at = 0;
    int64_t number = 0;
    if (!read_number(text, &at, &number)) {
        return false;
    }
    struct span rest = {text.data + at, text.size - at};
    for (size_t i = 0; i < ARRAY_COUNT(short_units); i++) {
        if (span_is(rest, short_units[i].name)) {
            *ms = 0;
            return add(ms, number, short_units[i].ms);
        }
    }
    return false;
}

/* Numbers with units, each unit at most once and in order; stops before what is none. */
static bool parse_units(struct span text, size_t *at, const struct unit units[], size_t unit_count,
                        int64_t *total)
{
    size_t unit = 0;
    while (is_digit(text, *at)) {
        int64_t number = 0;
        int64_t thousandths = 0;
        bool has_fraction = false;
        if (!read_number(text, at, &number)) {
            return false;
        }
        if (*at < text.size && text.data[*at] == '.') {
            (*at)++;
            has_fraction = true;
            if (!read_fraction(text, at, &thousandths)) {
                return false;
            }
        }
        while (unit < unit_count && !(*at < text.size && text.data[*at] == units[unit].name[0])) {
            unit++;
        }
        if (unit == unit_count || (has_fraction && units[unit].name[0] != 'S')) {
            return false;
        }
        if (!add(total, number, units[unit].ms) || !add(total, thousandths, 1)) {
            return false;
        }
        unit++;
        (*at)++;
    }
    return true;
}

static bool parse_iso(struct span text, int64_t *ms)
{
    size_t at = 1;
    *ms = 0;
    if (!parse_units(text, &at, date_units, ARRAY_COUNT(date_units), ms)) {
        return false;
    }
    if (at < text.size && text.data[at] == 'T') {
        at++;
        size_t first = at;
        if (!parse_units(text, &at, time_units, ARRAY_COUNT(time_units), ms) || at == first) {
            return false;
        }
    }
    return at == text.size && at > 1;
}

bool duration_parse(struct span text, int64_t *ms)
{
    PRE(ms != NULL);
    int64_t parsed = 0;
    bool ok = text.size > 0 && text.data[0] == 'P' ? parse_iso(text, &parsed)
                                                   : parse_short(text, &parsed);
    if (ok) {
        *ms = parsed;
    }
    POST(!ok || (*ms >= 0 && *ms <= DURATION_MAX_MS));
    return ok;
}
