/* about.c - /healthz, /readyz, /openapi.json. */
#include "api/about.h"

#include "api/http_call.h"
#include "embed/embed_openapi.h"

void about_healthz(struct http_call *call)
{
    response_plain(&call->response, 200, "ok\n");
}

void about_readyz(struct http_call *call)
{
    bool ready = call->options->is_ready(call->options->arg);
    response_plain(&call->response, ready ? 200 : 503, ready ? "ready\n" : "not ready\n");
}

void about_openapi(struct http_call *call)
{
    response_bytes(&call->response, "application/json", span_of(embed_openapi, embed_openapi_size));
}
