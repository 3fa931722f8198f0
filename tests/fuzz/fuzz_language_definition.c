/* fuzz_language_definition.c - any bytes as a definition: problems, or a definition, never both. */
#include <stdlib.h>

#include "base/arena.h"
#include "language/definition.h"
#include "reading/problem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct problems problems;
    const struct definition *definition = NULL;
    arena_open(&arena, &arena_heap, 16 * 1024 * 1024);
    enum saga_error rc =
        definition_compile((struct span){data, size}, &arena, &definition, &problems);
    if ((rc == SAGA_OK) != (problems.error_count == 0) || rc == SAGA_NO_MEMORY) {
        abort();
    }
    arena_close(&arena);
    return 0;
}
