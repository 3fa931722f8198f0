/* saga_read.h - one saga, as it is durable now. */
#ifndef API_SAGA_READ_H
#define API_SAGA_READ_H

#include <stdbool.h>

#include "base/error.h"
#include "journal/saga_image.h"

struct http_call;
struct definition;
struct store_page;

/* Answers with the problem that this is, if it is one; true: it is none. Of a saga that cannot be
 * read nothing is to be had but the saga's own shape. */
bool saga_read_problem(struct http_call *call, enum saga_error rc);

/* Loads a saga and its definition. False when a problem was answered. */
bool saga_read_load(struct http_call *call, struct span name, struct saga_image *image,
                    const struct definition **definition);
/* The same with the rows of a page of its history; with all of them, if they are needed to show it.
 */
bool saga_read_page(struct http_call *call, struct span name, const struct store_page *page,
                    struct saga_image *image, const struct definition **definition);
/* Answers with the whole saga; its ETag is its `seq`. */
void saga_read_show(struct http_call *call, struct span name, int status, bool is_duplicate);

/* GET /v1/sagas/{id} */
void saga_read_one(struct http_call *call);
void saga_read_one_reply(struct http_call *call);

#endif
