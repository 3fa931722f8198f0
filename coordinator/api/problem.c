/* problem.c - problems as application/problem+json. */
#include "api/problem.h"

#include <stdio.h>

#include "api/http_call.h"
#include "base/utf8.h"

void problem_note(struct http_call *call, const char *pointer, const char *detail)
{
    struct problem_errors *errors = &call->errors;
    if (!errors->items) {
        errors->items = arena_take(&call->arena, PROBLEM_ERRORS_MAX * sizeof(*errors->items));
    }
    if (errors->items && errors->count < PROBLEM_ERRORS_MAX) {
        struct problem_error *error = &errors->items[errors->count++];
        snprintf(error->pointer, sizeof(error->pointer), "%s", pointer);
        snprintf(error->detail, sizeof(error->detail), "%s", detail);
        utf8_cut(error->pointer);
        utf8_cut(error->detail);
    }
}

bool problem_pass(struct http_call *call)
{
    if (call->errors.count == 0) {
        return true;
    }
    const struct problem_error *first = &call->errors.items[0];
    char detail[sizeof(first->pointer) + sizeof(first->detail)];
    bool has_place = first->pointer[0] != '\0';
    snprintf(detail, sizeof(detail), "%s%s%s", has_place ? first->pointer + 1 : "",
             has_place ? " " : "", first->detail);
    problem_answer(call, SAGA_INVALID, detail);
    return false;
}

static const char *title_of(int status)
{
    static const struct {
        int status;
        const char *title;
    } titles[] = {
        {400, "Bad Request"},         {401, "Unauthorized"},        {403, "Forbidden"},
        {404, "Not Found"},           {405, "Method Not Allowed"},  {409, "Conflict"},
        {412, "Precondition Failed"}, {413, "Content Too Large"},   {422, "Unprocessable Content"},
        {429, "Too Many Requests"},   {503, "Service Unavailable"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(titles); i++) {
        if (titles[i].status == status) {
            return titles[i].title;
        }
    }
    return "Internal Server Error";
}

static void put_errors(struct form *form, const struct problem_errors *errors)
{
    if (errors->count == 0) {
        return;
    }
    form_array(form, "errors");
    for (uint32_t i = 0; i < errors->count; i++) {
        form_map(form, NULL);
        form_text(form, "pointer", errors->items[i].pointer);
        form_text(form, "detail", errors->items[i].detail);
        form_end(form);
    }
    form_end(form);
}

void problem_answer_as(struct http_call *call, int status, enum saga_error error,
                       const char *detail)
{
    PRE(status >= 400);
    PRE(error != SAGA_OK);
    struct form *form = response_begin(&call->response, status);
    call->response.type = "application/problem+json";
    form_text(form, "type", "about:blank");
    form_text(form, "title", title_of(status));
    form_uint(form, "status", (uint64_t)status);
    char whole[512]; /* what somebody has written may have been cut within a character */
    snprintf(whole, sizeof(whole), "%s", detail ? detail : error_sentence(error));
    utf8_cut(whole);
    form_text(form, "detail", whole);
    form_text(form, "code", error_code(error));
    if (status == 429 || status == 503) {
        form_uint(form, "retry_after_ms", 1000);
    }
    if (call->answer.error == error && call->answer.open.code) {
        form_map(form, "details");
        form_text(form, "code", call->answer.open.code);
        form_end(form);
    }
    put_errors(form, &call->errors);
    response_end(&call->response);
}

void problem_answer(struct http_call *call, enum saga_error error, const char *detail)
{
    problem_answer_as(call, error_http_status(error), error, detail);
}
