/* service.h - what the participants of the examples have in common.
 *
 * A service is a name, an SQLite database of its own and a few actions. Each action is work inside
 * a transaction that the barrier opens and commits: the work neither begins nor commits, it need
 * not ask whether it ran before, and an undo finds what it is to undo by task->do_key. */
#ifndef EXAMPLES_SERVICE_H
#define EXAMPLES_SERVICE_H

#include <sqlite3.h>

#include <saga.h>

enum { SERVICE_ACTION_MAX = 8, SERVICE_TEXT_MAX = 4 };

struct service_action {
    const char *name;      /* "flights.book" */
    saga_handler_fn *work; /* its arg is the database; NULL: a check, the barrier knows */
};

struct service {
    const char *name;
    const char *schema; /* SQL that creates its tables when they are not there */
    const char *list;   /* SQL that gives one line of text for each row */
    struct service_action actions[SERVICE_ACTION_MAX]; /* the unused ones have no name */
};

/* The whole of main(): reads the options, opens the database, serves until SIGTERM or SIGINT. */
int service_main(const struct service *service, int argc, char **argv);

/* Runs one statement with up to SERVICE_TEXT_MAX texts for its parameters; a NULL ends them early.
 * SQLITE_DONE, or SQLite's error. */
int service_execute(sqlite3 *db, const char *sql, const char *const texts[SERVICE_TEXT_MAX]);
/* Answers that the statement failed with rc: no effect, try again. */
void service_answer_broken(struct saga_answer *answer, sqlite3 *db);
/* Answers that trying again will not help. */
void service_answer_refused(struct saga_answer *answer, const char *code, const char *message);

#endif
