-- barrier.sql - the one table of a barrier, in the participant's own database.
--
-- Written in the same transaction as the effect, so that delivery at least once does no harm: a do
-- that comes twice gives its first output again, an undo whose do never came is remembered, and a do
-- that comes after its undo is refused. Programs in different languages may share the table.
--
--   key      the idempotency key of a do, of an undo or of a confirm
--   state    1 done, 2 undone (a do that must not happen any more)
--   output   what a do was answered with, as msgpack; NULL: nil
--   used_ms  milliseconds since 1970 when the row was last written
--
--     (none) --do--> 1 --undo--> 2        an undo and a confirm have a row of their own, too: 1
--       |                        ^
--       +--------- undo ---------+
--
-- The first statement is SQLite's, the second PostgreSQL's. A column never gets another meaning.

CREATE TABLE IF NOT EXISTS saga_barrier(
    key     TEXT PRIMARY KEY NOT NULL,
    state   INTEGER NOT NULL,
    output  BLOB,
    used_ms INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS saga_barrier(
    key     TEXT PRIMARY KEY NOT NULL,
    state   INTEGER NOT NULL,
    output  BYTEA,
    used_ms BIGINT NOT NULL
);
