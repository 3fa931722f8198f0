/* queries.sql.h - all SQL of the store but its tables (schemas/store.sql), by name.
 *
 * Each list is prepared once per connection. What must be true before a change stands in its WHERE
 * clause; the caller counts the changes. Parameters are numbered in the order of the columns. */
#ifndef STORE_QUERIES_SQL_H
#define STORE_QUERIES_SQL_H

/* Word for word as in the indexes of the same names. States that are not final, times two, paused
 * or not. Not IN: SQLite would build a table of the numbers for each row that it writes. */
#define SQL_AWAKE  "s.due_ms <= 0 AND (s.status < 6 OR s.status = 10 OR s.status = 11)"
#define SQL_ASLEEP "s.due_ms > 1"
#define SQL_FINAL  "(s.status > 5 AND s.status < 10 OR s.status > 11)"
#define SQL_DUE    "s.due_ms > 0 AND s.due_ms < 70368744177664"
#define SQL_UNTIL  "s.until_ms > 0"

#define SQL_SAGA_COLUMNS                                                                           \
    "saga, name, kind, status, started_ms, ended_ms, first_lsn, last_lsn, due_ms,"                 \
    " until_ms"

/* X(NAME, sql) - the writer's connection, after the schema is there.
 *
 * What reads from batch_… takes a whole list of the batch (batch_table.h). OR FAIL: what a
 * statement that fails has done already goes with its transaction, so it need not keep a journal of
 * its own. Changes that are many: an insert whose rows are there already, see update_many(). */
#define WRITER_QUERIES(X)                                                                          \
    X(BEGIN, "BEGIN IMMEDIATE")                                                                    \
    X(COMMIT, "COMMIT")                                                                            \
    X(ROLLBACK, "ROLLBACK")                                                                        \
    X(INSERT_EVENTS,                                                                               \
      "INSERT OR FAIL INTO event (saga, seq, prev, count, body, payload, sum)"                     \
      " SELECT saga, seq, prev, count, body, payload, sum FROM batch_row")                         \
    X(INSERT_SAGAS, "INSERT OR FAIL INTO saga (" SQL_SAGA_COLUMNS ") SELECT " SQL_SAGA_COLUMNS     \
                    " FROM batch_start")                                                           \
    X(UPDATE_SAGA_IF_NOT_LATER,                                                                    \
      "UPDATE saga SET status = ?2, ended_ms = iif(?3 = 0, -started_ms, ?3), last_lsn = ?4,"       \
      " due_ms = iif(?5 = 0, -started_ms, ?5), until_ms = iif(?6 = 0, -started_ms, ?6)"            \
      " WHERE saga = ?1 AND last_lsn <= ?4")                                                       \
    X(UPDATE_SAGAS_IF_NOT_LATER,                                                                   \
      "INSERT INTO saga (" SQL_SAGA_COLUMNS                                                        \
      ")"                                                                                          \
      " SELECT saga, '', 0, status, 0, ended_ms, 0, last_lsn, due_ms, until_ms FROM batch_change"  \
      " WHERE true"                                                                                \
      " ON CONFLICT (saga) DO UPDATE SET status = excluded.status,"                                \
      " ended_ms = iif(excluded.ended_ms = 0, -started_ms, excluded.ended_ms),"                    \
      " last_lsn = excluded.last_lsn,"                                                             \
      " due_ms = iif(excluded.due_ms = 0, -started_ms, excluded.due_ms),"                          \
      " until_ms = iif(excluded.until_ms = 0, -started_ms, excluded.until_ms)"                     \
      " WHERE last_lsn <= excluded.last_lsn")                                                      \
    X(INSERT_KIND_IF_NEW, "INSERT OR IGNORE INTO kind (name, version) VALUES (?1, ?2)")            \
    X(FIND_KIND, "SELECT id FROM kind WHERE name = ?1 AND version = ?2")                           \
    X(INSERT_CHILD, "INSERT INTO child (parent, saga) SELECT saga, ?2 FROM name WHERE text = ?1")  \
    X(INSERT_CLOCK, "INSERT INTO clock (saga) VALUES (?1)")                                        \
    X(INSERT_WAYPOINT, "INSERT INTO waypoint (saga, seq, lsn) VALUES (?1, ?2, ?3)")                \
    X(SET_FACET, "INSERT OR IGNORE INTO facet (kind, value, saga) VALUES (?1, ?2, ?3)")            \
    X(DELETE_FACET, "DELETE FROM facet WHERE kind = ?1 AND value = ?2 AND saga = ?3")              \
    X(MOVE_SAGA, "UPDATE saga SET kind = ?2 WHERE saga = ?1")                                      \
    X(RAISE_LAST_LSN, "UPDATE saga SET last_lsn = ?2 WHERE saga = ?1 AND last_lsn < ?2")           \
    X(INSERT_NAMES,                                                                                \
      "INSERT OR FAIL INTO name (text, saga, digest) SELECT text, saga, digest FROM batch_name")   \
    X(INSERT_DEFINITION,                                                                           \
      "INSERT INTO definition (name, version, digest, source, applied_ms, actor)"                  \
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6)")                                                          \
    X(INSERT_DELIVERY,                                                                             \
      "INSERT INTO delivery (hook, saga, seq, at_ms, name, event, type, data, attempts, due_ms,"   \
      " dead_ms, status, why) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, ?9, 0, 0, '')")           \
    X(DELETE_DELIVERY, "DELETE FROM delivery WHERE id = ?1 AND hook = ?2")                         \
    X(UPDATE_DELIVERY,                                                                             \
      "UPDATE delivery SET attempts = ?3, due_ms = ?4, dead_ms = ?5, status = ?6, why = ?7"        \
      " WHERE id = ?1 AND hook = ?2 AND dead_ms = 0")                                              \
    X(REVIVE_DEAD_OF_HOOK,                                                                         \
      "UPDATE delivery SET attempts = 0, due_ms = ?3, dead_ms = 0"                                 \
      " WHERE hook = ?1 AND (?2 = 0 OR id = ?2) AND dead_ms > 0")                                  \
    X(DELETE_DEAD_OF_HOOK,                                                                         \
      "DELETE FROM delivery WHERE hook = ?1 AND (?2 = 0 OR id = ?2) AND dead_ms > 0")              \
    X(SET_HOOK,                                                                                    \
      "INSERT INTO hook (name, disabled_ms, dropped, dropped_ms) VALUES (?1, ?2, ?3, ?4)"          \
      " ON CONFLICT (name) DO UPDATE SET disabled_ms = ?2, dropped = ?3, dropped_ms = ?4")         \
    X(INSERT_INBOX,                                                                                \
      "INSERT INTO inbox (number, name, source, id, saga, cause, at_ms, data, came_ms)"            \
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")                                              \
    X(INSERT_INBOX_ID,                                                                             \
      "INSERT INTO inbox_id (source, id, number, delivered) VALUES (?1, ?2, ?3, 0)")               \
    X(OFFERED_IF_NOT_YET,                                                                          \
      "UPDATE inbox_id SET delivered = ?3, started = ?4"                                           \
      " WHERE source = ?1 AND id = ?2 AND started IS NULL")                                        \
    X(PRUNE_INBOX,                                                                                 \
      "DELETE FROM inbox WHERE name = ?1 AND number <= min("                                       \
      "(SELECT value FROM meta WHERE key = 'inbox_offered'),"                                      \
      " ifnull((SELECT min(mark) FROM want WHERE name = ?1), 9223372036854775807))"                \
      " AND NOT EXISTS (SELECT 1 FROM wait WHERE name = ?1 AND recalled = 0)")                     \
    X(COUNT_INBOX, "SELECT count(*) FROM inbox")                                                   \
    X(INSERT_WANT, "INSERT OR REPLACE INTO want (name, saga, mark) VALUES (?1, ?2, ?3)")           \
    X(DELETE_WANT, "DELETE FROM want WHERE name = ?1 AND saga = ?2")                               \
    X(INSERT_WAIT,                                                                                 \
      "INSERT INTO wait (saga, step, name, path, value, mark, recalled)"                           \
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0)")                                                       \
    X(RECALL_WAIT, "UPDATE wait SET recalled = 1 WHERE saga = ?1 AND step = ?2")                   \
    X(MISS_WAIT,                                                                                   \
      "UPDATE wait SET recalled = 0, mark = ?3"                                                    \
      " WHERE saga = ?1 AND step = ?2 AND recalled = 1")                                           \
    X(DELETE_WAIT, "DELETE FROM wait WHERE saga = ?1 AND step = ?2")                               \
    X(SET_META, "UPDATE meta SET value = ?2 WHERE key = ?1 AND value <= ?2")                       \
    X(SET_SCHEDULE, "INSERT OR REPLACE INTO schedule VALUES (?1, ?2, ?3)")                         \
    X(SET_CLOCK, "INSERT OR REPLACE INTO boot (one, boot, offset_ms) VALUES (1, ?1, ?2)")          \
    X(CLOCK, "SELECT boot, offset_ms FROM boot WHERE one = 1")                                     \
    X(LAST_BODY, "SELECT body FROM event ORDER BY lsn DESC LIMIT 1")                               \
    X(SET_LOCK,                                                                                    \
      "INSERT OR REPLACE INTO claim (saga, key, held, most, place)"                                \
      " VALUES (?1, ?2, ?3, ?4, ?5)")                                                              \
    X(DELETE_LOCK, "DELETE FROM claim WHERE saga = ?1")                                            \
    X(MAKE_META, "INSERT INTO meta VALUES (?1, ?2) ON CONFLICT DO NOTHING")                        \
    X(GET_META, "SELECT value FROM meta WHERE key = ?1")                                           \
    X(LAST_EVENT, SQL_LAST_LSN)                                                                    \
    X(LAST_SAGA, "SELECT ifnull(max(saga), 0) FROM saga")                                          \
    X(LAST_MINTED,                                                                                 \
      "SELECT text FROM name WHERE text >= '0' AND text < '1' AND instr(text, '~') = 0"            \
      " ORDER BY text DESC LIMIT 1")                                                               \
    X(EVENTS_AFTER, "SELECT lsn, saga FROM event WHERE lsn > ?1 ORDER BY lsn")                     \
    X(SAGA_STARTED, "SELECT started_ms FROM saga WHERE saga = ?1")

#define SQL_HEAD_COLUMNS                                                                           \
    "s.saga, s.status, s.started_ms, s.ended_ms, s.first_lsn, s.last_lsn, s.name, k.name,"         \
    " k.version, s.due_ms, s.until_ms FROM saga AS s "
/* CROSS JOIN forbids SQLite to reorder: it finds the saga first, then its row of `kind`. */
#define SQL_WITH_KIND " CROSS JOIN kind AS k ON k.id = s.kind "
#define SQL_INBOX_COLUMNS                                                                          \
    "SELECT number, name, source, id, saga, cause, at_ms, data, came_ms FROM inbox "
#define SQL_WAIT_COLUMNS "SELECT w.saga, w.step, s.name, w.name, w.mark, w.recalled FROM wait w "
/* CROSS JOIN forbids SQLite to reorder: it finds the waits first, then the sagas whose names they
 * need. */
#define SQL_WAIT_NAMES " CROSS JOIN saga AS s ON s.saga = w.saga "
/* The greatest saga up to ?1 that an index has: one step of a list. */
#define SQL_SEEK(index, which)                                                                     \
    "SELECT s.saga FROM saga AS s " index " WHERE s.saga <= ?1 AND " which                         \
    " ORDER BY s.saga DESC LIMIT 1"

#define SQL_DELIVERY_COLUMNS                                                                       \
    "id, hook, saga, seq, at_ms, name, event, type, attempts, due_ms, dead_ms, status, why"

/* X(NAME, sql) - the statements that each reading connection prepares. */
#define READER_QUERIES(X)                                                                          \
    X(BEGIN, "BEGIN")                                                                              \
    X(COMMIT, "COMMIT")                                                                            \
    X(FIND_NAME, "SELECT saga, digest FROM name WHERE text = ?1")                                  \
    X(EVENT, "SELECT saga, seq, prev, count, body, payload, sum FROM event WHERE lsn = ?1")        \
    X(HEAD, "SELECT " SQL_HEAD_COLUMNS SQL_WITH_KIND "WHERE s.saga = ?1")                          \
    X(HEADS_AWAKE,                                                                                 \
      "SELECT " SQL_HEAD_COLUMNS SQL_WITH_KIND                                                     \
      "WHERE s.saga IN (SELECT s.saga FROM saga AS s INDEXED BY saga_awake WHERE " SQL_AWAKE       \
      ") ORDER BY s.saga")                                                                         \
    X(HEADS_DUE, "SELECT " SQL_HEAD_COLUMNS "INDEXED BY saga_due" SQL_WITH_KIND "WHERE " SQL_DUE   \
                 " AND s.due_ms >= ?1 AND (s.due_ms > ?1 OR s.saga > ?2)"                          \
                 " ORDER BY s.due_ms, s.saga")                                                     \
    X(HEADS_UNTIL,                                                                                 \
      "SELECT " SQL_HEAD_COLUMNS "INDEXED BY saga_until" SQL_WITH_KIND "WHERE " SQL_UNTIL          \
      " AND s.until_ms >= ?1 AND (s.until_ms > ?1 OR s.saga > ?2)"                                 \
      " ORDER BY s.until_ms, s.saga")                                                              \
    X(SEEK_ALL, SQL_SEEK("", "true"))                                                              \
    X(SEEK_AWAKE, SQL_SEEK("INDEXED BY saga_awake", "s.status = ?2 AND " SQL_AWAKE))               \
    X(SEEK_ASLEEP, SQL_SEEK("INDEXED BY saga_asleep", "s.status = ?2 AND " SQL_ASLEEP))            \
    X(SEEK_FINAL, SQL_SEEK("INDEXED BY saga_final", "s.status = ?2 AND " SQL_FINAL))               \
    X(SEEK_KIND, SQL_SEEK("INDEXED BY saga_kind", "s.kind = ?2"))                                  \
    X(SEEK_CHILD,                                                                                  \
      "SELECT saga FROM child WHERE saga <= ?1 AND parent = ?2 ORDER BY saga DESC LIMIT 1")        \
    X(SEEK_FACET,                                                                                  \
      "SELECT saga FROM facet WHERE saga <= ?1 AND kind = ?2 AND value = ?3"                       \
      " ORDER BY saga DESC LIMIT 1")                                                               \
    X(SEEK_CLOCK, "SELECT saga FROM clock WHERE saga <= ?1 ORDER BY saga DESC LIMIT 1")            \
    X(SAGA_FROM, "SELECT saga, started_ms FROM saga WHERE saga >= ?1 ORDER BY saga LIMIT 1")       \
    X(KINDS_OF, "SELECT id FROM kind WHERE name = ?1")                                             \
    X(NAMES_FROM,                                                                                  \
      "SELECT saga, text FROM name WHERE text >= ?1 AND text < ?2 ORDER BY text LIMIT ?3")         \
    X(FACET, "SELECT 1 FROM facet WHERE kind = ?1 AND value = ?2 AND saga = ?3")                   \
    X(WAYPOINT, "SELECT lsn FROM waypoint WHERE saga = ?1 AND seq >= ?2 ORDER BY seq LIMIT 1")     \
    X(DELIVERIES, "SELECT " SQL_DELIVERY_COLUMNS                                                   \
                  ", NULL FROM delivery WHERE id > ?1 AND dead_ms = 0"                             \
                  " ORDER BY id LIMIT ?2")                                                         \
    X(DELIVERIES_OF_SAGA,                                                                          \
      "SELECT " SQL_DELIVERY_COLUMNS                                                               \
      ", NULL FROM delivery INDEXED BY delivery_pending"                                           \
      " WHERE hook = ?3 AND saga = ?4 AND id > ?1 AND dead_ms = 0 ORDER BY id LIMIT ?2")           \
    X(DELIVERIES_DEAD, "SELECT " SQL_DELIVERY_COLUMNS                                              \
                       ", NULL FROM delivery INDEXED BY delivery_dead"                             \
                       " WHERE hook = ?3 AND id > ?1 AND dead_ms > 0 ORDER BY id LIMIT ?2")        \
    X(DELIVERY, "SELECT " SQL_DELIVERY_COLUMNS ", data FROM delivery WHERE id = ?1")               \
    X(SCHEDULES, "SELECT definition, entry, tick_ms FROM schedule ORDER BY definition, entry")     \
    X(LOCKS,                                                                                       \
      "SELECT c.saga, c.key, c.held, c.most, c.place, s.name FROM claim AS c"                      \
      " CROSS JOIN saga AS s ON s.saga = c.saga ORDER BY c.place, c.saga")                         \
    X(HOOKS, "SELECT name, disabled_ms, dropped, dropped_ms FROM hook ORDER BY name")              \
    X(HOOK_COUNTS,                                                                                 \
      "SELECT hook, sum(dead_ms = 0), sum(dead_ms > 0), min(iif(dead_ms = 0, at_ms, NULL))"        \
      " FROM delivery GROUP BY hook ORDER BY hook")                                                \
    X(FIND_INBOX, "SELECT number, delivered, started FROM inbox_id WHERE source = ?1 AND id = ?2") \
    X(INBOX, SQL_INBOX_COLUMNS "WHERE number = ?1")                                                \
    X(INBOX_NEXT, SQL_INBOX_COLUMNS "WHERE name = ?1 AND number > ?2 ORDER BY number LIMIT 1")     \
    X(WAIT_PATH, "SELECT path FROM wait WHERE name = ?1 AND path > ?2 ORDER BY path LIMIT 1")      \
    X(WAITS, SQL_WAIT_COLUMNS SQL_WAIT_NAMES                                                       \
      "WHERE w.name = ?1 AND w.path = ?2 AND w.value = ?3 AND (w.saga, w.step) > (?4, ?5)"         \
      " ORDER BY w.saga, w.step LIMIT ?6")                                                         \
    X(WAITS_OF,                                                                                    \
      SQL_WAIT_COLUMNS SQL_WAIT_NAMES "WHERE w.saga = ?1 AND w.name = ?2 ORDER BY w.step")         \
    X(WAITS_UNRECALLED, SQL_WAIT_COLUMNS "INDEXED BY wait_unrecalled" SQL_WAIT_NAMES               \
                                         "WHERE w.recalled = 0 ORDER BY w.saga, w.step")           \
    X(DEFINITIONS,                                                                                 \
      "SELECT name, version, digest, source, applied_ms, actor FROM definition ORDER BY id")

/* Once the file is seen to be ours. Writes reach the disk at each commit (FULL), the log is given
 * back to the file only by the writer (wal_autocheckpoint), and what lies in it beyond 64 MiB is
 * cut off when it starts anew. secure_delete is Debian's default and would write zeroes over each
 * deleted index entry. */
#define SQL_WRITER_PRAGMAS                                                                         \
    "PRAGMA page_size = 4096; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"               \
    "PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = 67108864;"                         \
    "PRAGMA cache_size = -32768; PRAGMA temp_store = MEMORY; PRAGMA secure_delete = OFF;"          \
    "PRAGMA mmap_size = 0"
#define SQL_READER_PRAGMAS                                                                         \
    "PRAGMA query_only = ON; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -2048;"            \
    "PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0"
#define SQL_JOURNAL_MODE       "PRAGMA journal_mode"
#define SQL_APPLICATION_ID     "PRAGMA application_id"
#define SQL_USER_VERSION       "PRAGMA user_version"
#define SQL_TABLE_COUNT        "SELECT count(*) FROM sqlite_schema"
#define SQL_LAST_LSN           "SELECT ifnull(max(lsn), 0) FROM event"
#define SQL_HEADS_LSN          "SELECT value FROM meta WHERE key = 'heads_lsn'"
#define SQL_COUNT_EVENTS_AFTER "SELECT count(*) FROM event WHERE lsn > ?1"
/* Reads, to check them, all rows of the journal that have a checksum: rows of early versions have
 * none. */
#define SQL_ROWS_WITH_SUMS                                                                         \
    "SELECT saga, seq, prev, count, body, lsn, sum FROM event WHERE sum IS NOT NULL ORDER BY lsn"
#define SQL_QUICK_CHECK "SELECT count(*) FROM pragma_quick_check WHERE quick_check <> 'ok'"
#define SQL_INSERT_LOSS                                                                            \
    "INSERT INTO loss (at_ms, last_lsn, durable_lsn, what) VALUES (?1, ?2, ?3, ?4)"
#define SQL_SCHEMA_BEGIN    "BEGIN EXCLUSIVE"
#define SQL_SCHEMA_COMMIT   "COMMIT"
#define SQL_SCHEMA_ROLLBACK "ROLLBACK"

#endif
