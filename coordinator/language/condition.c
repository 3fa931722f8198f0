/* condition.c - compiles conditions and decides them. */
#include "language/condition.h"

#include "base/limits.h"
#include "jsonpath/jsonpath.h"
#include "language/definition_draft.h"
#include "language/document.h"
#include "language/template.h"
#include "language/template_compile.h"
#include "reading/reading_words.h"

const struct condition *condition_compile(struct compile *c, struct span value,
                                          const struct template_view *view)
{
    PRE(value.size > 0);
    struct mp mp = mp_open(value);
    struct span text = mp_type(value) == MP_STR ? mp_str(&mp) : (struct span){NULL, 0};
    struct condition *condition = reading_take(&c->reading, 1, sizeof(*condition));
    struct jsonpath_problem problem = {0, NULL};
    if (mp_type(value) != MP_STR) {
        reading_error(&c->reading, "must be a condition such as \"$.input.amount > 100\", not %s",
                      reading_type_name(value));
        return NULL;
    }
    if (text.size > DOCUMENT_TEXT_MAX) {
        reading_error(&c->reading, "is longer than %d bytes", DOCUMENT_TEXT_MAX);
        return NULL;
    }
    text = reading_copy(&c->reading, text);
    if (c->reading.no_memory) {
        return NULL;
    }
    enum saga_error rc =
        jsonpath_compile_condition(text, c->reading.arena, &condition->test, &problem);
    c->reading.no_memory |= rc == SAGA_NO_MEMORY;
    if (rc == SAGA_INVALID) {
        reading_error(&c->reading, "'%s' is not a condition (RFC 9535): at its character %zu, %s",
                      reading_quote(text).text, reading_position(text, problem.offset),
                      problem.sentence);
    }
    if (rc != SAGA_OK) {
        return NULL;
    }
    condition->written = text;
    bool ok = document_compile(c, view, text, jsonpath_condition_queries(condition->test),
                               &condition->document);
    return ok ? condition : NULL;
}

enum saga_error condition_holds(const struct condition *condition, const struct scope *scope,
                                bool *holds)
{
    PRE(condition != NULL);
    PRE(holds != NULL);
    struct buf document;
    buf_open(&document, LIMIT_SAGA_MEMORY);
    *holds = false;
    document_put(&condition->document, scope, &document);
    uint64_t cost = document.size / DOCUMENT_BYTES_PER_STEP;
    enum saga_error rc = buf_failed(&document) ? SAGA_NO_MEMORY : SAGA_OK;
    if (rc == SAGA_OK && cost >= JSONPATH_STEPS) {
        rc = SAGA_TOO_LARGE;
    }
    if (rc == SAGA_OK) {
        rc = jsonpath_decide(condition->test, buf_span(&document), JSONPATH_STEPS - cost, holds);
    }
    buf_close(&document);
    return rc;
}
