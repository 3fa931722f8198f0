-- store.sql - the tables of the store, version 4; run as it stands on an empty database.
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
    payload BLOB,                 -- msgpack, the users' values; NULL = none, or erased
    sum     INTEGER               -- of all but the payload: see row_sum.h; NULL = of an earlier version
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
    last_lsn   INTEGER NOT NULL,     -- of its newest row up to meta's heads_lsn, at least
    due_ms     INTEGER NOT NULL DEFAULT 0  -- asleep until then (2^46: until something happens);
                                           -- 1: ended, and its parent has to hear of it;
                                           -- not positive: awake, or ended
) STRICT;

-- Sagas by status, newest last: those that are running, compensating or parked and awake, which must
-- be in memory; those that sleep; those that have ended. And those that wake by themselves.
CREATE INDEX saga_awake ON saga (status)
    WHERE due_ms <= 0 AND (status < 6 OR status = 10 OR status = 11);
CREATE INDEX saga_asleep ON saga (status) WHERE due_ms > 1;
CREATE INDEX saga_final ON saga (status)
    WHERE (status > 5 AND status < 10 OR status > 11);
CREATE INDEX saga_due ON saga (due_ms, saga) WHERE due_ms > 0 AND due_ms < 70368744177664;
CREATE INDEX saga_kind ON saga (kind);

-- What else lists find sagas by: a row as long as it is so. kind: enum facet_kind in journal/row.h.
CREATE TABLE facet (
    kind  INTEGER NOT NULL,
    value TEXT NOT NULL,
    saga  INTEGER NOT NULL,
    PRIMARY KEY (kind, value, saga)
) STRICT, WITHOUT ROWID;

-- Sagas that are steps of others.
CREATE TABLE child (
    parent INTEGER NOT NULL,
    saga   INTEGER NOT NULL,
    PRIMARY KEY (parent, saga)
) STRICT, WITHOUT ROWID;

-- Sagas of which started_ms lies before that of the saga before: the clock had been set back. Between
-- two of them started_ms never falls, so that a time is found by halving.
CREATE TABLE clock (
    saga INTEGER PRIMARY KEY
) STRICT;

-- Ways into long histories: each row of `event` with which the records of its saga pass another
-- multiple of 64. From there along prev the way to any record is short.
CREATE TABLE waypoint (
    saga INTEGER NOT NULL,
    seq  INTEGER NOT NULL,  -- as in event
    lsn  INTEGER NOT NULL,
    PRIMARY KEY (saga, seq)
) STRICT, WITHOUT ROWID;

-- What sagas are of: a definition, or a name alone (version 0).
CREATE TABLE kind (
    id      INTEGER PRIMARY KEY,
    name    TEXT NOT NULL,
    version INTEGER NOT NULL,
    UNIQUE (name, version)
) STRICT;

-- What must never mean anything else: saga ids as they are, request keys after a byte 0x01, tokens of
-- tasks that were answered `later` after a byte 0x02.
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

-- The outbox: what is to be told, to which webhook, and what has become of it. A row is gone once it
-- has arrived. In ascending order of id: what is told of one saga arrives in that order.
CREATE TABLE delivery (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,  -- never reused
    hook     TEXT NOT NULL,     -- name of the webhook
    saga     INTEGER NOT NULL,
    seq      INTEGER NOT NULL,  -- of the record that caused it
    at_ms    INTEGER NOT NULL,  -- when that was
    name     TEXT NOT NULL,     -- the saga's external id
    event    TEXT NOT NULL,     -- the event's id
    type     TEXT NOT NULL,
    data     BLOB NOT NULL,     -- msgpack
    attempts INTEGER NOT NULL,
    due_ms   INTEGER NOT NULL,
    dead_ms  INTEGER NOT NULL,  -- when it failed for good; 0 = it has not
    status   INTEGER NOT NULL,  -- HTTP status of the last attempt; 0 = no answer
    why      TEXT NOT NULL      -- what was wrong with it
) STRICT;

-- The next one of a saga, and the dead ones of a hook.
CREATE INDEX delivery_pending ON delivery (hook, saga, id) WHERE dead_ms = 0;
CREATE INDEX delivery_dead ON delivery (hook, id) WHERE dead_ms > 0;

-- What is kept of a webhook itself: nothing, as long as all goes well.
CREATE TABLE hook (
    name        TEXT PRIMARY KEY NOT NULL,
    disabled_ms INTEGER NOT NULL,  -- its receiver is gone for good; 0 = in use
    dropped     INTEGER NOT NULL,  -- events not kept, for too many were undelivered
    dropped_ms  INTEGER NOT NULL   -- when the last of them was
) STRICT, WITHOUT ROWID;

-- heads_lsn: every saga.last_lsn is right as far as rows up to here go; later rows must be read.
-- last_ms: the newest time known when heads_lsn was written.
-- facets_lsn: rows up to here were written by a program that kept no facets beside them.
CREATE TABLE meta (
    key   TEXT PRIMARY KEY NOT NULL,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES ('heads_lsn', 0), ('last_ms', 0), ('facets_lsn', 0);

-- Events that have come, in their order: each until it has been offered to everyone, and while a
-- saga of `want` that was there before it (mark), or a step that has not been told yet what came
-- before its wait (wait.recalled = 0), may want it. The writer prunes with the change that lets one
-- go. meta inbox_last: the greatest number given; inbox_offered: all up to it have been offered.
CREATE TABLE inbox (
    number INTEGER PRIMARY KEY,  -- gapless, from 1
    name   TEXT NOT NULL,        -- what has happened
    source TEXT NOT NULL,
    id     TEXT NOT NULL,
    saga   TEXT NOT NULL,        -- external id of the only saga that it is for; '' = for all
    cause  TEXT NOT NULL,        -- external id of the saga that sent it; '' = from outside
    at_ms  INTEGER NOT NULL,
    data   BLOB NOT NULL         -- msgpack
) STRICT;
CREATE INDEX inbox_name ON inbox (name, number);

-- The identity of every event that ever came, and what came of it.
CREATE TABLE inbox_id (
    source    TEXT NOT NULL,
    id        TEXT NOT NULL,
    number    INTEGER NOT NULL,
    delivered INTEGER NOT NULL,  -- steps that took it
    started   BLOB,              -- msgpack, ids of sagas that it started; NULL = not offered yet
    PRIMARY KEY (source, id)
) STRICT, WITHOUT ROWID;

-- Live sagas with a step not begun that will wait for an event of this name.
CREATE TABLE want (
    name TEXT NOT NULL,
    saga INTEGER NOT NULL,
    mark INTEGER NOT NULL,  -- events with greater numbers count
    PRIMARY KEY (name, saga)
) STRICT, WITHOUT ROWID;
CREATE INDEX want_mark ON want (name, mark);

-- Steps that wait for an event now.
CREATE TABLE wait (
    saga     INTEGER NOT NULL,
    step     INTEGER NOT NULL,
    name     TEXT NOT NULL,
    path     TEXT NOT NULL,     -- where in the event its key stands; '' = there is none
    value    INTEGER NOT NULL,  -- hash of the key
    mark     INTEGER NOT NULL,  -- events with greater numbers count
    recalled INTEGER NOT NULL,  -- 1: what came before has been offered to it
    PRIMARY KEY (saga, step)
) STRICT, WITHOUT ROWID;
CREATE INDEX wait_event ON wait (name, path, value, saga, step);
CREATE INDEX wait_unrecalled ON wait (name) WHERE recalled = 0;
INSERT INTO meta VALUES ('inbox_last', 0), ('inbox_offered', 0);

-- How far each schedule of a definition has been dealt with: written with the start of the saga.
CREATE TABLE schedule (
    definition TEXT NOT NULL,     -- name
    entry      BLOB NOT NULL,     -- digest of the schedule as written
    tick_ms    INTEGER NOT NULL,  -- the last tick that was started, or left out
    PRIMARY KEY (definition, entry)
) STRICT, WITHOUT ROWID;

-- Sagas that hold a concurrency key, or wait for one in the order of `place`.
CREATE TABLE claim (
    saga  INTEGER PRIMARY KEY,
    key   BLOB NOT NULL,     -- digest of the definition's name and the key
    held  INTEGER NOT NULL,  -- 1, or 0 = waits
    most  INTEGER NOT NULL,  -- how many may hold it at once
    place INTEGER NOT NULL   -- lsn of the row that says so
) STRICT;

-- The store was not what it had been, and somebody went on all the same (--accept-loss).
CREATE TABLE loss (
    at_ms       INTEGER NOT NULL,
    last_lsn    INTEGER NOT NULL,  -- of what could be read
    durable_lsn INTEGER NOT NULL,  -- what had been durable at least; 0 = not known
    what        TEXT NOT NULL      -- the damage, in words
) STRICT;

PRAGMA application_id = 1396786753;  -- "SAGA"
PRAGMA user_version = 4;
