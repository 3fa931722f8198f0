/* lint.c - reads a definition file, compiles it, sorts its problems by line and prints them.
 *
 * A .json file is held to be JSON: jansson reads its value, and the YAML reader, which understands
 * nearly all JSON, only gives the marks. */
#include "ctl/lint.h"

#include <errno.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/limits.h"
#include "base/zoneinfo.h"
#include "language/schedule.h"
#include "reading/problem.h"

enum {
    ARENA_BYTES = 16 * 1024 * 1024, /* far more than 1,000 steps take */
    READ_BYTES = 16 * 1024,
};

static void note(struct lint *lint, const char *detail, struct yaml_mark mark)
{
    (void)snprintf(lint->unreadable, sizeof(lint->unreadable), "%s", detail);
    lint->unreadable_at = mark;
}

/* Keeps a byte more than a definition may have: the reader of the text then says that it is too
 * large. */
static enum saga_error read_file(struct lint *lint, struct buf *text)
{
    bool is_stdin = span_is(span_text(lint->path), "-");
    FILE *file = is_stdin ? stdin : fopen(lint->path, "rb");
    char bytes[READ_BYTES];
    size_t size = 1;
    enum saga_error rc = SAGA_OK;

    if (!file) {
        note(lint, strerror(errno), (struct yaml_mark){0, 0});
        return SAGA_NOT_FOUND;
    }
    while (size > 0 && text->size <= LIMIT_DEFINITION) {
        size = fread(bytes, 1, sizeof(bytes), file);
        buf_write(text, bytes, size);
    }
    if (ferror(file)) {
        note(lint, strerror(errno), (struct yaml_mark){0, 0});
        rc = SAGA_NOT_FOUND;
    }
    if (!is_stdin) {
        (void)fclose(file);
    }
    return rc == SAGA_OK && buf_failed(text) ? SAGA_NO_MEMORY : rc;
}

static bool is_json(const char *path)
{
    size_t size = strlen(path);
    return size > 5 && span_is(span_text(path + size - 5), ".json");
}

static enum saga_error read_json(struct lint *lint, struct span text)
{
    struct json_problem problem;
    enum saga_error rc = json_to_mp(text, &lint->value, &problem);
    if (rc != SAGA_OK && rc != SAGA_NO_MEMORY) {
        note(lint, problem.detail, (struct yaml_mark){problem.line, problem.column});
    }
    return rc;
}

static enum saga_error read_document(struct lint *lint, struct span text)
{
    struct yaml_problem problem;
    enum saga_error json_rc = is_json(lint->path) ? read_json(lint, text) : SAGA_OK;
    if (json_rc != SAGA_OK) {
        return json_rc;
    }
    enum saga_error rc = yaml_open(&lint->document, text, &problem);
    if (is_json(lint->path)) {
        MAYBE(rc != SAGA_OK); /* JSON that YAML does not understand has no marks */
        return SAGA_OK;
    }
    if (rc == SAGA_OK) {
        buf_write(&lint->value, lint->document.value.data, lint->document.value.size);
        rc = buf_failed(&lint->value) ? SAGA_NO_MEMORY : SAGA_OK;
    } else if (rc != SAGA_NO_MEMORY) {
        note(lint, problem.detail, problem.mark);
    }
    return rc;
}

/* --- order ------------------------------------------------------------------------------------ */

struct placed {
    struct problem problem;
    struct yaml_mark mark;
    uint32_t index; /* in the order of finding, which decides between problems at one place */
};

static int compare(const void *left, const void *right)
{
    const struct placed *a = left;
    const struct placed *b = right;
    if (a->mark.line != b->mark.line) {
        return a->mark.line < b->mark.line ? -1 : 1;
    }
    if (a->mark.column != b->mark.column) {
        return a->mark.column < b->mark.column ? -1 : 1;
    }
    return a->index < b->index ? -1 : 1;
}

static enum saga_error sort_problems(struct lint *lint)
{
    uint32_t count = lint->problems.count;
    if (count < 2) {
        return SAGA_OK;
    }
    struct placed *placed = calloc(count, sizeof(*placed));
    if (!placed) {
        return SAGA_NO_MEMORY;
    }
    for (uint32_t i = 0; i < count; i++) {
        placed[i].problem = lint->problems.items[i];
        placed[i].mark = lint_mark(lint, &lint->problems.items[i]);
        placed[i].index = i;
    }
    qsort(placed, count, sizeof(*placed), compare);
    for (uint32_t i = 0; i < count; i++) {
        lint->problems.items[i] = placed[i].problem;
    }
    free(placed);
    return SAGA_OK;
}

/* --- the whole -------------------------------------------------------------------------------- */

enum saga_error lint_open(struct lint *lint, const char *path)
{
    PRE(path != NULL);
    struct buf text;
    *lint = (struct lint){.path = path};
    arena_open(&lint->arena, &arena_heap, ARENA_BYTES);
    buf_open(&lint->value, 8 * LIMIT_DEFINITION);
    buf_open(&text, LIMIT_DEFINITION + READ_BYTES);

    enum saga_error rc = read_file(lint, &text);
    if (rc == SAGA_OK) {
        rc = read_document(lint, buf_span(&text));
    }
    if (rc == SAGA_OK) {
        rc = definition_compile(buf_span(&lint->value), &lint->arena, &lint->definition,
                                &lint->problems);
        if (rc == SAGA_OK) {
            rc = schedule_check_zones(lint->definition, zoneinfo_read, &lint->arena, true,
                                      &lint->problems);
        }
        enum saga_error sort_rc = sort_problems(lint);
        rc = sort_rc == SAGA_OK ? rc : sort_rc;
    }
    buf_close(&text);
    return rc;
}

void lint_close(struct lint *lint)
{
    yaml_close(&lint->document);
    buf_close(&lint->value);
    arena_close(&lint->arena);
    lint->definition = NULL;
    lint->problems = (struct problems){.items = NULL};
}

struct yaml_mark lint_mark(const struct lint *lint, const struct problem *problem)
{
    return yaml_find(&lint->document, span_text(problem->pointer));
}

/* "trip.yaml:3:1: ", without what is not known. */
static void print_place(const struct lint *lint, struct yaml_mark mark, FILE *out)
{
    const char *name = span_is(span_text(lint->path), "-") ? "(stdin)" : lint->path;
    if (mark.line == 0) {
        (void)fprintf(out, "%s: ", name);
    } else {
        (void)fprintf(out, "%s:%u:%u: ", name, mark.line, mark.column);
    }
}

void lint_print(const struct lint *lint, FILE *out)
{
    if (lint->unreadable[0] != '\0') {
        print_place(lint, lint->unreadable_at, out);
        (void)fprintf(out, "error: %s\n", lint->unreadable);
    }
    for (uint32_t i = 0; i < lint->problems.count; i++) {
        const struct problem *problem = &lint->problems.items[i];
        print_place(lint, lint_mark(lint, problem), out);
        (void)fprintf(out, "%s: %s%s%s\n", problem->is_warning ? "warning" : "error",
                      problem->pointer, problem->pointer[0] == '\0' ? "" : ": ", problem->detail);
    }
    if (lint->problems.cut) {
        print_place(lint, (struct yaml_mark){0, 0}, out);
        (void)fprintf(out, "error: more than %d problems; the rest is not shown\n", LIMIT_PROBLEMS);
    }
}

bool lint_file(const char *path, FILE *out)
{
    struct lint lint;
    enum saga_error rc = lint_open(&lint, path);
    lint_print(&lint, out);
    if (rc == SAGA_NO_MEMORY) {
        (void)fprintf(out, "%s: error: %s\n", path, error_sentence(rc));
    }
    lint_close(&lint);
    return rc == SAGA_OK;
}
