/* itineraries.c - a participant that writes the traveller's plan, or refuses to.
 *
 * The itinerary comes last, and nothing after it can fail. Its step says `compensate` all the same,
 * for a person's `sagactl reverse` uses that. There is no way to Atlantis. */
#include "service.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void create(const struct saga_task *task, struct saga_answer *answer, void *db)
{
    char trip[64];
    char flight[32];
    char hotel[32];
    if (!saga_value_copy(task->input, "trip", trip, sizeof(trip)) ||
        !saga_value_copy(task->input, "flight", flight, sizeof(flight)) ||
        !saga_value_copy(task->input, "hotel", hotel, sizeof(hotel))) {
        service_answer_refused(answer, "bad_input", "a trip, a flight and a hotel are needed");
        return;
    }
    if (strcmp(trip, "atlantis") == 0) {
        service_answer_refused(answer, "no_such_place", "nobody has come back from there yet");
        return;
    }
    int rc =
        service_execute(db, "INSERT INTO itinerary (key, trip, flight, hotel) VALUES (?, ?, ?, ?)",
                        (const char *const[]){task->key, trip, flight, hotel});
    if (rc != SQLITE_DONE) {
        service_answer_broken(answer, db);
        return;
    }
    char number[32];
    snprintf(number, sizeof(number), "I%" PRId64, (int64_t)sqlite3_last_insert_rowid(db));
    struct saga_pack *output = saga_answer_ok(answer);
    saga_put_map(output, 1);
    saga_put_str(output, "number");
    saga_put_str(output, number);
}

static void discard(const struct saga_task *task, struct saga_answer *answer, void *db)
{
    int rc = service_execute(db, "DELETE FROM itinerary WHERE key = ?",
                             (const char *const[]){task->do_key, NULL, NULL, NULL});
    if (rc == SQLITE_DONE) {
        saga_answer_ok(answer);
    } else {
        service_answer_broken(answer, db);
    }
}

static const struct service itineraries = {
    .name = "itineraries",
    .schema =
        "CREATE TABLE IF NOT EXISTS itinerary (id INTEGER PRIMARY KEY AUTOINCREMENT,"
        " key TEXT NOT NULL UNIQUE, trip TEXT NOT NULL, flight TEXT NOT NULL,"
        " hotel TEXT NOT NULL) STRICT",
    .list =
        "SELECT printf('I%d  %s  %s  %s  %s', id, key, trip, flight, hotel)"
        " FROM itinerary ORDER BY id",
    .actions = {{"itineraries.create", create}, {"itineraries.discard", discard}},
};

int main(int argc, char **argv)
{
    return service_main(&itineraries, argc, argv);
}
