/* jsonschema_run.c - what a check may still cost, and how its problems name their place. */
#include "jsonschema/jsonschema_run.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/buf.h"

static void put_part(struct buf *out, struct span key)
{
    buf_write(out, "/", 1);
    for (size_t i = 0; i < key.size; i++) {
        const char *escaped = key.data[i] == '~' ? "~0" : key.data[i] == '/' ? "~1" : NULL;
        if (escaped) {
            buf_write(out, escaped, 2);
        } else {
            buf_write(out, key.data + i, 1);
        }
    }
}

static void put_pointer(const struct jsonschema_run *run, char *pointer, size_t size)
{
    for (uint32_t i = 0; i < run->depth; i++) {
        const struct jsonschema_frame *frame = &run->frames[i];
        char text[24];
        uint8_t part[sizeof(((struct jsonschema_problem *)NULL)->pointer)];
        struct buf out = {.data = part, .capacity = sizeof(part), .size_max = sizeof(part)};
        if (frame->key.data) {
            put_part(&out, frame->key);
        } else if (frame->index >= 0) {
            snprintf(text, sizeof(text), "%lld", (long long)frame->index);
            put_part(&out, span_text(text));
        }
        size_t at = strlen(pointer);
        if (buf_failed(&out) || at + out.size >= size) {
            return; /* the pointer ends with the part that still fits */
        }
        memcpy(pointer + at, part, out.size);
        pointer[at + out.size] = '\0';
    }
}

void jsonschema_run_report(struct jsonschema_run *run, const char *format, ...)
{
    struct jsonschema_report *report = run->report;
    if (run->speculative > 0) {
        return;
    }
    if (report->count == JSONSCHEMA_REPORTED_MAX) {
        report->cut = true;
        return;
    }
    struct jsonschema_problem *problem = &report->problems[report->count++];
    problem->pointer[0] = '\0';
    put_pointer(run, problem->pointer, sizeof(problem->pointer));
    va_list args;
    va_start(args, format);
    (void)vsnprintf(problem->detail, sizeof(problem->detail), format, args);
    va_end(args);
}

void jsonschema_run_give_up(struct jsonschema_run *run, const char *why)
{
    if (!run->is_over) {
        run->is_over = true;
        run->speculative = 0;
        run->depth = 0;
        run->report->count -= run->report->count == JSONSCHEMA_REPORTED_MAX ? 1 : 0;
        jsonschema_run_report(run, "%s", why);
    }
}

bool jsonschema_run_pay(struct jsonschema_run *run, uint64_t steps)
{
    if (run->steps_left <= steps) {
        run->steps_left = 0;
        jsonschema_run_give_up(run, "checking it against the schema costs too much");
        return false;
    }
    run->steps_left -= steps;
    return true;
}
