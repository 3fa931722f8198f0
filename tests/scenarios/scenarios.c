/* scenarios.c - golden scenarios: runs a script and compares what the engine does with what is
 * written there; with --rewrite it writes it there.
 *
 *     scenarios [--rewrite] FILE
 *
 * A script is a head comment (the rule of the model that it shows), a definition (JSON, single
 * quotes for double ones), and input lines "> ..." (orders.c). Below each stands all that followed,
 * indented: records with their seq, effects as "->", the next timer as "wakes", all times in
 * seconds since the beginning. After each event the rows are folded anew and must give the live
 * state. The output is read against the model before it is written: --rewrite makes nothing right.
 *
 * Seen to fail, with the engine broken as said, among others:
 *
 *   20-retries-back-off               retry.c: delay = delay
 *   21-retry-after-wins               call.c: delay_ms = 0 there
 *   21-stale-failure-decides-nothing  call.c: an older attempt decides
 *   40-doubt-is-compensated           fold.c: in doubt taken for failed
 *   32-undo-waits-for-its-do          saga.c: call_quiet_ms() gives 0
 *   67-plan-then-apply                verbs.c: the digest is not compared
 *   64-rollback-past-the-pivot        verbs.c: `accept` is not asked for
 *   60-pause-and-resume               settle.c: goes on with a paused saga
 *   22-timeout-heartbeat              timers.c: the heartbeat is left out
 *   90-crash-adopts-what-runs         timers.c: orphans are sent again at once
 *   66-terminate-names-steps          results.c: no alert of a late result
 *   the replay, in 27 of them         fold.c: retry_ms = at_ms
 */
#include <stdio.h>
#include <stdlib.h>

#include "scenario.h"

enum { SCRIPT_MAX = 1 << 20, CONTEXT = 2 };

static void read_script(const char *path, struct buf *script)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        stop("cannot be read", path);
    }
    char piece[4096];
    for (size_t size; (size = fread(piece, 1, sizeof(piece), file)) > 0;) {
        buf_write(script, piece, size);
    }
    if (ferror(file) || buf_failed(script) || script->size == 0) {
        stop("cannot be read, or is empty", path);
    }
    fclose(file);
}

static void write_script(const char *path, const struct buf *script)
{
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(script->data, 1, script->size, file) != script->size || fclose(file) != 0) {
        stop("cannot be written", path);
    }
}

/* The line at *at, without its end, as text of its own; false at the end of the script. */
static bool next_line(const struct buf *script, size_t *at, char *line, size_t room)
{
    size_t size = 0;
    if (*at >= script->size) {
        return false;
    }
    while (*at + size < script->size && script->data[*at + size] != '\n') {
        size++;
    }
    if (size >= room) {
        stop("a line is too long", "");
    }
    memcpy(line, script->data + *at, size);
    line[size] = '\0';
    *at += size + 1;
    return true;
}

/* Copies comments and input, and puts what really follows below each input. */
static void run(const struct buf *script, struct world *world)
{
    char line[4096];
    char document[16384] = "";
    size_t at = 0;
    size_t size = 0;
    bool begun = false;
    struct buf head;
    buf_open(&head, SCRIPT_MAX);
    while (next_line(script, &at, line, sizeof(line))) {
        bool input = strncmp(line, "> ", 2) == 0;
        bool comment = line[0] == '#' || line[0] == '\0';
        if (input && !begun) {
            world_open(world, document);
            buf_write(&world->out, head.data, head.size);
            begun = true;
        }
        if (!begun) {
            buf_format(&head, "%s\n", line);
            size_t more = comment ? 0 : strlen(line);
            if (size + more >= sizeof(document)) {
                stop("the definition is too long", line);
            }
            memcpy(document + size, line, more);
            size += more;
        } else if (input || comment) {
            buf_format(&world->out, "%s\n", line);
            if (input) {
                obey(world, line + 2);
            }
        } else if (strncmp(line, "  ", 2) != 0) {
            stop("neither input nor output nor comment", line);
        }
    }
    if (!begun) {
        stop("a script without input", "");
    }
    buf_close(&head);
}

static uint32_t count_lines(const struct buf *script)
{
    uint32_t count = 0;
    for (size_t i = 0; i < script->size; i++) {
        count += script->data[i] == '\n' ? 1 : 0;
    }
    return count;
}

static struct span line_at(const struct buf *script, uint32_t index)
{
    size_t at = 0;
    for (uint32_t i = 0; i < index; i++) {
        at =
            (size_t)((uint8_t *)memchr(script->data + at, '\n', script->size - at) - script->data) +
            1;
    }
    const uint8_t *end = memchr(script->data + at, '\n', script->size - at);
    return span_of(script->data + at, (size_t)(end - script->data) - at);
}

static void print_lines(const struct buf *script, uint32_t first, uint32_t last, char mark)
{
    for (uint32_t i = first; i < last; i++) {
        struct span line = line_at(script, i);
        printf("%c%.*s\n", mark, (int)line.size, (const char *)line.data);
    }
}

/* Everything between the first and the last line that differ. */
static void print_difference(const struct buf *wanted, const struct buf *found)
{
    uint32_t wanted_count = count_lines(wanted);
    uint32_t found_count = count_lines(found);
    uint32_t least = wanted_count < found_count ? wanted_count : found_count;
    uint32_t same = 0;
    uint32_t tail = 0;
    while (same < least && span_equal(line_at(wanted, same), line_at(found, same))) {
        same++;
    }
    while (tail < least - same && span_equal(line_at(wanted, wanted_count - tail - 1),
                                             line_at(found, found_count - tail - 1))) {
        tail++;
    }
    printf("line %u: - is written there, + came\n", same + 1);
    print_lines(wanted, same > CONTEXT ? same - CONTEXT : 0, same, ' ');
    print_lines(wanted, same, wanted_count - tail, '-');
    print_lines(found, same, found_count - tail, '+');
}

int main(int argc, char **argv)
{
    bool rewrite = argc == 3 && strcmp(argv[1], "--rewrite") == 0;
    if (argc != (rewrite ? 3 : 2)) {
        stop("usage", "scenarios [--rewrite] FILE");
    }
    const char *path = argv[argc - 1];
    static struct world world;
    struct buf script;
    buf_open(&script, SCRIPT_MAX);
    read_script(path, &script);
    if (script.data[script.size - 1] != '\n') {
        stop("no newline at the end", path);
    }
    run(&script, &world);
    bool same = span_equal(buf_span(&script), buf_span(&world.out));
    if (!same && rewrite) {
        write_script(path, &world.out);
    } else if (!same) {
        printf("%s ", path);
        print_difference(&script, &world.out);
    }
    world_close(&world);
    buf_close(&script);
    return same || rewrite ? 0 : 1;
}
