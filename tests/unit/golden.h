/* golden.h - texts that are kept in files below tests/definitions, and compared. */
#ifndef TESTS_UNIT_GOLDEN_H
#define TESTS_UNIT_GOLDEN_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { GOLDEN_MAX = 64 * 1024 };

/* Goes to tests/definitions of the source tree. */
static inline void golden_enter(void)
{
    const char *source = getenv("SAGA_SOURCE");
    cr_assert(chdir(source ? source : ".") == 0);
    cr_assert(chdir("tests/definitions") == 0);
}

/* The text is what the file holds, or the test fails; with SAGA_REWRITE=1 it is what the file holds
 * from now on: commit only what you understand. */
static inline void golden_check(const char *name, const char *text)
{
    static char expected[GOLDEN_MAX];
    const char *rewrite = getenv("SAGA_REWRITE");
    if (rewrite && strcmp(rewrite, "1") == 0) {
        FILE *file = fopen(name, "w");
        cr_assert(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
        return;
    }
    FILE *file = fopen(name, "r");
    cr_assert(file != NULL, "%s is missing; SAGA_REWRITE=1 writes it", name);
    size_t size = fread(expected, 1, sizeof(expected) - 1, file);
    fclose(file);
    expected[size] = '\0';
    cr_expect_str_eq(text, expected, "%s: expected\n%s\ngot\n%s", name, expected, text);
}

#endif
