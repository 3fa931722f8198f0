/* zone.h - what a region's clocks show: a file of the time zone database, read.
 *
 * The bytes are those of a TZif file (RFC 8536), as every system has them in /usr/share/zoneinfo:
 * a table of the moments at which clocks change, and a rule (as in POSIX's TZ) for all later ones.
 * Why not the C library: docs/decisions. Files that count leap seconds ("right/...") are refused.
 *
 * Pure; a zone is immutable and may be read from any thread. */
#ifndef CALENDAR_ZONE_H
#define CALENDAR_ZONE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"
#include "base/error.h"
#include "base/span.h"

struct arena;

enum {
    ZONE_BYTES_MAX = 256 * 1024, /* of a file; the largest of today has 4 KiB */
    ZONE_CHANGES_MAX = 16384,    /* in the table of a file */
};

/* When clocks change, by the rule: a day of the year and a time of it. */
struct zone_day {
    enum { ZONE_DAY_JULIAN, ZONE_DAY_COUNT, ZONE_DAY_WEEK } form;
    int32_t day;    /* JULIAN: 1..365, no 29 February; COUNT: 0..365; WEEK: 0..6, 0 = Sunday */
    int32_t week;   /* WEEK: 1..5, 5 = the last */
    int32_t month;  /* WEEK: 1..12 */
    int32_t time_s; /* of the clock before the change */
};

struct zone_rule {
    bool is_there;
    bool has_summer;
    int32_t offset_s; /* east of Greenwich */
    int32_t summer_offset_s;
    struct zone_day summer; /* begins */
    struct zone_day winter;
};

struct zone {
    const int64_t *changes_s; /* ascending */
    const int32_t *offsets_s; /* from the change of the same index on */
    uint32_t count;
    int32_t first_offset_s; /* before the first change */
    struct zone_rule rule;  /* from the last change on */
};

/* A time in which clocks were not changed. */
struct zone_period {
    int64_t from_s;  /* first moment; INT64_MIN = always */
    int64_t until_s; /* first moment after it; INT64_MAX = for ever */
    int32_t offset_s;
};

/* Reads a file into the arena. SAGA_INVALID with *why (a literal) when it is no such file,
 * SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error zone_read(struct span bytes, struct arena *arena,
                                     const struct zone **zone, const char **why);

/* The period that holds the moment. zone NULL = UTC. */
struct zone_period zone_at(const struct zone *zone, int64_t at_s);

/* Reads POSIX's TZ: "CET-1CEST,M3.5.0,M10.5.0/3"; false when it is none. */
bool zone_rule_parse(struct span text, struct zone_rule *rule);
/* The period of the rule that holds the moment. */
struct zone_period zone_rule_at(const struct zone_rule *rule, int64_t at_s);

#endif
