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
 * GET is answered at once: --wait and --key are for requests that change something. */
enum exit_code http_call(const struct settings *settings, const char *method, const char *path,
                         const json_t *body, struct reply *reply);
/* A GET of "/v1/sagas/ID" and `what`. EXIT_NOT_FOUND, said, when nothing can have such an id. */
enum exit_code http_get_saga(const struct settings *settings, const char *id, const char *what,
                             struct reply *reply);
void http_close(struct reply *reply);

/* "a b" -> "a%20b"; for free(). */
char *http_escape(const char *text);
/* "/v1/sagas/ID" and `what`; false, said, when nothing can have such an id. */
bool http_saga_path(char *path, size_t size, const char *id, const char *what);

#endif
