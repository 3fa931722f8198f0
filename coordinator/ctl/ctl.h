/* ctl.h - sagactl: what a command has been told, and what it exits with; private to this folder. */
#ifndef CTL_CTL_H
#define CTL_CTL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/time_text.h"
#include "base/check.h"

#define CTL_VERSION "0.1.0"

/* What scripts may rely on. */
enum exit_code {
    EXIT_GOOD = 0,
    EXIT_FAILED = 1, /* the thing asked about failed: lint errors, a saga compensated */
    EXIT_USAGE = 2,
    EXIT_NOT_FOUND = 3,
    EXIT_REFUSED = 4,
    EXIT_NO_SERVER = 5,
};

enum output { OUTPUT_TABLE, OUTPUT_JSON, OUTPUT_YAML, OUTPUT_CSV };

struct settings {
    const char *server;
    const char *token_file;
    enum output output;
    bool yes;
    bool plan;
    bool wait;
    double wait_seconds;
    const char *reason;
    const char *apply;   /* digest */
    const char *input;   /* JSON, or @FILE */
    const char *outputs; /* drill: JSON, or @FILE */
    const char *format;  /* graph: text, mermaid, dot */
    const char *id;
    uint32_t version;    /* 0 = the newest */
    uint32_t to_version; /* migrate; 0 = not given */
    const char *labels;  /* JSON */
    const char *start_at;
    const char *since;
    const char *until;
    const char *step;
    const char *steps;
    const char *accept;
    const char *to; /* rollback: the step to keep */
    bool pause;     /* and stay there */
    const char *outcome;
    const char *output_value;
    const char *evidence;
    const char *source;       /* event: where it comes from */
    const char *event;        /* signal: its name */
    const char *content_type; /* of the request; NULL = JSON */
    const char *question;     /* digest */
    const char *role;
    const char *groups;
    const char *expires;
    const char *data; /* folder */
    const char *status;
    const char *definition;
    const char *parent;
    uint32_t limit; /* 0 = not said */
    const char *key;
    const char *files[64]; /* of -f */
    uint32_t file_count;
    bool dry_run;
    bool man;
};

struct arguments {
    const char *const *items;
    uint32_t count;
};

/* One command: name, what follows it, what it does, which options it takes. */
struct command {
    const char *name;
    const char *arguments; /* "ID", "FILE..." */
    const char *help;
    const char *options; /* names, separated by spaces */
    uint32_t least;      /* arguments */
    uint32_t most;
    bool has_rows; /* what it shows is a table, which can be CSV too */
    enum exit_code (*run)(const struct settings *settings, const struct arguments *arguments);
};

/* options.c */
/* The command and its arguments; NULL when all is said, with *code what to exit with. */
const struct command *options_parse(int argc, char **argv, struct settings *settings,
                                    struct arguments *arguments, enum exit_code *code);
extern const struct command commands[];
extern const uint32_t command_count;

/* http.c */
struct reply {
    long status;
    json_t *body; /* owned; NULL when there was none */
};
/* EXIT_GOOD for 2xx; else the problem has been printed. The body is to be given back in any case.
 */
enum exit_code http_call(const struct settings *settings, const char *method, const char *path,
                         const json_t *body, struct reply *reply);
void reply_close(struct reply *reply);
/* "a b" -> "a%20b"; to be freed. */
char *http_escape(const char *text);
/* "/v1/sagas/ID" and `what`; false, said, when nothing can have such an id. */
bool http_saga_path(char *path, size_t size, const char *id, const char *what);

/* commands.c */
/* Reads pages into list's items until there is no more, or `most` items are there: `next_cursor`
 * then. */
enum exit_code get_pages(const struct settings *settings, const char *path, uint32_t page,
                         uint32_t most, json_t *list);
/* Is the answer to be shown as it came: JSON or YAML? */
bool is_document(const struct settings *settings);
/* There is more than what is shown. */
void say_more(const json_t *list);

/* verbs.c */
enum exit_code need_reason(const struct settings *settings);
bool ask(const char *question);

/* when.c */
enum when_side { WHEN_AHEAD, WHEN_AGO };
/* The time that was said, as RFC 3339; false, and said why, when it is none. */
bool when_read(const char *option, const char *text, enum when_side side,
               char when[TIME_TEXT_SIZE]);

/* show.c */
void show_json(const struct settings *settings, const json_t *value);
void show_saga(const json_t *saga);
/* As CSV: a row for each item, with the values of these keys. */
void show_rows(const json_t *items, const char *const *columns, size_t count);
void show_sagas(const struct settings *settings, const json_t *items);
/* Times are shown as from `start` (RFC 3339), the saga's. */
void show_history(const struct settings *settings, const json_t *items, const char *start);
/* With --wait: a saga that did not settle in time is said to go on. */
void show_unsettled(const struct settings *settings, const json_t *saga);
bool is_settled(const char *status);
void show_plan(const json_t *plan);
void show_migration(const json_t *plan);

/* commands_*.c */
enum exit_code run_apply(const struct settings *settings, const struct arguments *arguments);
enum exit_code run_lint(const struct settings *settings, const struct arguments *arguments);
enum exit_code run_graph(const struct settings *settings, const struct arguments *arguments);
enum exit_code run_drill(const struct settings *settings, const struct arguments *arguments);
enum exit_code run_start(const struct settings *settings, const struct arguments *arguments);
enum exit_code run_list(const struct settings *settings, const struct arguments *arguments);
enum exit_code run_show(const struct settings *settings, const struct arguments *arguments);
enum exit_code run_history(const struct settings *settings, const struct arguments *arguments);
enum exit_code run_watch(const struct settings *settings, const struct arguments *arguments);
enum exit_code run_rollback(const struct settings *settings, const struct arguments *arguments);
enum exit_code run_reverse(const struct settings *settings, const struct arguments *arguments);
enum exit_code run_retry(const struct settings *settings, const struct arguments *arguments);
enum exit_code run_resolve(const struct settings *settings, const struct arguments *arguments);
enum exit_code run_pause(const struct settings *settings, const struct arguments *arguments);
enum exit_code run_resume(const struct settings *settings, const struct arguments *arguments);
enum exit_code run_skip(const struct settings *settings, const struct arguments *arguments);
enum exit_code run_approve(const struct settings *settings, const struct arguments *arguments);
enum exit_code run_reject(const struct settings *settings, const struct arguments *arguments);
enum exit_code run_token(const struct settings *settings, const struct arguments *arguments);
enum exit_code run_event(const struct settings *settings, const struct arguments *arguments);
enum exit_code run_signal(const struct settings *settings, const struct arguments *arguments);
enum exit_code run_terminate(const struct settings *settings, const struct arguments *arguments);
enum exit_code run_webhooks(const struct settings *settings, const struct arguments *arguments);
enum exit_code run_schedules(const struct settings *settings, const struct arguments *arguments);
enum exit_code run_migrate(const struct settings *settings, const struct arguments *arguments);
enum exit_code run_version(const struct settings *settings, const struct arguments *arguments);
enum exit_code run_completion(const struct settings *settings, const struct arguments *arguments);
enum exit_code run_help(const struct settings *settings, const struct arguments *arguments);

#endif
