/* savings.c - a bank on SQLite, in C. Money that leaves must be there; money that is taken back,
 * because a transfer is undone, is taken even when the account is in debt afterwards. */
#include "service.h"

#include <inttypes.h>
#include <stdio.h>

static void move(sqlite3 *db, const struct saga_task *task, struct saga_answer *answer,
                 int64_t cents)
{
    char account[64];
    char amount[32];
    if (!saga_value_copy(task->input, "account", account, sizeof(account)) || cents == 0) {
        service_answer_refused(answer, "bad_input", "an account and an amount are needed");
        return;
    }
    snprintf(amount, sizeof(amount), "%" PRId64, cents);
    const char *must_cover = task->kind == SAGA_KIND_DO ? "1" : "0";
    int rc = service_execute(db,
                             "UPDATE account SET cents = cents + ?1 WHERE name = ?2"
                             " AND (cents + ?1 >= 0 OR ?3 = '0')",
                             (const char *const[]){amount, account, must_cover, NULL});
    if (rc != SQLITE_DONE) {
        service_answer_broken(answer, db);
    } else if (sqlite3_changes(db) == 0) {
        service_answer_refused(answer, "no_money", "there is no such account, or too little in it");
    } else {
        saga_answer_ok(answer);
    }
}

static void deposit(const struct saga_task *task, struct saga_answer *answer, void *db)
{
    move(db, task, answer, saga_value_int(task->input, "cents", 0));
}

static void withdraw(const struct saga_task *task, struct saga_answer *answer, void *db)
{
    move(db, task, answer, -saga_value_int(task->input, "cents", 0));
}

static const struct service savings = {
    .name = "savings",
    .schema =
        "CREATE TABLE IF NOT EXISTS account (name TEXT PRIMARY KEY, cents INTEGER NOT NULL)"
        " STRICT;"
        "INSERT OR IGNORE INTO account VALUES ('ada', 10000), ('bob', 10000), ('cleo', 50)",
    .list = "SELECT name || ' ' || cents FROM account ORDER BY name",
    .actions = {{"savings.deposit", deposit}, {"savings.withdraw", withdraw}},
};

int main(int argc, char **argv)
{
    return service_main(&savings, argc, argv);
}
