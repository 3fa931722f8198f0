/* reference_read.c - reads one reference of a template, and says why it is none. */
#include "language/reference_read.h"

#include "jsonpath/jsonpath_form.h"
#include "jsonpath/jsonpath_value.h"
#include "language/definition_draft.h"
#include "language/document.h"
#include "language/reference_advice.h"
#include "language/template_compile.h"
#include "language/template_form.h"
#include "language/template_reference.h"
#include "reading/reading_words.h"

void reference_read_refuse(struct compile *c, struct span text,
                           const struct jsonpath_problem *problem)
{
    reading_error(&c->reading,
                  "'%s' is not a reference (RFC 9535): at its character %zu, %s; write $$ for a "
                  "dollar",
                  reading_quote(text).text, reading_position(text, problem->offset),
                  problem->sentence);
}

/* A query that may give many values is evaluated on a document of what it looks at. */
static bool read_many(struct compile *c, const struct template_view *view,
                      const struct jsonpath *path, struct reference *reference)
{
    struct document *document = reading_take(&c->reading, 1, sizeof(*document));
    if (reference->written.size > DOCUMENT_TEXT_MAX) {
        reading_error(&c->reading, "'%s' is longer than %d bytes",
                      reading_quote(reference->written).text, DOCUMENT_TEXT_MAX);
        return false;
    }
    if (!document ||
        !document_compile(c, view, reference->written, jsonpath_queries(path), document)) {
        return false;
    }
    POST(document->count > 0);
    reference->many = path;
    reference->document = document;
    return true;
}

static size_t skip_blanks(struct span text, size_t at)
{
    while (at < text.size && text.data[at] == ' ') {
        at++;
    }
    return at;
}

/* "?? 3" after a query that ends at *size: moves *size behind the value. false: what stands after
 * "??" is no value, which is noted, or there is no memory. */
static bool read_fallback(struct compile *c, struct span text, struct reference *reference,
                          size_t *size)
{
    PRE(*size <= text.size);
    size_t at = skip_blanks(text, *size);
    if (at + 1 >= text.size || text.data[at] != '?' || text.data[at + 1] != '?') {
        return true;
    }
    struct jsonpath_problem problem;
    struct span value;
    size_t length = 0;
    at = skip_blanks(text, at + 2);
    enum saga_error rc = jsonpath_value_read((struct span){text.data + at, text.size - at},
                                             &c->reading.scratch, &value, &length, &problem);
    if (rc == SAGA_INVALID) {
        reading_error(&c->reading, "'%s': after its '?\?', at character %zu, %s",
                      reading_quote(text).text, reading_position(text, at + problem.offset),
                      problem.sentence);
        return false;
    }
    c->reading.no_memory |= rc == SAGA_NO_MEMORY;
    reference->fallback = reading_copy(&c->reading, value);
    *size = at + length;
    POST(*size <= text.size);
    if (reference->many) {
        reading_warning(&c->reading,
                        "'%s' always gives an array, which may be empty: the fallback never counts",
                        reading_quote(reference->written).text);
    }
    return !c->reading.no_memory;
}

const struct reference *reference_read(struct compile *c, const struct template_view *view,
                                       struct span text, size_t *size)
{
    PRE(text.size > 0 && text.data[0] == '$');
    struct jsonpath_problem problem;
    const struct jsonpath *path = NULL;
    struct reference *reference = reading_take(&c->reading, 1, sizeof(*reference));
    if (!reference) {
        return NULL;
    }
    enum saga_error rc = jsonpath_compile_prefix(text, c->reading.arena, &path, size, &problem);
    if (rc == SAGA_INVALID) {
        reference_read_refuse(c, text, &problem);
    }
    c->reading.no_memory |= rc == SAGA_NO_MEMORY;
    if (rc != SAGA_OK) {
        return NULL;
    }
    reference->written = reading_copy(&c->reading, (struct span){text.data, *size});
    uint32_t count;
    bool ok = jsonpath_is_singular(path)
                  ? template_reference_resolve(c, view, jsonpath_parts(path, &count), reference)
                  : read_many(c, view, path, reference);
    if (!ok || !read_fallback(c, text, reference, size)) {
        return NULL;
    }
    reference_advice_give(c, view, reference);
    return reference;
}
