/* barrier.c - one table in the participant's own database makes at-least-once harmless.
 *
 *   saga_barrier(key, state, output, used_ms)        key is that of the do, or of an undo
 *
 *     (none) --do--> done --undo--> undone
 *       |                             ^
 *       +--------- undo -------------+          a do that comes now is refused
 *
 * A do that finds its row `done` was done before: the output of then is given again. A do that
 * finds `undone` comes after its undo and is refused. An undo that finds `undone` has nothing left
 * to undo. An undo that finds no row came before its do: the row is written as `undone`, so that
 * the do is refused if it still comes. An undo writes a second row, `done`, under its own key, for
 * a check that asks about the undo. A confirm has a row of its own too, and is done once. */
#include <sqlite3.h>

#include "base/check.h"
#include "base/clock.h"
#include "embed/embed_barrier_sql.h"
#include "participants/answer.h"

enum barrier_state { STATE_NONE = 0, STATE_DONE = 1, STATE_UNDONE = 2 };

static const char find_sql[] = "SELECT state, output FROM saga_barrier WHERE key = ?1";
static const char put_sql[] =
    "INSERT INTO saga_barrier(key, state, output, used_ms) VALUES(?1, ?2, ?3, ?4)"
    " ON CONFLICT(key) DO UPDATE SET state = ?2, output = ?3, used_ms = ?4";
static const char forget_sql[] = "DELETE FROM saga_barrier WHERE used_ms < ?1";

/* The first statement of schemas/barrier.sql is SQLite's; sqlite3_prepare_v2() stops behind it. */
enum saga_error saga_barrier_create(struct sqlite3 *db)
{
    sqlite3_stmt *statement = NULL;
    const char *sql = (const char *)embed_barrier_sql;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK) {
        return SAGA_INTERNAL;
    }
    int rc = sqlite3_step(statement);
    sqlite3_finalize(statement);
    return rc == SQLITE_DONE ? SAGA_OK : SAGA_INTERNAL;
}

static void broken(struct saga_answer *answer, struct sqlite3 *db)
{
    saga_answer_failed(answer,
                       &(struct saga_failure){.code = "database", .message = sqlite3_errmsg(db)});
}

/* COMMIT failed. Only when the database refused before it wrote anything is it sure that there is
 * no effect: after a failed write or sync, the transaction may turn out to be committed when the
 * file is opened again. */
static void uncommitted(struct saga_answer *answer, struct sqlite3 *db)
{
    int code = sqlite3_errcode(db) & 0xff;
    bool refused = code == SQLITE_BUSY || code == SQLITE_LOCKED || code == SQLITE_CONSTRAINT;
    saga_answer_failed(
        answer, &(struct saga_failure){
                    .code = "database", .message = sqlite3_errmsg(db), .in_doubt = !refused});
}

/* The key's row. With `answer`, a row that is done answers ok with its output. */
static bool find(struct sqlite3 *db, const char *key, struct saga_answer *answer,
                 enum barrier_state *state)
{
    sqlite3_stmt *statement = NULL;
    *state = STATE_NONE;
    if (sqlite3_prepare_v2(db, find_sql, -1, &statement, NULL) != SQLITE_OK) {
        return false;
    }
    sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC);
    int rc = sqlite3_step(statement);
    if (rc == SQLITE_ROW) {
        *state = (enum barrier_state)sqlite3_column_int(statement, 0);
        const void *output = sqlite3_column_blob(statement, 1);
        size_t size = (size_t)sqlite3_column_bytes(statement, 1);
        if (*state == STATE_DONE && answer) {
            struct saga_pack *pack = saga_answer_ok(answer);
            if (size > 0) {
                saga_put_value(pack, (struct saga_value){output, size});
            }
        }
    }
    sqlite3_finalize(statement);
    return rc == SQLITE_ROW || rc == SQLITE_DONE;
}

static bool put(struct sqlite3 *db, const char *key, enum barrier_state state,
                struct saga_value output)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(db, put_sql, -1, &statement, NULL) != SQLITE_OK) {
        return false;
    }
    sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC);
    sqlite3_bind_int(statement, 2, (int)state);
    if (output.data) {
        sqlite3_bind_blob(statement, 3, output.data, (int)output.size, SQLITE_STATIC);
    }
    sqlite3_bind_int64(statement, 4, clock_wall_ms());
    int rc = sqlite3_step(statement);
    sqlite3_finalize(statement);
    return rc == SQLITE_DONE;
}

static bool put_undo(struct sqlite3 *db, const struct saga_task *task)
{
    const struct saga_value none = {0};
    return put(db, task->do_key, STATE_UNDONE, none) && put(db, task->key, STATE_DONE, none);
}

static enum saga_verdict enter_do(enum barrier_state state, struct saga_answer *answer)
{
    if (state == STATE_DONE) {
        return SAGA_VERDICT_DONE;
    }
    if (state == STATE_UNDONE) {
        saga_answer_failed(answer, &(struct saga_failure){.code = "undone_before",
                                                          .message = "its undo came first",
                                                          .refused = true});
        return SAGA_VERDICT_REFUSED;
    }
    return SAGA_VERDICT_RUN;
}

static enum saga_verdict enter_undo(struct sqlite3 *db, const struct saga_task *task,
                                    enum barrier_state state, struct saga_answer *answer)
{
    if (state == STATE_DONE) {
        return SAGA_VERDICT_RUN;
    }
    saga_answer_ok(answer);
    if (put_undo(db, task)) {
        return SAGA_VERDICT_NOTHING;
    }
    broken(answer, db);
    return SAGA_VERDICT_ERROR;
}

enum saga_verdict saga_barrier_enter(struct sqlite3 *db, const struct saga_task *task,
                                     struct saga_answer *answer)
{
    enum barrier_state state;
    bool is_undo = task->kind == SAGA_KIND_UNDO;
    const char *key = task->kind == SAGA_KIND_CONFIRM ? task->key : task->do_key;
    if (!find(db, key, is_undo ? NULL : answer, &state)) {
        broken(answer, db);
        return SAGA_VERDICT_ERROR;
    }
    switch (task->kind) {
    case SAGA_KIND_DO:
        return enter_do(state, answer);
    case SAGA_KIND_UNDO:
        return enter_undo(db, task, state, answer);
    case SAGA_KIND_CONFIRM:
        return state == STATE_DONE ? SAGA_VERDICT_DONE : SAGA_VERDICT_RUN;
    case SAGA_KIND_CHECK:
        saga_barrier_check(db, task, answer);
        return SAGA_VERDICT_NOTHING;
    }
    UNREACHABLE("a task has a kind");
}

enum saga_error saga_barrier_leave(struct sqlite3 *db, const struct saga_task *task,
                                   struct saga_answer *answer)
{
    if (answer->status != ANSWER_OK) {
        return SAGA_PRECONDITION_FAILED;
    }
    if (!answer_check_output(answer, false)) {
        return SAGA_INVALID;
    }
    if (saga_task_ttl_ms(task) == 0) {
        saga_answer_failed(
            answer, &(struct saga_failure){.code = "expired", .message = "its time is over"});
        return SAGA_CONFLICT;
    }
    bool is_stored = task->kind == SAGA_KIND_UNDO
                         ? put_undo(db, task)
                         : put(db, task->key, STATE_DONE, answer_output(answer));
    if (!is_stored) {
        broken(answer, db);
        return SAGA_INTERNAL;
    }
    return SAGA_OK;
}

void saga_barrier_check(struct sqlite3 *db, const struct saga_task *task,
                        struct saga_answer *answer)
{
    enum barrier_state state;
    if (!find(db, task->do_key, answer, &state)) {
        broken(answer, db);
    } else if (state != STATE_DONE) {
        saga_answer_failed(
            answer, &(struct saga_failure){
                        .code = "not_found", .message = "it does not stand here", .refused = true});
    }
}

static bool run_sql(struct sqlite3 *db, const char *sql)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

void saga_barrier_run(struct sqlite3 *db, const struct saga_task *task, struct saga_answer *answer,
                      saga_handler_fn *work, void *arg)
{
    if (task->kind == SAGA_KIND_CHECK) {
        saga_barrier_check(db, task, answer);
        return;
    }
    if (!run_sql(db, "BEGIN IMMEDIATE")) {
        broken(answer, db);
        return;
    }
    enum saga_verdict verdict = saga_barrier_enter(db, task, answer);
    bool commits = verdict != SAGA_VERDICT_ERROR;
    if (verdict == SAGA_VERDICT_RUN) {
        work(task, answer, arg);
        commits = saga_barrier_leave(db, task, answer) == SAGA_OK;
    }
    if (!commits) {
        MAYBE(run_sql(db, "ROLLBACK")); /* the database may have done so itself */
        return;
    }
    if (!run_sql(db, "COMMIT")) {
        uncommitted(answer, db);
        MAYBE(run_sql(db, "ROLLBACK"));
    }
}

enum saga_error saga_barrier_forget(struct sqlite3 *db, int64_t before_ms)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(db, forget_sql, -1, &statement, NULL) != SQLITE_OK) {
        return SAGA_INTERNAL;
    }
    sqlite3_bind_int64(statement, 1, before_ms);
    int rc = sqlite3_step(statement);
    sqlite3_finalize(statement);
    return rc == SQLITE_DONE ? SAGA_OK : SAGA_INTERNAL;
}
