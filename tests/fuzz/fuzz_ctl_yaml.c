/* fuzz_ctl_yaml.c - any bytes as YAML: what is read is a value, compiles or not, and survives JSON.
 *
 * Printed in the canonical form and read back from it, it must be the same value. */
#include <stdlib.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/mp.h"
#include "base/arena.h"
#include "ctl/yaml.h"
#include "language/definition.h"
#include "reading/problem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void compile(struct span value)
{
    struct arena arena;
    struct problems problems;
    const struct definition *definition = NULL;
    arena_open(&arena, &arena_heap, 16 * 1024 * 1024);
    if (definition_compile(value, &arena, &definition, &problems) == SAGA_NO_MEMORY) {
        abort();
    }
    arena_close(&arena);
}

static void print_and_read_back(struct span value)
{
    struct buf text;
    struct buf again;
    struct json_problem problem;
    buf_open(&text, 16 * 1024 * 1024);
    buf_open(&again, 16 * 1024 * 1024);
    if (json_canonical(value, &text) != SAGA_OK) {
        abort();
    }
    enum saga_error rc = json_to_mp(buf_span(&text), &again, &problem);
    /* jansson knows no NUL in keys; and the text may be larger than what JSON may come in. */
    if (rc == SAGA_OK && !mp_equal(value, buf_span(&again))) {
        abort();
    }
    buf_close(&text);
    buf_close(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct yaml_document document;
    struct yaml_problem problem;
    if (yaml_open(&document, (struct span){data, size}, &problem) == SAGA_OK) {
        const char *why = NULL;
        if (mp_check(buf_span(&document.value), &why) != SAGA_OK) {
            abort();
        }
        print_and_read_back(buf_span(&document.value));
        compile(buf_span(&document.value));
    }
    yaml_close(&document);
    return 0;
}
