/* press.c - those who work on an article, in one process with one database: a library, notes,
 * charts and the site.
 *
 * The library only reads. What the others make is one row each, which their undo takes away again.
 * A topic called "nothing" has no sources, and one called "secret" may not be published. */
#include "service.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { SOURCES = 5 };

static bool topic_of(const struct saga_task *task, struct saga_answer *answer, char *topic,
                     size_t size)
{
    bool good = saga_value_copy(task->input, "topic", topic, size);
    if (!good) {
        service_answer_refused(answer, "bad_input", "a topic is needed");
    }
    return good;
}

static void find(const struct saga_task *task, struct saga_answer *answer, void *db)
{
    char topic[64];
    char place[96];
    (void)db;
    if (!topic_of(task, answer, topic, sizeof(topic))) {
        return;
    }
    uint32_t count = strcmp(topic, "nothing") == 0 ? 0 : SOURCES;
    struct saga_pack *output = saga_answer_ok(answer);
    saga_put_map(output, 1);
    saga_put_str(output, "sources");
    saga_put_array(output, count);
    for (uint32_t i = 0; i < count; i++) {
        snprintf(place, sizeof(place), "%s/%u", topic, i + 1);
        saga_put_str(output, place);
    }
}

static void read_one(const struct saga_task *task, struct saga_answer *answer, void *db)
{
    char place[96];
    (void)db;
    if (!saga_value_copy(task->input, "source", place, sizeof(place))) {
        service_answer_refused(answer, "bad_input", "a source is needed");
        return;
    }
    struct saga_pack *output = saga_answer_ok(answer);
    saga_put_map(output, 2);
    saga_put_str(output, "source");
    saga_put_str(output, place);
    saga_put_str(output, "words");
    saga_put_int(output, (int64_t)strlen(place) * 100);
}

static void make(const struct saga_task *task, struct saga_answer *answer, void *db)
{
    char topic[64];
    char what[64];
    if (!topic_of(task, answer, topic, sizeof(topic))) {
        return;
    }
    if (strcmp(topic, "secret") == 0 && strcmp(task->action, "site.publish") == 0) {
        service_answer_refused(answer, "not_allowed", "this may not be published");
        return;
    }
    snprintf(what, sizeof(what), "%s %zu", task->action,
             saga_value_count(saga_value_find(task->input, "pages")));
    int rc = service_execute(db, "INSERT INTO piece (key, what, topic) VALUES (?, ?, ?)",
                             (const char *const[]){task->key, what, topic, NULL});
    if (rc != SQLITE_DONE) {
        service_answer_broken(answer, db);
        return;
    }
    char number[32];
    snprintf(number, sizeof(number), "P%" PRId64, (int64_t)sqlite3_last_insert_rowid(db));
    struct saga_pack *output = saga_answer_ok(answer);
    saga_put_map(output, 1);
    saga_put_str(output, "piece");
    saga_put_str(output, number);
}

static void take_away(const struct saga_task *task, struct saga_answer *answer, void *db)
{
    int rc = service_execute(db, "DELETE FROM piece WHERE key = ?",
                             (const char *const[]){task->do_key, NULL, NULL, NULL});
    if (rc == SQLITE_DONE) {
        saga_answer_ok(answer);
    } else {
        service_answer_broken(answer, db);
    }
}

static const struct service press = {
    .name = "press",
    .schema =
        "CREATE TABLE IF NOT EXISTS piece (id INTEGER PRIMARY KEY AUTOINCREMENT,"
        " key TEXT NOT NULL UNIQUE, what TEXT NOT NULL, topic TEXT NOT NULL) STRICT",
    .list = "SELECT printf('%s  %s  %s', topic, what, key) FROM piece ORDER BY id",
    .actions = {{"library.find", find},
                {"library.read", read_one},
                {"notes.write", make},
                {"notes.discard", take_away},
                {"charts.draw", make},
                {"charts.erase", take_away},
                {"site.publish", make}},
};

int main(int argc, char **argv)
{
    return service_main(&press, argc, argv);
}
