-- store.sql - the tables of the store, version 1; run as it stands on an empty database.
--
-- To change the schema:
--   1. Change the tables here, and the number in `PRAGMA user_version` at the end to n + 1.
--   2. Add the step from n to n + 1 to steps[] in coordinator/store/schema.c: SQL that turns
--      a store of version n into what stands here. Steps are never changed once released.
--   3. Never give a column, a number or a file format another meaning: add a new one.
--   4. Keep a dump of a store of version n under tests/, and a test that opens it.
-- A store of a later version than the program is refused; there is no way back but a backup.
--
-- Why the tables look like this, and what it costs: docs/decisions/0010-store-layout.md.

-- The journal, in the order in which it happened. Appended to, never updated, except that payload
-- may be erased. No index: the rows of one saga are found by its last lsn and then along prev.
CREATE TABLE event (
    lsn     INTEGER PRIMARY KEY,  -- gapless, from 1
    saga    INTEGER NOT NULL,
    seq     INTEGER NOT NULL,     -- of the first record in it
    prev    INTEGER NOT NULL,     -- lsn of the saga's row before this one; 0 = none
    count   INTEGER NOT NULL,     -- records in it
    body    BLOB NOT NULL,        -- msgpack, written once: what is hashed
    payload BLOB                  -- msgpack, the users' values; NULL = none, or erased
) STRICT;

-- One row per saga, written at its start, its end and when its state changes; of fixed width from
-- the first write on, so that an update never moves its neighbours.
CREATE TABLE saga (
    saga       INTEGER PRIMARY KEY,  -- internal id: ascending, never reused
    name       TEXT NOT NULL,        -- external id
    kind       INTEGER NOT NULL,     -- row of kind
    status     INTEGER NOT NULL,     -- 2 x state (states.def) + 1 when paused
    started_ms INTEGER NOT NULL,
    ended_ms   INTEGER NOT NULL,     -- negative = not ended (and then minus started_ms)
    first_lsn  INTEGER NOT NULL,
    last_lsn   INTEGER NOT NULL      -- of its newest row up to meta's heads_lsn, at least
) STRICT;

-- The sagas that are running, compensating or parked, paused or not: recovery and lists.
CREATE INDEX saga_unfinished ON saga (saga) WHERE status < 6 OR status = 10 OR status = 11;

-- What sagas are of: a definition, or a name alone (version 0).
CREATE TABLE kind (
    id      INTEGER PRIMARY KEY,
    name    TEXT NOT NULL,
    version INTEGER NOT NULL,
    UNIQUE (name, version)
) STRICT;

-- What must never mean anything else: saga ids as they are, request keys after a byte 0x01.
CREATE TABLE name (
    text   TEXT PRIMARY KEY NOT NULL,
    saga   INTEGER NOT NULL,
    digest BLOB NOT NULL  -- of the request that made it
) STRICT, WITHOUT ROWID;

CREATE TABLE definition (
    id         INTEGER PRIMARY KEY,  -- order of application
    name       TEXT NOT NULL,
    version    INTEGER NOT NULL,
    digest     BLOB NOT NULL,        -- SHA-256 of source
    source     BLOB NOT NULL,        -- canonical JSON
    applied_ms INTEGER NOT NULL,
    actor      TEXT NOT NULL,
    UNIQUE (name, version)
) STRICT;

-- heads_lsn: every saga.last_lsn is right as far as rows up to here go; later rows must be read.
-- last_ms: the newest time known when heads_lsn was written.
CREATE TABLE meta (
    key   TEXT PRIMARY KEY NOT NULL,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES ('heads_lsn', 0), ('last_ms', 0);

PRAGMA application_id = 1396786753;  -- "SAGA"
PRAGMA user_version = 1;
