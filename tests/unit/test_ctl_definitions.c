/* test_ctl_definitions.c - the corpus of definitions, through YAML, compiler and lint.
 *
 *   tests/definitions/good/NAME.yaml   must compile; NAME.expected is what became of it
 *   tests/definitions/bad/NAME.yaml    must not; NAME.expected is what lint prints
 *
 * SAGA_REWRITE=1 writes what came out over what was expected: commit only what you understand. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mp.h"
#include "ctl/lint.h"
#include "language/template_form.h"
#include "language/condition.h"
#include "language/schedule.h"
#include "golden.h"
#include "reading/problem.h"

enum { NAMES_MAX = 200 };

struct corpus {
    char names[NAMES_MAX][96]; /* "bad/NAME.yaml", sorted */
    size_t count;
};

static int compare(const void *left, const void *right)
{
    return strcmp(left, right);
}

static void list(const char *folder, struct corpus *corpus)
{
    DIR *dir = opendir(folder);
    cr_assert(dir != NULL, "%s: run with SAGA_SOURCE set to the source tree", folder);
    corpus->count = 0;
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        const char *dot = strrchr(entry->d_name, '.');
        if (!dot || strcmp(dot, ".expected") == 0 || entry->d_name[0] == '.') {
            continue;
        }
        cr_assert(corpus->count < NAMES_MAX);
        char *name = corpus->names[corpus->count++];
        cr_assert(snprintf(name, sizeof(corpus->names[0]), "%s/%s", folder, entry->d_name) <
                  (int)sizeof(corpus->names[0]));
    }
    closedir(dir);
    qsort(corpus->names, corpus->count, sizeof(corpus->names[0]), compare);
}

/* --- what became of a definition -------------------------------------------------------------- */

static void print_retry(FILE *out, const struct call_spec *call)
{
    const struct retry_policy *retry = &call->retry;
    const struct timeouts *t = &call->timeouts;
    fprintf(out, "      retry %u x, %lld ms * %g up to %lld ms, jitter %g, elapsed %lld ms;",
            retry->attempts_max, (long long)retry->initial_ms, retry->backoff,
            (long long)retry->interval_max_ms, retry->jitter, (long long)retry->elapsed_max_ms);
    for (uint32_t i = 0; i < retry->non_retryable_count; i++) {
        fprintf(out, " %.*s", (int)retry->non_retryable[i].size,
                (const char *)retry->non_retryable[i].data);
    }
    fprintf(out, "\n      timeouts %lld %lld %lld %lld%s%.*s", (long long)t->schedule_to_start_ms,
            (long long)t->start_to_close_ms, (long long)t->schedule_to_close_ms,
            (long long)t->heartbeat_ms, call->check.size > 0 ? ", check " : "",
            (int)call->check.size, (const char *)call->check.data);
    if (call->key_ttl_ms > 0) {
        fprintf(out, ", a key lasts %lld ms", (long long)call->key_ttl_ms);
    }
    fprintf(out, "\n");
}

static void print_step(FILE *out, const struct definition *definition, uint32_t index)
{
    const struct step_spec *step = &definition->steps[index];
    fprintf(out, "  %.*s: %s%s needs [", (int)step->name.size, (const char *)step->name.data,
            step_class_name(step->step_class), step->after_pivot ? " after the pivot" : "");
    for (uint32_t i = 0; i < step->needs_count; i++) {
        struct span name = definition->steps[step->needs[i]].name;
        fprintf(out, "%s%.*s", i > 0 ? " " : "", (int)name.size, (const char *)name.data);
    }
    fprintf(out, "] needed by [");
    for (uint32_t i = 0; i < step->needed_by_count; i++) {
        struct span name = definition->steps[step->needed_by[i]].name;
        fprintf(out, "%s%.*s", i > 0 ? " " : "", (int)name.size, (const char *)name.data);
    }
    fprintf(out, "]\n");
    if (step->child.size > 0) {
        fprintf(out, "    child %.*s version %u\n", (int)step->child.size,
                (const char *)step->child.data, step->child_version);
    }
    fprintf(out, "    do %.*s%s\n", (int)step->action.action.size,
            (const char *)step->action.action.data,
            step->action.input != NULL ? " with input" : "");
    print_retry(out, &step->action);
    if (step->approval) {
        fprintf(out, "    asks %u of them, %lld ms, on_timeout %d%s\n", step->approval->who_count,
                (long long)step->approval->timeout_ms, (int)step->approval->on_timeout,
                step->approval->show != NULL ? ", shows" : "");
    }
    if (step->when) {
        fprintf(out, "    when %.*s\n", (int)step->when->written.size,
                (const char *)step->when->written.data);
    }
    if (step->has_undo) {
        fprintf(out, "    undo %.*s%s%s%s, stuck after %u or %lld ms\n",
                (int)step->undo.action.size, (const char *)step->undo.action.data,
                step->undo.input != NULL ? " with input" : "",
                step->undo_on_failed ? " even when failed" : "",
                step->undo_before != NULL ? " before a time" : "", step->stuck_attempts,
                (long long)step->stuck_ms);
        print_retry(out, &step->undo);
    }
}

static void print_definition(FILE *out, const struct definition *definition)
{
    fprintf(out, "%.*s: timeout %lld ms, window %lld ms%s%s%s\n", (int)definition->name.size,
            (const char *)definition->name.data, (long long)definition->timeout_ms,
            (long long)definition->reversal_window_ms, definition->strict ? ", strict" : "",
            definition->output != NULL ? ", output" : "",
            definition->labels.size > 0 ? ", labels" : "");
    for (uint32_t i = 0; i < definition->sensitive_count; i++) {
        fprintf(out, "  sensitive: %.*s\n", (int)definition->sensitive[i]->written.size,
                (const char *)definition->sensitive[i]->written.data);
    }
    if (definition->concurrency.key) {
        fprintf(out, "  concurrency: %u, %s\n", definition->concurrency.limit,
                definition->concurrency.rejects ? "others are refused" : "others wait");
    }
    for (uint32_t i = 0; i < definition->schedule_count; i++) {
        const struct schedule *schedule = &definition->schedules[i];
        fprintf(out, "  schedule %u: %.*s in %.*s, catch up %s\n", schedule->index,
                (int)schedule->expression.size, (const char *)schedule->expression.data,
                (int)schedule->timezone.size, (const char *)schedule->timezone.data,
                catch_up_name(schedule->catch_up));
    }
    for (uint32_t i = 0; i < definition->step_count; i++) {
        print_step(out, definition, i);
    }
}

/* --- comparing -------------------------------------------------------------------------------- */

static char *outcome(const char *path, enum saga_error *rc)
{
    char *text = NULL;
    size_t size = 0;
    struct lint lint;
    FILE *out = open_memstream(&text, &size);
    cr_assert(out != NULL);
    *rc = lint_open(&lint, path);
    lint_print(&lint, out);
    if (*rc == SAGA_OK) {
        print_definition(out, lint.definition);
    }
    lint_close(&lint);
    fclose(out);
    return text;
}

static void check_expected(const char *path, const char *text)
{
    char name[128];
    snprintf(name, sizeof(name), "%.*s.expected", (int)(strrchr(path, '.') - path), path);
    golden_check(name, text);
}

Test(definitions, good_ones_compile_to_what_is_expected)
{
    static struct corpus corpus;
    golden_enter();
    list("good", &corpus);
    cr_assert(corpus.count >= 5);
    for (size_t i = 0; i < corpus.count; i++) {
        enum saga_error rc = SAGA_OK;
        char *text = outcome(corpus.names[i], &rc);
        cr_expect(rc == SAGA_OK, "%s:\n%s", corpus.names[i], text);
        check_expected(corpus.names[i], text);
        free(text);
    }
}

Test(definitions, bad_ones_are_refused_with_the_expected_messages)
{
    static struct corpus corpus;
    golden_enter();
    list("bad", &corpus);
    cr_assert(corpus.count >= 25);
    for (size_t i = 0; i < corpus.count; i++) {
        enum saga_error rc = SAGA_OK;
        char *text = outcome(corpus.names[i], &rc);
        cr_expect(rc == SAGA_INVALID_DEFINITION || rc == SAGA_BAD_MESSAGE, "%s: rc %d",
                  corpus.names[i], rc);
        check_expected(corpus.names[i], text);
        free(text);
    }
}

Test(definitions, the_example_of_the_manual_compiles_without_a_warning)
{
    struct lint lint;
    golden_enter();
    enum saga_error rc = lint_open(&lint, "../../examples/booking/booking.yaml");
    cr_expect(rc == SAGA_OK);
    cr_expect(lint.problems.count == 0);
    lint_close(&lint);
}

Test(definitions, a_file_that_is_not_there_is_told)
{
    struct lint lint;
    golden_enter();
    enum saga_error rc = lint_open(&lint, "no/such/file.yaml");
    cr_expect(rc == SAGA_NOT_FOUND);
    cr_expect(lint.unreadable[0] != '\0');
    lint_close(&lint);
}

/* Every prefix and every change of one byte of a good document: any answer, but no crash, and no
 * definition out of what mp_check() refuses. */
Test(definitions, broken_bytes_are_refused_without_a_crash, .timeout = 120)
{
    static struct corpus corpus;
    static const uint8_t flips[] = {0x01, 0x80, 0xff, 0x20};
    golden_enter();
    list("good", &corpus);
    struct arena arena;
    arena_open(&arena, &arena_heap, 16 * 1024 * 1024);
    for (size_t i = 0; i < corpus.count; i++) {
        struct lint lint;
        const struct definition *definition = NULL;
        struct problems problems;
        enum saga_error rc = lint_open(&lint, corpus.names[i]);
        cr_assert(rc == SAGA_OK);
        for (size_t size = 0; size < lint.value.size; size++) {
            /* A heap copy of the exact size: a read past its end is seen. */
            uint8_t *copy = malloc(size + (size == 0));
            memcpy(copy, lint.value.data, size);
            rc = definition_compile((struct span){copy, size}, &arena, &definition, &problems);
            cr_assert(rc == SAGA_INVALID_DEFINITION);
            arena_reset(&arena);
            free(copy);
        }
        for (size_t at = 0; at < lint.value.size; at++) {
            uint8_t flip = flips[at % sizeof(flips)];
            lint.value.data[at] ^= flip;
            rc = definition_compile(buf_span(&lint.value), &arena, &definition, &problems);
            cr_assert((rc == SAGA_OK) == (definition != NULL));
            cr_assert(rc == SAGA_OK || problems.error_count > 0);
            arena_reset(&arena);
            lint.value.data[at] ^= flip;
        }
        lint_close(&lint);
    }
    arena_close(&arena);
}
