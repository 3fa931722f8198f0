/* hotels.c - a participant that reserves and releases rooms. */
#include "service.h"

#include <inttypes.h>
#include <stdio.h>

static void reserve(const struct saga_task *task, struct saga_answer *answer, void *db)
{
    char trip[64];
    char guest[128];
    if (!saga_value_copy(task->input, "trip", trip, sizeof(trip)) ||
        !saga_value_copy(task->input, "guest", guest, sizeof(guest))) {
        service_answer_refused(answer, "bad_input", "a trip and a guest are needed");
        return;
    }
    int rc = service_execute(db, "INSERT INTO booking (key, trip, guest) VALUES (?, ?, ?)",
                             (const char *const[]){task->key, trip, guest, NULL});
    if (rc != SQLITE_DONE) {
        service_answer_broken(answer, db);
        return;
    }
    char id[32];
    snprintf(id, sizeof(id), "H%" PRId64, (int64_t)sqlite3_last_insert_rowid(db));
    struct saga_pack *output = saga_answer_ok(answer);
    saga_put_map(output, 1);
    saga_put_str(output, "id");
    saga_put_str(output, id);
}

/* The key of the reservation says which one, even when its answer, and so its id, was lost. */
static void release(const struct saga_task *task, struct saga_answer *answer, void *db)
{
    int rc = service_execute(db, "DELETE FROM booking WHERE key = ?",
                             (const char *const[]){task->do_key, NULL, NULL, NULL});
    if (rc == SQLITE_DONE) {
        saga_answer_ok(answer);
    } else {
        service_answer_broken(answer, db);
    }
}

static const struct service hotels = {
    .name = "hotels",
    .schema =
        "CREATE TABLE IF NOT EXISTS booking (id INTEGER PRIMARY KEY AUTOINCREMENT,"
        " key TEXT NOT NULL UNIQUE, trip TEXT NOT NULL, guest TEXT NOT NULL) STRICT",
    .list = "SELECT printf('H%d  %s  %s  %s', id, key, trip, guest) FROM booking ORDER BY id",
    .actions = {{"hotels.reserve", reserve}, {"hotels.release", release}},
};

int main(int argc, char **argv)
{
    return service_main(&hotels, argc, argv);
}
