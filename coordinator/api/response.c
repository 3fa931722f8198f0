/* response.c - bodies in JSON and in text, and the headers that every response has. */
#include "api/response.h"

#include <stdio.h>

#include "api/library_error.h"

enum { BODY_MAX = 64 * 1024 * 1024 };

void response_open(struct response *response)
{
    *response = (struct response){.status = 500, .type = "text/plain"};
    buf_open(&response->out, BODY_MAX);
    form_open(&response->form, &response->out, FORM_JSON);
}

void response_close(struct response *response)
{
    form_close(&response->form);
    buf_close(&response->out);
}

struct form *response_begin(struct response *response, int status)
{
    PRE(status >= 200 && status < 600);
    buf_clear(&response->out);
    form_close(&response->form);
    form_open(&response->form, &response->out, FORM_JSON);
    response->status = status;
    response->type = "application/json";
    form_map(&response->form, NULL);
    return &response->form;
}

void response_end(struct response *response)
{
    form_end(&response->form);
    buf_text(&response->out, "\n");
}

void response_plain(struct response *response, int status, const char *text)
{
    response_bytes(response, "text/plain; charset=utf-8", span_text(text));
    response->status = status;
}

void response_bytes(struct response *response, const char *type, struct span bytes)
{
    buf_clear(&response->out);
    buf_write(&response->out, bytes.data, bytes.size);
    response->status = 200;
    response->type = type;
}

void response_etag(struct response *response, uint64_t number)
{
    snprintf(response->etag, sizeof(response->etag), "\"%llu\"", (unsigned long long)number);
}

static void add(struct MHD_Response *response, const char *name, const char *value)
{
    if (value && value[0]) {
        MHD_add_response_header(response, name, value);
    }
}

enum MHD_Result response_send(struct response *response, struct MHD_Connection *connection)
{
    struct buf *out = &response->out;
    struct MHD_Response *sent = MHD_create_response_from_buffer(
        out->size, out->data, out->data ? MHD_RESPMEM_MUST_FREE : MHD_RESPMEM_PERSISTENT);
    if (!sent) {
        return MHD_NO;
    }
    *out = (struct buf){.size_max = out->size_max}; /* it is the library's now */
    int status = response->status;
    add(sent, "Content-Type", response->type);
    add(sent, "ETag", response->etag);
    add(sent, "Location", response->location);
    add(sent, "Allow", status == 405 ? response->allow : NULL);
    add(sent, "Cache-Control", "no-store");
    add(sent, "X-Content-Type-Options", "nosniff");
    add(sent, "WWW-Authenticate", status == 401 ? "Bearer" : NULL);
    add(sent, "Retry-After", status == 429 || status == 503 ? "1" : NULL);
    enum MHD_Result queued = library_error_queue(connection, (unsigned int)status, sent);
    MHD_destroy_response(sent);
    return queued;
}
