/* shop.c - all that a shop does about a return, in one process with one database: orders, stock,
 * labels, payments, mail.
 *
 * Five services are served by one process here, because that is shorter; nothing would change if
 * they were five. Each deed is noted in a table of its own, in its transaction: --list shows them
 * in the order in which they happened. */
#include "service.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* One row for what stands, and one for the deed; false: the answer says that it failed. */
static bool do_it(const struct saga_task *task, struct saga_answer *answer, sqlite3 *db,
                  const char *sql, const char *item)
{
    const char *key = task->do_key && task->do_key[0] ? task->do_key : task->key;
    int rc = service_execute(db, sql, (const char *const[]){key, item, NULL, NULL});
    if (rc == SQLITE_DONE) {
        rc = service_execute(db, "INSERT INTO deed (what, key) VALUES (?, ?)",
                             (const char *const[]){task->action, key, NULL, NULL});
    }
    if (rc != SQLITE_DONE) {
        service_answer_broken(answer, db);
    }
    return rc == SQLITE_DONE;
}

static void add(const struct saga_task *task, struct saga_answer *answer, sqlite3 *db,
                const char *kind, const char *item)
{
    char sql[128];
    snprintf(sql, sizeof(sql), "INSERT INTO thing (kind, key, item) VALUES ('%s', ?, ?)", kind);
    if (!do_it(task, answer, db, sql, item)) {
        return;
    }
    char number[32];
    snprintf(number, sizeof(number), "%s-%" PRId64, kind, (int64_t)sqlite3_last_insert_rowid(db));
    struct saga_pack *output = saga_answer_ok(answer);
    saga_put_map(output, 1);
    saga_put_str(output, "id");
    saga_put_str(output, number);
}

static void take_away(const struct saga_task *task, struct saga_answer *answer, void *db)
{
    if (do_it(task, answer, db, "DELETE FROM thing WHERE key = ?", NULL)) {
        saga_answer_ok(answer);
    }
}

static void validate(const struct saga_task *task, struct saga_answer *answer, void *db)
{
    char order[64];
    (void)db;
    if (!saga_value_copy(task->input, "order", order, sizeof(order))) {
        service_answer_refused(answer, "bad_input", "an order is needed");
    } else if (strcmp(order, "o-0") == 0) {
        service_answer_refused(answer, "no_such_order", "nobody has bought this");
    } else {
        saga_answer_ok(answer);
    }
}

static void expect(const struct saga_task *task, struct saga_answer *answer, void *db)
{
    add(task, answer, db, "stock", "goods");
}

static void make_label(const struct saga_task *task, struct saga_answer *answer, void *db)
{
    add(task, answer, db, "label", "goods");
}

static void refund(const struct saga_task *task, struct saga_answer *answer, void *db)
{
    char item[64];
    if (!saga_value_copy(task->input, "item", item, sizeof(item))) {
        service_answer_refused(answer, "bad_input", "an item is needed");
    } else if (strcmp(item, "gift-card") == 0) {
        service_answer_refused(answer, "not_refundable", "gift cards are not taken back");
    } else {
        add(task, answer, db, "refund", item);
    }
}

static void send_mail(const struct saga_task *task, struct saga_answer *answer, void *db)
{
    add(task, answer, db, "mail", "customer");
}

static const struct service shop = {
    .name = "shop",
    .schema =
        "CREATE TABLE IF NOT EXISTS thing (id INTEGER PRIMARY KEY AUTOINCREMENT,"
        " kind TEXT NOT NULL, key TEXT NOT NULL UNIQUE, item TEXT NOT NULL) STRICT;"
        "CREATE TABLE IF NOT EXISTS deed (id INTEGER PRIMARY KEY AUTOINCREMENT,"
        " what TEXT NOT NULL, key TEXT NOT NULL) STRICT",
    .list =
        "SELECT printf('stands %s %s %s', kind, key, item) FROM thing UNION ALL"
        " SELECT printf('did %s %s', what, key) FROM (SELECT * FROM deed ORDER BY id)",
    .actions = {{"orders.validate", validate},
                {"stock.expect", expect},
                {"stock.put_back", take_away},
                {"labels.make", make_label},
                {"labels.void", take_away},
                {"payments.refund", refund},
                {"payments.charge", take_away},
                {"mail.send", send_mail}},
};

int main(int argc, char **argv)
{
    return service_main(&shop, argc, argv);
}
