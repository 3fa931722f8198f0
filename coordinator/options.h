/* options.h - the settings of sagad: a flag beats its environment variable, which beats the file.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/check.h"
#include "base/log.h"
#include "door/webhook.h"

#define SAGAD_VERSION SAGA_VERSION

#define OPTIONS_SQLITE "sqlite:" /* before the path of a store */

enum { OPTIONS_TEXT = 512, OPTIONS_COUNT_MAX = 24 };

struct options {
    char config[OPTIONS_TEXT];       /* path of the YAML file; empty = none */
    char data[OPTIONS_TEXT];         /* folder */
    char listen[OPTIONS_TEXT];       /* tcp:// or ipc:// */
    char http[OPTIONS_TEXT];         /* address:port */
    char store[OPTIONS_TEXT];        /* sqlite:PATH; empty = sqlite:<data>/sagad.db */
    char event_source[OPTIONS_TEXT]; /* of the CloudEvents that leave */
    int64_t heartbeat_ms;
    int64_t dead_ms;
    int64_t drain_timeout_ms;
    int64_t message_max; /* bytes */
    int64_t sagas_max;
    enum log_level log_level;
    enum log_format log_format;
    struct webhooks webhooks; /* of the file alone */
    bool insecure;
    bool check;                             /* validate, print, look at the store, exit */
    bool accept_loss;                       /* of the command line alone: once, not for ever */
    const char *sources[OPTIONS_COUNT_MAX]; /* by setting: where it came from */
};

enum options_outcome {
    OPTIONS_RUN,   /* go on */
    OPTIONS_EXIT,  /* all is said: exit 0 */
    OPTIONS_USAGE, /* a flag is wrong: exit 2 */
    OPTIONS_BAD,   /* a setting is wrong: exit 1 */
};

/* Reads flags, environment and file; says on `out` and `err` what is to be said. */
MUST_CHECK enum options_outcome options_read(struct options *options, int argc, char **argv,
                                             FILE *out, FILE *err);
/* Of the store's file. */
const char *options_store_path(const struct options *options);

#endif
