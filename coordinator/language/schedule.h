/* schedule.h - when a definition starts a saga by itself: ticks, and what becomes of missed ones.
 *
 * What has been dealt with is a mark: all ticks up to it have started their saga, or were left out.
 * A tick is missed when the coordinator did not serve at its time, or when the next one is due too.
 * Pure: the mark, the zone and the time are given. */
#ifndef LANGUAGE_SCHEDULE_H
#define LANGUAGE_SCHEDULE_H

#include "base/check.h"
#include "base/error.h"
#include "calendar/cron.h"

struct arena;
struct definition;
struct problems;
struct template;
struct zone;

enum {
    SCHEDULE_TICKS_MAX = 1000, /* missed ticks that `all` makes up for; older ones are left out */
    SCHEDULE_TICK_SIZE = 32,   /* a tick as text */
    SCHEDULE_ID_SIZE = 128,    /* a saga's id */
};

enum catch_up {
    CATCH_UP_ONE,  /* the latest missed tick */
    CATCH_UP_NONE, /* no missed tick */
    CATCH_UP_ALL,  /* each of them, oldest first */
    CATCH_UP_COUNT
};

struct schedule {
    struct span expression;
    struct span timezone; /* as written; "UTC" when nothing is */
    struct cron cron;
    enum catch_up catch_up;
    const struct template *input; /* NULL: the tick's time */
    uint32_t index;               /* among the definition's schedules */
    uint32_t place;               /* among the items of `on` */
    uint8_t digest[32];           /* of expression and time zone: what the mark belongs to */
};

/* "one", "none" or "all". */
const char *catch_up_name(enum catch_up catch_up);
/* Does the schedule need no zone's file? */
bool schedule_is_utc(const struct schedule *schedule);

/* Reads the file of a zone, as zoneinfo_read() does: at most SCHEDULE_ZONE_BYTES. */
enum { SCHEDULE_ZONE_BYTES = 64 * 1024 };
typedef enum saga_error (*schedule_read_fn)(struct span name, uint8_t *bytes, size_t *size);

/* The schedule's zone, in the arena; NULL is UTC, which needs no file. SAGA_NOT_FOUND and
 * SAGA_INVALID with *why, SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error schedule_zone(const struct schedule *schedule, schedule_read_fn read,
                                         struct arena *arena, const struct zone **zone,
                                         const char **why);
/* Adds a problem for each zone that cannot be read: an error, or a warning where the definition
 * will not run here. SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error schedule_check_zones(const struct definition *definition,
                                                schedule_read_fn read, struct arena *arena,
                                                bool is_warning, struct problems *problems);

struct schedule_time {
    int64_t mark_ms;    /* dealt with up to here */
    int64_t serving_ms; /* since when sagas can start */
    int64_t now_ms;
};

struct schedule_step {
    int64_t tick_ms; /* start the saga of this tick; INT64_MAX = none */
    int64_t mark_ms; /* then, or otherwise, all up to here is dealt with */
    int64_t next_ms; /* without a tick: when the next one is due; INT64_MAX = never */
};

/* What is to be done next; called again with the mark it gives, until it gives no tick. */
void schedule_next(const struct schedule *schedule, const struct zone *zone,
                   const struct schedule_time *time, struct schedule_step *step);

/* "20261128T030000Z". */
void schedule_tick_text(int64_t tick_ms, char text[SCHEDULE_TICK_SIZE]);
/* The id of the saga that the tick starts: "<definition>:<tick>", of further schedules of the same
 * definition with ":2" and so on behind it. */
void schedule_saga_id(struct span definition, const struct schedule *schedule, int64_t tick_ms,
                      char text[SCHEDULE_ID_SIZE]);

#endif
