/* fuzz_language_template.c - any value through templates: what they make is what a peer could send.
 *
 * A value is nested again by each template that it goes through, so it comes back in until it is
 * refused. */
#include "language/template.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/check.h"
#include "base/json.h"
#include "base/mp.h"
#include "language/definition.h"
#include "reading/problem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SIZE_ENOUGH = 8192 }; /* bytes of a value that does not come back in: it doubles each time */

static const char document[] =
    "{\"saga\":\"s\",\"timeout\":\"1m\",\"steps\":["
    "{\"step\":\"a\",\"action\":\"n.a\",\"compensate\":\"none\",\"input\":{\"b\":[\"$.input\"]}},"
    "{\"step\":\"b\",\"action\":\"n.a\",\"compensate\":\"none\",\"input\":[\"$.input\",\"$.input\"]"
    "},"
    "{\"step\":\"c\",\"action\":\"n.a\",\"compensate\":\"none\",\"input\":\"$.input..*\"},"
    "{\"step\":\"d\",\"action\":\"n.a\",\"compensate\":\"none\","
    "\"input\":{\"t\":\"v ${$.input} ${$.input[*]} ${$.input.a ?? 1}\",\"a\":\"$.input.a ?? "
    "[[]]\"}}]}";

static const struct definition *compile(void)
{
    static const struct definition *definition;
    static struct arena arena;
    struct problems problems;
    struct json_problem problem;
    struct buf packed;
    if (definition) {
        return definition;
    }
    buf_open(&packed, 65536);
    arena_open(&arena, &arena_heap, 1 << 20);
    CHECK(json_to_mp(span_text(document), &packed, &problem) == SAGA_OK);
    CHECK(definition_compile(buf_span(&packed), &arena, &definition, &problems) == SAGA_OK);
    buf_close(&packed);
    return definition;
}

static void fill(const struct template *template, struct span input, bool in_undo)
{
    struct buf values[2];
    buf_open(&values[0], 4u << 20);
    buf_open(&values[1], 4u << 20);
    mp_put_value(&values[0], input);
    enum saga_error rc = SAGA_OK;
    for (uint32_t i = 0; i < MP_DEPTH_MAX && rc == SAGA_OK && values[i % 2].size < SIZE_ENOUGH;
         i++) {
        struct span missing;
        const char *why;
        struct buf *out = &values[(i + 1) % 2];
        struct scope scope = {.input = buf_span(&values[i % 2]), .null_when_missing = in_undo};
        buf_clear(out);
        rc = template_fill(template, &scope, out, &missing);
        CHECK(rc == SAGA_OK || (!in_undo && (rc == SAGA_TOO_LARGE || rc == SAGA_INVALID)));
        if (rc == SAGA_OK) {
            CHECK(mp_check(buf_span(out), &why) == SAGA_OK);
            CHECK(mp_extent(buf_span(out)).depth <= MP_VALUE_DEPTH_MAX);
        }
    }
    buf_close(&values[0]);
    buf_close(&values[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *why;
    struct span bytes = span_of(data, size);
    if (mp_check(bytes, &why) != SAGA_OK) {
        return 0;
    }
    const struct definition *definition = compile();
    for (uint32_t i = 0; i < definition->step_count; i++) {
        fill(definition->steps[i].action.input, bytes, false);
        fill(definition->steps[i].action.input, bytes, true);
    }
    return 0;
}
