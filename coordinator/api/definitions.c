/* definitions.c - definitions in, checked, and out again.
 *
 * A definition is checked, made canonical and compiled here, not on the loop's thread, which only
 * gives it its version. The same content twice is the same version. */
#include "api/definitions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/body.h"
#include "api/headers.h"
#include "api/http_call.h"
#include "api/query.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/zoneinfo.h"
#include "language/schedule.h"
#include "reading/problem.h"
#include "base/span.h"

static void set_etag(struct http_call *call, const uint8_t *digest)
{
    char hex[2 * DIGEST_SIZE + 1];
    digest_hex(span_of(digest, DIGEST_SIZE), hex);
    snprintf(call->response.etag, sizeof(call->response.etag), "\"%s\"", hex);
}

static void put_digest(struct form *form, const uint8_t *digest)
{
    char hex[2 * DIGEST_SIZE + 1];
    digest_hex(span_of(digest, DIGEST_SIZE), hex);
    form_text(form, "digest", hex);
}

static void put_warnings(struct form *form, const struct problems *problems)
{
    if (problems->count == 0) {
        return;
    }
    form_array(form, "warnings");
    for (uint32_t i = 0; i < problems->count; i++) {
        form_map(form, NULL);
        form_text(form, "pointer", problems->items[i].pointer);
        form_text(form, "detail", problems->items[i].detail);
        form_end(form);
    }
    form_end(form);
}

static void refuse(struct http_call *call, const struct problems *problems)
{
    for (uint32_t i = 0; i < problems->count; i++) {
        if (!problems->items[i].is_warning) {
            problem_note(call, problems->items[i].pointer, problems->items[i].detail);
        }
    }
    char detail[96];
    snprintf(detail, sizeof(detail), "the definition has %u error%s", problems->error_count,
             problems->error_count == 1 ? "" : "s");
    problem_answer(call, SAGA_INVALID_DEFINITION, detail);
}

/* The canonical JSON and its digest, into the request. */
static bool make_canonical(struct http_call *call, struct span document)
{
    struct buf out;
    buf_open(&out, (size_t)4 * LIMIT_DEFINITION);
    bool ok = json_canonical(document, &out) == SAGA_OK;
    if (ok) {
        call->request.define.source = arena_copy(&call->arena, buf_span(&out), &ok);
        digest_pair(buf_span(&out), (struct span){NULL, 0}, call->request.define.digest);
    }
    buf_close(&out);
    if (!ok) {
        problem_answer(call, SAGA_TOO_LARGE, NULL);
    }
    return ok;
}

static bool is_dry(struct http_call *call)
{
    const char *dry = query_text(call, "dry_run");
    if (dry && strcmp(dry, "true") != 0 && strcmp(dry, "false") != 0) {
        problem_note(call, "?dry_run", "must be true or false");
    }
    return dry && strcmp(dry, "true") == 0;
}

void definitions_put(struct http_call *call)
{
    struct span document;
    struct problems *problems = ARENA_NEW(&call->arena, struct problems);
    const struct definition *made = NULL;
    if (call->body.size > LIMIT_DEFINITION) {
        problem_answer(call, SAGA_TOO_LARGE, "a definition has at most 256 KiB");
        return;
    }
    if (!problems || !body_value(call, &document)) {
        return;
    }
    enum saga_error rc = definition_compile(document, &call->arena, &made, problems);
    if (rc == SAGA_OK) {
        rc = schedule_check_zones(made, zoneinfo_read, &call->arena, false, problems);
    }
    if (rc == SAGA_INVALID_DEFINITION || problems->error_count > 0) {
        refuse(call, problems);
        return;
    }
    if (rc != SAGA_OK) {
        problem_answer(call, rc, NULL);
        return;
    }
    if (!span_equal(made->name, call->target.parts[0])) {
        problem_note(call, "/saga", "is not the name in the path");
    }
    bool dry = is_dry(call);
    if (!problem_pass(call) || !make_canonical(call, document)) {
        return;
    }
    call->request.arg = problems;
    if (dry) {
        struct form *form = response_begin(&call->response, 200);
        form_str(form, "name", made->name);
        form_bool(form, "dry_run", true);
        put_digest(form, call->request.define.digest);
        put_warnings(form, problems);
        response_end(&call->response);
        return;
    }
    rc = catalog_prepare(call->request.define.source, &call->request.define.prepared);
    if (rc != SAGA_OK) {
        problem_answer(call, rc, NULL);
        return;
    }
    call->request.kind = REQUEST_DEFINE;
    call->request.define.name = made->name;
    call->request.define.actor = call->who.name;
    http_call_post(call);
}

void definitions_put_reply(struct http_call *call)
{
    const struct answer *answer = &call->answer;
    if (!http_call_is_answered(call)) {
        return;
    }
    struct form *form = response_begin(&call->response, answer->unchanged ? 200 : 201);
    form_str(form, "name", call->request.define.name);
    form_uint(form, "version", answer->version);
    form_bool(form, "unchanged", answer->unchanged);
    put_digest(form, call->request.define.digest);
    put_warnings(form, call->request.arg);
    response_end(&call->response);
    set_etag(call, call->request.define.digest);
    snprintf(call->response.location, sizeof(call->response.location),
             "/v1/definitions/%.*s/versions/%u", (int)call->request.define.name.size,
             (const char *)call->request.define.name.data, answer->version);
}

static void show(struct http_call *call, const struct definition *definition)
{
    if (!definition) {
        problem_answer(call, SAGA_NOT_FOUND, "there is no definition of this name and version");
        return;
    }
    set_etag(call, definition->digest);
    if (headers_is_known(call)) {
        response_bytes(&call->response, "application/json", (struct span){NULL, 0});
        call->response.status = 304;
        return;
    }
    struct form *form = response_begin(&call->response, 200);
    form_str(form, "name", definition->name);
    form_uint(form, "version", definition->version);
    put_digest(form, definition->digest);
    form_time(form, "applied_at", catalog_applied_ms(call->options->catalog, definition));
    form_raw(form, "definition", definition->source);
    response_end(&call->response);
}

void definitions_get(struct http_call *call)
{
    show(call, catalog_find(call->options->catalog, call->target.parts[0], 0));
}

void definitions_version(struct http_call *call)
{
    const char *text = http_call_text(call, call->target.parts[1]);
    char *end;
    unsigned long version = text ? strtoul(text, &end, 10) : 0;
    bool good = text && text[0] >= '1' && text[0] <= '9' && *end == '\0' && version > 0 &&
                version <= UINT32_MAX;
    show(call, good ? catalog_find(call->options->catalog, call->target.parts[0], (uint32_t)version)
                    : NULL);
}

void definitions_list(struct http_call *call)
{
    struct form *form = response_begin(&call->response, 200);
    form_array(form, "items");
    size_t at = 0;
    const struct catalog *catalog = call->options->catalog;
    for (const struct definition *d; (d = catalog_next(catalog, &at)) != NULL;) {
        form_map(form, NULL);
        form_str(form, "name", d->name);
        form_uint(form, "version", d->version);
        put_digest(form, d->digest);
        form_time(form, "applied_at", catalog_applied_ms(catalog, d));
        form_str_if(form, "description", d->description);
        form_end(form);
    }
    form_end(form);
    response_end(&call->response);
}
