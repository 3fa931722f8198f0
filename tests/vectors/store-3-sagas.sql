-- store-3-sagas.sql: a store that sagad wrote when its schema was version 3: a saga that sleeps for 1000
-- days, one that sleeps until 2035, one that completed, and one that starts in 2036.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE event (
    lsn     INTEGER PRIMARY KEY,  -- gapless, from 1
    saga    INTEGER NOT NULL,
    seq     INTEGER NOT NULL,     -- of the first record in it
    prev    INTEGER NOT NULL,     -- lsn of the saga's row before this one; 0 = none
    count   INTEGER NOT NULL,     -- records in it
    body    BLOB NOT NULL,        -- msgpack, written once: what is hashed
    payload BLOB                  -- msgpack, the users' values; NULL = none, or erased
) STRICT;
INSERT INTO event VALUES(1,1,1,0,2,X'97010101cf000001a22e369a81c09601cde400a561646d696ea36e6170a46e617073019510cd014100cf000001b64c0dfa81a574696d6572',NULL);
INSERT INTO event VALUES(2,2,1,0,2,X'97010201cf000001a22e369aa6c4202a52dd605744c31f59e97720ad34cca642e95d0f566883526e05f1f952d0fcd59701ce0004e400a561646d696ea3646179a364617901019510cd014100cf000001dd9661ec00a574696d6572',X'92c410632b09a4c0b3aa454a50a4a6a2fec48181a3646179b4323033352d30312d30315430303a30303a30305a');
INSERT INTO event VALUES(3,3,1,0,2,X'97010301cf000001a22e369abdc09601cde400a561646d696ea3686f70a3686f70019510cd014100cf000001a22e369abea574696d6572',NULL);
INSERT INTO event VALUES(4,3,3,3,2,X'97010303cf000001a22e369abec093150100920300',NULL);
INSERT INTO event VALUES(5,4,1,0,1,X'96010401cf000001a22e369addc09701cde440cf000001e4ee131800a561646d696ea56c61746572a3686f7001',NULL);
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
INSERT INTO saga VALUES(1,'nap',1,2,1796071660161,-1796071660161,1,1,1882471660161);
INSERT INTO saga VALUES(2,'day',2,2,1796071660198,-1796071660198,2,2,2051222400000);
INSERT INTO saga VALUES(3,'hop',3,6,1796071660221,1796071660222,3,4,-1796071660221);
INSERT INTO saga VALUES(4,'later',3,2,1796071660253,-1796071660253,5,5,2082758400000);
CREATE TABLE facet (
    kind  INTEGER NOT NULL,
    value TEXT NOT NULL,
    saga  INTEGER NOT NULL,
    PRIMARY KEY (kind, value, saga)
) STRICT, WITHOUT ROWID;
CREATE TABLE child (
    parent INTEGER NOT NULL,
    saga   INTEGER NOT NULL,
    PRIMARY KEY (parent, saga)
) STRICT, WITHOUT ROWID;
CREATE TABLE clock (
    saga INTEGER PRIMARY KEY
) STRICT;
CREATE TABLE waypoint (
    saga INTEGER NOT NULL,
    seq  INTEGER NOT NULL,  -- as in event
    lsn  INTEGER NOT NULL,
    PRIMARY KEY (saga, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE kind (
    id      INTEGER PRIMARY KEY,
    name    TEXT NOT NULL,
    version INTEGER NOT NULL,
    UNIQUE (name, version)
) STRICT;
INSERT INTO kind VALUES(1,'naps',1);
INSERT INTO kind VALUES(2,'day',1);
INSERT INTO kind VALUES(3,'hop',1);
CREATE TABLE name (
    text   TEXT PRIMARY KEY NOT NULL,
    saga   INTEGER NOT NULL,
    digest BLOB NOT NULL  -- of the request that made it
) STRICT, WITHOUT ROWID;
INSERT INTO name VALUES('day',2,X'ca233db378e47197fca5bc802a1a8ae665e325dd49a9537f87822a73e0888bdd');
INSERT INTO name VALUES('hop',3,X'00436367bba9a784e21f94c39b490a2f7b4be4035931760f59624605abc7a7df');
INSERT INTO name VALUES('later',4,X'8217a843ba26d7c2751304c8138acce5943f8e314d2573a3420455fe31fddbbe');
INSERT INTO name VALUES('nap',1,X'd94d3716b950ac886308b91fbfa0ec09b9d907977b1883595f66a7425a620149');
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
INSERT INTO definition VALUES(1,'naps',1,X'9f6ccd00f239f423e9514ed23a4787295b7179c6e4ddd9d356c128f01940a7d1',X'7b2273616761223a226e617073222c227374657073223a5b7b22736c656570223a223130303064222c2273746570223a226e6170227d5d2c2274696d656f7574223a223330303064227d',1796071660076,'admin');
INSERT INTO definition VALUES(2,'day',1,X'29aab95d5f760dae814b48ee891e2aa69f7b761a53c91483ba29f64843080c5d',X'7b2273616761223a22646179222c227374657073223a5b7b22736c656570223a7b22756e74696c223a22242e696e7075742e646179227d2c2273746570223a22646179227d5d2c2274696d656f7574223a223336303064227d',1796071660105,'admin');
INSERT INTO definition VALUES(3,'hop',1,X'3302bae79743aa93671bd6ed13c6ad7f5a37076bb469885929db54ca615c04e6',X'7b2273616761223a22686f70222c227374657073223a5b7b22736c656570223a22316d73222c2273746570223a22686f70227d5d7d',1796071660140,'admin');
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
CREATE TABLE hook (
    name        TEXT PRIMARY KEY NOT NULL,
    disabled_ms INTEGER NOT NULL,  -- its receiver is gone for good; 0 = in use
    dropped     INTEGER NOT NULL,  -- events not kept, for too many were undelivered
    dropped_ms  INTEGER NOT NULL   -- when the last of them was
) STRICT, WITHOUT ROWID;
CREATE TABLE meta (
    key   TEXT PRIMARY KEY NOT NULL,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES('heads_lsn',5);
INSERT INTO meta VALUES('inbox_last',0);
INSERT INTO meta VALUES('inbox_offered',0);
INSERT INTO meta VALUES('last_ms',1796071660253);
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
CREATE TABLE inbox_id (
    source    TEXT NOT NULL,
    id        TEXT NOT NULL,
    number    INTEGER NOT NULL,
    delivered INTEGER NOT NULL,  -- steps that took it
    started   BLOB,              -- msgpack, ids of sagas that it started; NULL = not offered yet
    PRIMARY KEY (source, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE want (
    name TEXT NOT NULL,
    saga INTEGER NOT NULL,
    mark INTEGER NOT NULL,  -- events with greater numbers count
    PRIMARY KEY (name, saga)
) STRICT, WITHOUT ROWID;
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
CREATE TABLE schedule (
    definition TEXT NOT NULL,     -- name
    entry      BLOB NOT NULL,     -- digest of the schedule as written
    tick_ms    INTEGER NOT NULL,  -- the last tick that was started, or left out
    PRIMARY KEY (definition, entry)
) STRICT, WITHOUT ROWID;
CREATE TABLE claim (
    saga  INTEGER PRIMARY KEY,
    key   BLOB NOT NULL,     -- digest of the definition's name and the key
    held  INTEGER NOT NULL,  -- 1, or 0 = waits
    most  INTEGER NOT NULL,  -- how many may hold it at once
    place INTEGER NOT NULL   -- lsn of the row that says so
) STRICT;
CREATE TABLE loss (
    at_ms       INTEGER NOT NULL,
    last_lsn    INTEGER NOT NULL,  -- of what could be read
    durable_lsn INTEGER NOT NULL,  -- what had been durable at least; 0 = not known
    what        TEXT NOT NULL      -- the damage, in words
) STRICT;
DELETE FROM sqlite_sequence;
CREATE INDEX saga_awake ON saga (status)
    WHERE due_ms <= 0 AND (status < 6 OR status = 10 OR status = 11);
CREATE INDEX saga_asleep ON saga (status) WHERE due_ms > 1;
CREATE INDEX saga_final ON saga (status)
    WHERE (status > 5 AND status < 10 OR status > 11);
CREATE INDEX saga_due ON saga (due_ms, saga) WHERE due_ms > 0 AND due_ms < 70368744177664;
CREATE INDEX saga_kind ON saga (kind);
CREATE INDEX delivery_pending ON delivery (hook, saga, id) WHERE dead_ms = 0;
CREATE INDEX delivery_dead ON delivery (hook, id) WHERE dead_ms > 0;
CREATE INDEX inbox_name ON inbox (name, number);
CREATE INDEX want_mark ON want (name, mark);
CREATE INDEX wait_event ON wait (name, path, value, saga, step);
CREATE INDEX wait_unrecalled ON wait (name) WHERE recalled = 0;
COMMIT;
PRAGMA application_id = 1396786753; PRAGMA user_version = 3;
