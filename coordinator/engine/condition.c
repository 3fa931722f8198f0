/* condition.c - compiles conditions and decides them. */
#include "engine/condition.h"

const struct condition *condition_compile(struct compile *c, struct span value,
                                          const struct template_view *view)
{
    PRE(value.size > 0);
    struct mp mp = mp_open(value);
    struct span text = mp_type(value) == MP_STR ? mp_str(&mp) : (struct span){NULL, 0};
    struct condition *condition = compile_take(c, 1, sizeof(*condition));
    struct jsonpath_problem problem = {0, NULL};
    if (mp_type(value) != MP_STR) {
        compile_error(c, "must be a condition such as \"$.input.amount > 100\", not %s",
                      compile_type_name(value));
        return NULL;
    }
    if (text.size > DOCUMENT_TEXT_MAX) {
        compile_error(c, "is longer than %d bytes", DOCUMENT_TEXT_MAX);
        return NULL;
    }
    text = compile_copy(c, text);
    if (c->no_memory) {
        return NULL;
    }
    enum saga_error rc = jsonpath_compile_condition(text, c->arena, &condition->test, &problem);
    c->no_memory |= rc == SAGA_NO_MEMORY;
    if (rc == SAGA_INVALID) {
        size_t position = 1; /* in characters, from 1 */
        for (size_t i = 0; i < problem.offset && i < text.size; i++) {
            position += (text.data[i] & 0xc0) != 0x80;
        }
        compile_error(c, "'%s' is not a condition (RFC 9535): at its character %zu, %s",
                      compile_quote(text).text, position, problem.sentence);
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
