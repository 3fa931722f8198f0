/* settings.h - what the options and the environment say; options.c fills it in. */
#ifndef CTL_SETTINGS_H
#define CTL_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

enum output { OUTPUT_TABLE, OUTPUT_JSON, OUTPUT_YAML, OUTPUT_CSV };

/* What an option says that may be given more than once. */
struct texts {
    const char *items[64];
    uint32_t count;
};

struct settings {
    const char *server;
    const char *token_file;
    enum output output;
    bool yes;
    bool plan;
    bool help;
    double wait_seconds; /* 0: nothing is waited for */
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
    bool pause;     /* rollback: stay there, paused */
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
    const char *data; /* folder; of an event: JSON, or @FILE */
    const char *status;
    const char *definition;
    const char *parent;
    struct texts label; /* each name:value */
    const char *cause;
    const char *step_status;
    const char *code;
    const char *alert;
    const char *q;  /* what ids begin with */
    uint32_t limit; /* 0 = not said */
    const char *key;
    struct texts files; /* of -f */
    bool dry_run;
    bool man;
};

#endif
