/* error.c - the table of schemas/errors.def. */
#include "base/error.h"

#include <stddef.h>
#include <string.h>

#include "base/check.h"

struct error_row {
    const char *code;     /* on the wire */
    const char *sentence; /* for people */
    int http_status;      /* as the HTTP API answers */
    bool retryable;       /* the same request may succeed later */
};

static const struct error_row rows[] = {
    [SAGA_OK] = {"ok", "no error", 200, false},
#define X(name, number, code, http_status, retryable, sentence)                                    \
    [SAGA_##name] = {code, sentence, http_status, retryable},
#include "schemas/errors.def"
};

/* The public header repeats names and numbers: both lists must say the same. */
#define X(name, number, code, http_status, retryable, sentence)                                    \
    _Static_assert(SAGA_##name == (number), "saga.h and errors.def differ in " #name);
#include "schemas/errors.def"

enum {
#define X(name, number, code, http_status, retryable, sentence) ROW_##name,
#include "schemas/errors.def"
    ROW_COUNT
};
/* Numbers are 1, 2, 3 ... without a hole, so an error only one list has shows here. */
_Static_assert(ROW_COUNT == (int)SAGA_STORE_NEWER, "saga.h and errors.def differ in length");
_Static_assert(ARRAY_COUNT(rows) == ROW_COUNT + 1, "errors.def skips a number");

/* A number from outside the list (a newer peer's) is treated as a fault of the coordinator. */
static const struct error_row *row_of(enum saga_error error)
{
    size_t at = (size_t)error;
    return at < ARRAY_COUNT(rows) ? &rows[at] : &rows[SAGA_INTERNAL];
}

const char *error_code(enum saga_error error)
{
    return row_of(error)->code;
}

int error_http_status(enum saga_error error)
{
    return row_of(error)->http_status;
}

bool error_is_retryable(enum saga_error error)
{
    return row_of(error)->retryable;
}

const char *error_sentence(enum saga_error error)
{
    return row_of(error)->sentence;
}

enum saga_error error_of_code(const char *code)
{
    PRE(code != NULL);
    /* The search begins at 1: "ok" is no error, and a peer that reports a failure with that code is
     * not believed. Of several errors with one code the first counts, which is the public one. */
    for (size_t at = 1; at < ARRAY_COUNT(rows); at++) {
        if (strcmp(rows[at].code, code) == 0) {
            return (enum saga_error)at;
        }
    }
    return SAGA_INTERNAL;
}
