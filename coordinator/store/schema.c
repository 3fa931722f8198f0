/* schema.c - forward only: each step turns a store of one version into the next.
 *
 * The procedure for changing the schema stands at the head of schemas/store.sql. */
#include "store/schema.h"

#include "embed/embed_store_sql.h"
#include "store/queries.sql.h"
#include "store/schema_steps.sql.h"

enum { APPLICATION_ID = 1396786753 };

/* steps[n] brings version n to n + 1. Version 0 is the empty database, made by store.sql. */
static const char *const steps[SCHEMA_VERSION] = {NULL, SQL_STEP_2, SQL_STEP_3, SQL_STEP_4,
                                                  SQL_STEP_5};

static enum saga_error migrate(sqlite3 *db, int64_t version)
{
    PRE(version > 0);
    enum saga_error rc = SAGA_OK;
    for (int64_t at = version; at < SCHEMA_VERSION && rc == SAGA_OK; at++) {
        CHECK(steps[at] != NULL);
        rc = db_run(db, steps[at]);
    }
    return rc;
}

enum saga_error schema_make(sqlite3 *db, int64_t version)
{
    PRE(version >= 0);
    PRE(version <= SCHEMA_VERSION);
    if (version == SCHEMA_VERSION) {
        return SAGA_OK;
    }
    enum saga_error rc = db_run(db, SQL_SCHEMA_BEGIN);
    if (rc != SAGA_OK) {
        return rc;
    }

    rc = version == 0 ? db_run(db, (const char *)embed_store_sql) : migrate(db, version);
    if (rc != SAGA_OK) {
        goto err_after_begin;
    }
    rc = db_run(db, SQL_SCHEMA_COMMIT);
    if (rc != SAGA_OK) {
        goto err_after_begin;
    }
    POST(sqlite3_get_autocommit(db) != 0);
    return SAGA_OK;

err_after_begin:
    /* Roll back, unless SQLite has done so by itself because of the error. */
    if (sqlite3_get_autocommit(db) == 0) {
        enum saga_error ignored = db_run(db, SQL_SCHEMA_ROLLBACK);
        MAYBE(ignored != SAGA_OK);
    }
    CHECK(rc != SAGA_OK);
    return rc;
}

/* Numbers of a database by which a store of ours is told from another file. */
struct identity {
    /* application_id: the letters "SAGA" as a number, once our tables are there. */
    int64_t application;
    int64_t version;
    int64_t tables;
};

static enum saga_error ask(sqlite3 *db, struct identity *identity)
{
    const struct {
        const char *sql;
        int64_t *number;
    } questions[] = {
        {SQL_APPLICATION_ID, &identity->application},
        {SQL_USER_VERSION, &identity->version},
        {SQL_TABLE_COUNT, &identity->tables},
    };
    enum saga_error rc = SAGA_OK;
    for (size_t at = 0; at < ARRAY_COUNT(questions) && rc == SAGA_OK; at++) {
        rc = db_number(db, questions[at].sql, questions[at].number);
    }
    IMPLIES(rc == SAGA_OK, identity->tables >= 0);
    return rc;
}

enum saga_error schema_check(sqlite3 *db, int64_t *version)
{
    struct identity identity = {0};
    enum saga_error rc = ask(db, &identity);
    if (rc != SAGA_OK) {
        return rc;
    }
    if ((identity.tables > 0 && identity.application != APPLICATION_ID) || identity.version < 0) {
        return SAGA_STORE_CORRUPT;
    }
    *version = identity.version;
    return identity.version > SCHEMA_VERSION ? SAGA_STORE_NEWER : SAGA_OK;
}
