/* flights.c - a participant that books and cancels seats on flights.
 *
 * A seat of a trip is sold once. flights.find says, when an answer was lost, whether a booking took
 * effect: the barrier knows that, so there is no work for it. */
#include "service.h"

#include <inttypes.h>
#include <stdio.h>

static void book(const struct saga_task *task, struct saga_answer *answer, void *db)
{
    char trip[64];
    char seat[8];
    if (!saga_value_copy(task->input, "trip", trip, sizeof(trip)) ||
        !saga_value_copy(task->input, "seat", seat, sizeof(seat))) {
        service_answer_refused(answer, "bad_input", "a trip and a seat are needed");
        return;
    }
    int rc = service_execute(db, "INSERT INTO booking (key, trip, seat) VALUES (?, ?, ?)",
                             (const char *const[]){task->key, trip, seat, NULL});
    if (rc == SQLITE_CONSTRAINT) {
        service_answer_refused(answer, "seat_taken", "somebody else has this seat");
        return;
    }
    if (rc != SQLITE_DONE) {
        service_answer_broken(answer, db);
        return;
    }
    char number[32];
    snprintf(number, sizeof(number), "F%" PRId64, (int64_t)sqlite3_last_insert_rowid(db));
    struct saga_pack *output = saga_answer_ok(answer);
    saga_put_map(output, 1);
    saga_put_str(output, "number");
    saga_put_str(output, number);
}

static void cancel(const struct saga_task *task, struct saga_answer *answer, void *db)
{
    int rc = service_execute(db, "DELETE FROM booking WHERE key = ?",
                             (const char *const[]){task->do_key, NULL, NULL, NULL});
    if (rc == SQLITE_DONE) {
        saga_answer_ok(answer);
    } else {
        service_answer_broken(answer, db);
    }
}

static const struct service flights = {
    .name = "flights",
    .schema =
        "CREATE TABLE IF NOT EXISTS booking (id INTEGER PRIMARY KEY AUTOINCREMENT,"
        " key TEXT NOT NULL UNIQUE, trip TEXT NOT NULL, seat TEXT NOT NULL,"
        " UNIQUE (trip, seat)) STRICT",
    .list = "SELECT printf('F%d  %s  %s  %s', id, key, trip, seat) FROM booking ORDER BY id",
    .actions = {{"flights.book", book}, {"flights.cancel", cancel}, {"flights.find", NULL}},
};

int main(int argc, char **argv)
{
    return service_main(&flights, argc, argv);
}
