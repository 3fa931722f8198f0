/* response.h - the answer to one HTTP request, while it is written and until it is sent.
 *
 * A handler writes a body, the status and, where they apply, the headers below; the other headers
 * are the same for every response. Whoever writes a second time begins anew: what went wrong late
 * replaces what was written before. */
#ifndef API_RESPONSE_H
#define API_RESPONSE_H

#include <microhttpd.h>

#include "api/form.h"

struct response {
    struct buf out;   /* the body */
    struct form form; /* writes JSON into out */
    int status;
    const char *type;   /* of the body */
    char etag[80];      /* empty = none; the same holds for the two below */
    char location[256]; /* where the thing is that was made */
    char allow[32];     /* of a 405: the methods that the path takes */
};

/* An empty response. Until something is written the status is 500: a handler that forgets to
 * answer is at fault itself. */
void response_open(struct response *response);
void response_close(struct response *response);

/* Begins a JSON object, which response_end() ends; what was written before is forgotten. */
struct form *response_begin(struct response *response, int status);
void response_end(struct response *response);
/* The whole body as text for people. */
void response_plain(struct response *response, int status, const char *text);
/* The whole body as bytes of a type. */
void response_bytes(struct response *response, const char *type, struct span bytes);
/* The ETag of what has a number that grows when it changes: "17". */
void response_etag(struct response *response, uint64_t number);

/* Hands it to the library, body and all. MHD_NO: no memory, the connection is cut. */
MUST_CHECK enum MHD_Result response_send(struct response *response,
                                         struct MHD_Connection *connection);

#endif
