/* queries.h - the numbers of the statements that a connection has prepared. */
#ifndef STORE_QUERIES_H
#define STORE_QUERIES_H

#include "store/queries.sql.h"

/* Of the writer's connection. */
#define X(name, sql) WRITE_##name,
enum writer_query { WRITER_QUERIES(X) WRITE_COUNT };
#undef X

/* Of a reader's. */
#define X(name, sql) READ_##name,
enum reader_query { READER_QUERIES(X) READ_COUNT };
#undef X

#endif
