/* http.h - one request to sagad. */
#ifndef CTL_HTTP_H
#define CTL_HTTP_H

#include <jansson.h>
#include <stddef.h>

#include "ctl/command.h"

struct reply {
    long status;
    json_t *body; /* owned; NULL when there was none */
};

/* EXIT_GOOD for 2xx; else the problem has been printed. The reply is to be closed in any case. A
 * GET sends neither --wait nor --key, which are for requests that change something. */
enum exit_code http_call(const struct settings *settings, const char *method, const char *path,
                         const json_t *body, struct reply *reply);
/* GETs the path "/v1/sagas/ID" followed by `what`. EXIT_NOT_FOUND after saying that no saga can
 * have this id. */
enum exit_code http_get_saga(const struct settings *settings, const char *id, const char *what,
                             struct reply *reply);
void http_close(struct reply *reply);

/* "a b" -> "a%20b"; for free(). */
char *http_escape(const char *text);
/* Composes "/v1/sagas/ID" followed by `what`. false after saying that no saga can have this id. */
bool http_saga_path(char *path, size_t size, const char *id, const char *what);

#endif
