/* problem.h - what is wrong with a request, said as RFC 9457 wants it (application/problem+json).
 *
 * What is wrong in several places is first noted, place by place, and then answered at once. */
#ifndef API_PROBLEM_H
#define API_PROBLEM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct http_call;

enum { PROBLEM_ERRORS_MAX = 100 }; /* places that are listed; more are not */

/* One place that is wrong. */
struct problem_error {
    char pointer[256]; /* JSON Pointer into the body, or "?name" for a query argument */
    char detail[256];
};

struct problem_errors {
    struct problem_error *items; /* in the call's arena; NULL while there is none */
    uint32_t count;
};

/* Makes the response a problem, with the status that belongs to the error, and all that was
 * noted. detail NULL: the error's own sentence. */
void problem_answer(struct http_call *call, enum saga_error error, const char *detail);
/* The same with another status. */
void problem_answer_as(struct http_call *call, int status, enum saga_error error,
                       const char *detail);

/* Notes one place that is wrong. */
void problem_note(struct http_call *call, const char *pointer, const char *detail);
/* True when nothing was noted. Else the response is a 422 that lists all places, the first of them
 * in words, and the handler returns. */
bool problem_pass(struct http_call *call);

#endif
