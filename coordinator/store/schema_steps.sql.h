/* schema_steps.sql.h - the SQL that turns a store of one version into the next.
 *
 * Each step is the sum of its parts, one a topic; the same tables, with what their columns mean,
 * stand in schemas/store.sql. Steps are never changed once released. */
#ifndef STORE_SCHEMA_STEPS_SQL_H
#define STORE_SCHEMA_STEPS_SQL_H

/* From version 1 to 2: tables for events that came in, and for the sagas that wait for them. */
#define SQL_STEP_2_INBOX                                                                           \
    "CREATE TABLE inbox (number INTEGER PRIMARY KEY, name TEXT NOT NULL, source TEXT NOT NULL,"    \
    " id TEXT NOT NULL, saga TEXT NOT NULL, cause TEXT NOT NULL, at_ms INTEGER NOT NULL,"          \
    " data BLOB NOT NULL) STRICT;"                                                                 \
    "CREATE INDEX inbox_name ON inbox (name, number);"                                             \
    "CREATE TABLE inbox_id (source TEXT NOT NULL, id TEXT NOT NULL, number INTEGER NOT NULL,"      \
    " delivered INTEGER NOT NULL, started BLOB, PRIMARY KEY (source, id)) STRICT, WITHOUT ROWID;"  \
    "CREATE TABLE want (name TEXT NOT NULL, saga INTEGER NOT NULL, mark INTEGER NOT NULL,"         \
    " PRIMARY KEY (name, saga)) STRICT, WITHOUT ROWID;"                                            \
    "CREATE INDEX want_mark ON want (name, mark);"                                                 \
    "CREATE TABLE wait (saga INTEGER NOT NULL, step INTEGER NOT NULL, name TEXT NOT NULL,"         \
    " path TEXT NOT NULL, value INTEGER NOT NULL, mark INTEGER NOT NULL, recalled INTEGER NOT "    \
    "NULL,"                                                                                        \
    " PRIMARY KEY (saga, step)) STRICT, WITHOUT ROWID;"                                            \
    "CREATE INDEX wait_event ON wait (name, path, value, saga, step);"                             \
    "CREATE INDEX wait_unrecalled ON wait (name) WHERE recalled = 0;"                              \
    "INSERT INTO meta VALUES ('inbox_last', 0), ('inbox_offered', 0);"

/* From version 1 to 2: a column and indexes by which sagas that sleep, and so need not be in
 * memory, are found when they are due. */
#define SQL_STEP_2_ASLEEP                                                                          \
    "ALTER TABLE saga ADD COLUMN due_ms INTEGER NOT NULL DEFAULT 0;"                               \
    "DROP INDEX saga_unfinished;"                                                                  \
    "CREATE INDEX saga_awake ON saga (saga)"                                                       \
    " WHERE due_ms <= 0 AND (status < 6 OR status = 10 OR status = 11);"                           \
    "CREATE INDEX saga_asleep ON saga (saga) WHERE due_ms > 1;"                                    \
    "CREATE INDEX saga_due ON saga (due_ms, saga) WHERE due_ms > 0 AND due_ms < 70368744177664;"

/* From version 1 to 2: the outbox, deliveries that are to be sent to webhooks. */
#define SQL_STEP_2_OUTBOX                                                                          \
    "CREATE TABLE delivery (id INTEGER PRIMARY KEY AUTOINCREMENT, hook TEXT NOT NULL,"             \
    " saga INTEGER NOT NULL, seq INTEGER NOT NULL, at_ms INTEGER NOT NULL, name TEXT NOT NULL,"    \
    " event TEXT NOT NULL, type TEXT NOT NULL, data BLOB NOT NULL, attempts INTEGER NOT NULL,"     \
    " due_ms INTEGER NOT NULL, dead_ms INTEGER NOT NULL, status INTEGER NOT NULL,"                 \
    " why TEXT NOT NULL) STRICT;"                                                                  \
    "CREATE INDEX delivery_pending ON delivery (hook, saga, id) WHERE dead_ms = 0;"                \
    "CREATE INDEX delivery_dead ON delivery (hook, id) WHERE dead_ms > 0;"                         \
    "CREATE TABLE hook (name TEXT PRIMARY KEY NOT NULL, disabled_ms INTEGER NOT NULL,"             \
    " dropped INTEGER NOT NULL, dropped_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;"

/* From version 1 to 2: how far each schedule has been dealt with, and which saga holds or waits for
 * which concurrency key. */
#define SQL_STEP_2_LOCKS                                                                           \
    "CREATE TABLE schedule (definition TEXT NOT NULL, entry BLOB NOT NULL,"                        \
    " tick_ms INTEGER NOT NULL, PRIMARY KEY (definition, entry)) STRICT, WITHOUT ROWID;"           \
    "CREATE TABLE claim (saga INTEGER PRIMARY KEY, key BLOB NOT NULL, held INTEGER NOT NULL,"      \
    " most INTEGER NOT NULL, place INTEGER NOT NULL) STRICT;"

#define SQL_STEP_2                                                                                 \
    SQL_STEP_2_INBOX                                                                               \
    SQL_STEP_2_ASLEEP                                                                              \
    SQL_STEP_2_OUTBOX                                                                              \
    SQL_STEP_2_LOCKS                                                                               \
    "PRAGMA user_version = 2;"

/* From version 2 to 3: a table of the losses that an operator accepted (--accept-loss). */
#define SQL_STEP_3_LOSS                                                                            \
    "CREATE TABLE loss (at_ms INTEGER NOT NULL, last_lsn INTEGER NOT NULL,"                        \
    " durable_lsn INTEGER NOT NULL, what TEXT NOT NULL) STRICT;"

/* An index behind each filter of a list: status, definition, parent, start, and facets. */
#define SQL_STEP_3_LISTS                                                                           \
    "DROP INDEX saga_awake; DROP INDEX saga_asleep;"                                               \
    "CREATE INDEX saga_awake ON saga (status)"                                                     \
    " WHERE due_ms <= 0 AND (status < 6 OR status = 10 OR status = 11);"                           \
    "CREATE INDEX saga_asleep ON saga (status) WHERE due_ms > 1;"                                  \
    "CREATE INDEX saga_final ON saga (status)"                                                     \
    " WHERE (status > 5 AND status < 10 OR status > 11);"                                          \
    "CREATE INDEX saga_kind ON saga (kind);"                                                       \
    "CREATE TABLE facet (kind INTEGER NOT NULL, value TEXT NOT NULL, saga INTEGER NOT NULL,"       \
    " PRIMARY KEY (kind, value, saga)) STRICT, WITHOUT ROWID;"                                     \
    "CREATE TABLE child (parent INTEGER NOT NULL, saga INTEGER NOT NULL,"                          \
    " PRIMARY KEY (parent, saga)) STRICT, WITHOUT ROWID;"                                          \
    "CREATE TABLE clock (saga INTEGER PRIMARY KEY) STRICT;"                                        \
    "INSERT INTO clock SELECT saga FROM (SELECT saga, started_ms,"                                 \
    " lag(started_ms) OVER (ORDER BY saga) AS before FROM saga) WHERE started_ms < before;"

/* The parent of <parent>~<step> and <parent>~<step>~<number>: what stands before the last ~ that no
 * digit follows. rtrim() takes off what replace() has left of the name: all but the ~. */
#define SQL_STEP_3_CHILDREN                                                                        \
    "WITH last AS (SELECT saga, name, rtrim(name, replace(name, '~', '')) AS head FROM saga"       \
    " WHERE instr(name, '~') > 0),"                                                                \
    " whole AS (SELECT saga, iif(substr(name, length(head) + 1) GLOB '[0-9]*',"                    \
    " substr(head, 1, length(head) - 1), name) AS name FROM last),"                                \
    " parent AS (SELECT saga, rtrim(rtrim(name, replace(name, '~', '')), '~') AS name FROM whole)" \
    "INSERT INTO child SELECT n.saga, p.saga FROM parent AS p JOIN name AS n ON n.text = p.name;"

/* From version 2 to 3: every 64th record or so of a long history gets a row by which the record is
 * found without walking the whole history. */
#define SQL_STEP_3_WAYPOINTS                                                                       \
    "CREATE TABLE waypoint (saga INTEGER NOT NULL, seq INTEGER NOT NULL, lsn INTEGER NOT NULL,"    \
    " PRIMARY KEY (saga, seq)) STRICT, WITHOUT ROWID;"                                             \
    "INSERT INTO waypoint SELECT saga, seq, lsn FROM event"                                        \
    " WHERE (seq - 1) / 64 <> (seq + count - 1) / 64;"

#define SQL_STEP_3                                                                                 \
    SQL_STEP_3_LOSS                                                                                \
    SQL_STEP_3_LISTS                                                                               \
    SQL_STEP_3_CHILDREN                                                                            \
    SQL_STEP_3_WAYPOINTS                                                                           \
    "PRAGMA user_version = 3;"

/* From version 3 to 4: each row of the journal gets a checksum, so that a row that the disk has
 * changed is noticed. */
#define SQL_STEP_4 "ALTER TABLE event ADD COLUMN sum INTEGER; PRAGMA user_version = 4;"

/* From 4 to 5: two clocks. Up to here one time said when a sleeping saga was due, whether by a
 * duration or by a time of day: its saga is looked at when either clock shows that time. */
#define SQL_STEP_5                                                                                 \
    "ALTER TABLE saga ADD COLUMN until_ms INTEGER NOT NULL DEFAULT 0;"                             \
    "UPDATE saga SET until_ms = due_ms WHERE due_ms > 1 AND due_ms < 70368744177664;"              \
    "CREATE INDEX saga_until ON saga (until_ms, saga) WHERE until_ms > 0;"                         \
    "CREATE TABLE boot (one INTEGER PRIMARY KEY CHECK (one = 1), boot TEXT NOT NULL,"              \
    " offset_ms INTEGER NOT NULL) STRICT;"                                                         \
    "ALTER TABLE inbox ADD COLUMN came_ms INTEGER NOT NULL DEFAULT 0;"                             \
    "UPDATE inbox SET came_ms = at_ms;"                                                            \
    "DELETE FROM meta WHERE key = 'last_ms';"                                                      \
    "PRAGMA user_version = 5;"

#endif
