/* list_times.c - looks at one run of ascending times after the other, from the newest, and finds
 * both ends of the span in a run by halving. */
#include "store/list_times.h"

void list_times_open(struct list_times *times, int64_t from_ms, int64_t until_ms)
{
    PRE(from_ms >= 0);
    PRE(until_ms >= 0);
    *times =
        (struct list_times){.from_ms = from_ms, .until_ms = until_ms > 0 ? until_ms : INT64_MAX};
}

/* *found: the first saga whose number is at least `saga`, and *started_ms: when it started;
 * INT64_MAX for both: there is no such saga. */
static enum saga_error look(const struct reader *reader, uint64_t saga, uint64_t *found,
                            int64_t *started_ms)
{
    sqlite3_stmt *first = reader_query(reader, READ_SAGA_FROM);
    enum saga_error rc = SAGA_OK;
    PRE(saga <= INT64_MAX);
    *found = INT64_MAX;
    *started_ms = INT64_MAX;
    db_bind_number(first, 1, (int64_t)saga);
    if (db_next(first, &rc)) {
        *found = (uint64_t)sqlite3_column_int64(first, 0);
        *started_ms = sqlite3_column_int64(first, 1);
        db_end(first);
    }
    return rc;
}

/* *first: the least number from which on all sagas of the run low..high started at at_ms or later,
 * found by halving; high + 1 = none did. A number that no saga has counts as the next greater saga.
 * If the whole run started at at_ms or later, *first is low at once. */
static enum saga_error halve(const struct reader *reader, uint64_t low, uint64_t high,
                             int64_t at_ms, uint64_t *first)
{
    PRE(low <= high);
    uint64_t end = high + 1;
    int64_t begin_ms = 0;
    enum saga_error rc = look(reader, low, first, &begin_ms);
    if (rc != SAGA_OK || begin_ms >= at_ms) {
        *first = low;
        return rc;
    }
    while (low < end) {
        uint64_t middle = low + (end - low) / 2;
        uint64_t found = 0;
        int64_t started_ms = 0;
        rc = look(reader, middle, &found, &started_ms);
        if (rc != SAGA_OK) {
            return rc;
        }
        if (found > high || started_ms >= at_ms) {
            end = middle;
        } else {
            low = found + 1;
        }
    }
    *first = low;
    return SAGA_OK;
}

/* Makes the run of ascending times that holds the saga number `most` the one looked at, and finds
 * which of its sagas started within the span of time. */
static enum saga_error take_run(struct list_times *times, const struct reader *reader,
                                uint64_t most)
{
    int64_t run = 0;
    sqlite3_stmt *seek = reader_query(reader, READ_SEEK_CLOCK);
    enum saga_error rc = SAGA_OK;
    db_bind_number(seek, 1, (int64_t)most);
    if (db_next(seek, &rc)) {
        run = sqlite3_column_int64(seek, 0);
        db_end(seek);
    }
    times->run = run > 0 ? (uint64_t)run : 1;
    CHECK(times->run <= most);
    times->low = times->run;
    if (rc == SAGA_OK && times->from_ms > 0) {
        rc = halve(reader, times->run, most, times->from_ms, &times->low);
    }
    uint64_t behind = most + 1;
    if (rc == SAGA_OK && times->until_ms < INT64_MAX) {
        rc = halve(reader, times->run, most, times->until_ms, &behind);
    }
    times->high = behind - 1;
    return rc;
}

enum saga_error list_times_next(struct list_times *times, const struct reader *reader,
                                uint64_t most, uint64_t *saga)
{
    while (most > 0) {
        if (times->run == 0 || most < times->run) {
            enum saga_error rc = take_run(times, reader, most);
            if (rc != SAGA_OK) {
                return rc;
            }
        }
        *saga = most < times->high ? most : times->high;
        if (*saga >= times->low && *saga > 0) {
            POST(*saga >= times->run);
            return SAGA_OK;
        }
        most = times->run - 1;
    }
    *saga = 0;
    return SAGA_OK;
}
