/* problem.c - JSON answers, and problems as application/problem+json. */
#include <stdio.h>

#include "api/http.h"
#include "base/error.h"

struct form *response_begin(struct http_call *call, int status)
{
    buf_clear(&call->out);
    form_close(&call->form);
    form_open(&call->form, &call->out, FORM_JSON);
    call->status = status;
    call->type = "application/json";
    form_map(&call->form, NULL);
    return &call->form;
}

void response_end(struct http_call *call)
{
    form_end(&call->form);
    buf_text(&call->out, "\n");
    if (buf_failed(&call->out)) {
        problem_answer(call, SAGA_TOO_LARGE, "the answer is larger than may be sent");
    }
}

void problem_note(struct http_call *call, const char *pointer, const char *detail)
{
    if (!call->faults) {
        call->faults = arena_take(&call->arena, DETAIL_MAX * sizeof(*call->faults));
    }
    if (call->faults && call->fault_count < DETAIL_MAX) {
        struct fault *fault = &call->faults[call->fault_count++];
        snprintf(fault->pointer, sizeof(fault->pointer), "%s", pointer);
        snprintf(fault->detail, sizeof(fault->detail), "%s", detail);
    }
}

bool problem_pass(struct http_call *call)
{
    if (call->fault_count == 0) {
        return true;
    }
    const struct fault *first = &call->faults[0];
    char detail[sizeof(first->pointer) + sizeof(first->detail)];
    bool has_place = first->pointer[0] != '\0';
    snprintf(detail, sizeof(detail), "%s%s%s", has_place ? first->pointer + 1 : "",
             has_place ? " " : "", first->detail);
    problem_answer(call, SAGA_INVALID, detail);
    return false;
}

static const char *title_of(int status)
{
    switch (status) {
    case 400:
        return "Bad Request";
    case 401:
        return "Unauthorized";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 409:
        return "Conflict";
    case 412:
        return "Precondition Failed";
    case 413:
        return "Content Too Large";
    case 422:
        return "Unprocessable Content";
    case 429:
        return "Too Many Requests";
    case 503:
        return "Service Unavailable";
    default:
        return "Internal Server Error";
    }
}

void problem_answer_as(struct http_call *call, int status, enum saga_error error,
                       const char *detail)
{
    struct form *form = response_begin(call, status);
    call->type = "application/problem+json";
    form_text(form, "type", "about:blank");
    form_text(form, "title", title_of(status));
    form_uint(form, "status", (uint64_t)status);
    form_text(form, "detail", detail ? detail : error_sentence(error));
    form_text(form, "code", error_code(error));
    if (status == 429 || status == 503) {
        form_uint(form, "retry_after_ms", 1000);
    }
    if (call->fault_count > 0) {
        form_array(form, "errors");
        for (uint32_t i = 0; i < call->fault_count; i++) {
            form_map(form, NULL);
            form_text(form, "pointer", call->faults[i].pointer);
            form_text(form, "detail", call->faults[i].detail);
            form_end(form);
        }
        form_end(form);
    }
    form_end(form);
    buf_text(&call->out, "\n");
}

void problem_answer(struct http_call *call, enum saga_error error, const char *detail)
{
    problem_answer_as(call, error_http_status(error), error, detail);
}
