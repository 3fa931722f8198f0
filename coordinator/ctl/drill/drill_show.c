/* drill_show.c - the matrix of a drill: a row is a step, a column is a trouble, steps are numbers.
 *
 * A cell is a few short lines: how the saga ends, what is undone in which order, what is left. */
#include "ctl/drill/drill_show.h"

#include <inttypes.h>

#include "journal/states.h"

enum {
    NAME_WIDTH = 18,
    CELL_WIDTH = 15, /* 18 + 6 x 15 = 108 */
    CELL_BYTES = 64 * 1024,
    RUN_LEAST = 3, /* from so many undos in a row on, they are written as 5..3 */
};

static const struct head {
    const char *first;
    const char *second;
    const char *words; /* in a sentence about a step */
} heads[TROUBLE_COUNT] = {
    [TROUBLE_REFUSED] = {"refused", "for good", "refused"},
    [TROUBLE_BEFORE] = {"timed out", "before effect", "timed out before its effect"},
    [TROUBLE_AFTER] = {"timed out", "after effect", "timed out after its effect"},
    [TROUBLE_DUPLICATE] = {"duplicate", "answers", "answered twice"},
    [TROUBLE_LATE] = {"late result", "after the end", "late effect and result"},
    [TROUBLE_UNDO] = {"its undo", "fails", "its undo failing"},
};

/* ---- one cell ---- */

struct cell {
    struct buf text; /* lines */
    size_t column;   /* of the line being written */
    bool glued;      /* the next word follows a plus */
};

static void write_line(struct cell *cell, const char *text)
{
    buf_format(&cell->text, "%s%s", cell->text.size > 0 ? "\n" : "", text);
    cell->column = strlen(text);
    cell->glued = false;
}

/* The word goes on the next line when there is no room for it on this one. */
static void write_word(struct cell *cell, const char *word)
{
    size_t size = strlen(word);
    const char *blank = cell->glued ? "" : " ";
    if (cell->column + strlen(blank) + size >= CELL_WIDTH) {
        buf_text(&cell->text, "\n ");
        cell->column = 1;
        blank = " ";
    }
    buf_format(&cell->text, "%s%s", blank, word);
    cell->column += strlen(blank) + size;
    cell->glued = word[size - 1] == '+';
}

static bool is_alone(const struct drill_outcome *outcome, uint32_t i)
{
    const struct drill_undo *undos = outcome->undos;
    return !undos[i].in_doubt && (i == 0 || undos[i - 1].turn != undos[i].turn) &&
           (i + 1 == outcome->undo_count || undos[i + 1].turn != undos[i].turn);
}

/* How many from i on are alone, and each the number before: 5, 4, 3. */
static uint32_t count_run(const struct drill_outcome *outcome, uint32_t i)
{
    uint32_t count = is_alone(outcome, i) ? 1 : 0;
    while (count > 0 && i + count < outcome->undo_count && is_alone(outcome, i + count) &&
           outcome->undos[i + count].step + count == outcome->undos[i].step) {
        count++;
    }
    return count;
}

static void write_undos(struct cell *cell, const struct drill_outcome *outcome)
{
    char word[40];
    uint32_t i = 0;
    if (outcome->undo_count > 0) {
        write_line(cell, "undo");
    }
    while (i < outcome->undo_count) {
        const struct drill_undo *undo = &outcome->undos[i];
        uint32_t run = count_run(outcome, i);
        bool is_run = run >= RUN_LEAST;
        i += is_run ? run : 1;
        bool together = i < outcome->undo_count && outcome->undos[i].turn == undo->turn && !is_run;
        const char *after = i == outcome->undo_count ? "" : together ? "+" : ",";
        if (is_run) {
            snprintf(word, sizeof(word), "%" PRIu32 "..%" PRIu32 "%s", undo->step + 1,
                     undo->step + 2 - run, after);
        } else {
            snprintf(word, sizeof(word), "%" PRIu32 "%s%s", undo->step + 1,
                     undo->in_doubt ? "?" : "", after);
        }
        write_word(cell, word);
    }
}

static void write_left(struct cell *cell, const struct drill_outcome *outcome, uint32_t count)
{
    char word[16];
    if (outcome->told || outcome->unsettled) {
        write_line(cell, outcome->unsettled ? "LEFT" : "left");
    }
    for (uint32_t i = 0; i < count; i++) {
        if (outcome->left[i] != LEFT_NOTHING) {
            snprintf(word, sizeof(word), "%" PRIu32, i + 1);
            write_word(cell, word);
        }
    }
}

static void write_cell(struct cell *cell, const struct drill_outcome *outcome, uint32_t count)
{
    if (!outcome->ran) {
        write_line(cell, "-");
        return;
    }
    if (outcome->reversed) {
        write_line(cell, "reversed:");
    }
    write_line(cell, saga_state_name(outcome->state));
    if (outcome->cut) {
        write_line(cell, "endlessly");
    }
    write_undos(cell, outcome);
    write_left(cell, outcome, count);
}

/* ---- the matrix ---- */

/* Line `index` of the text; empty when there are fewer. */
static struct span line_of(const struct buf *text, uint32_t index)
{
    const uint8_t *at = text->data;
    const uint8_t *end = at + text->size;
    for (uint32_t i = 0;; i++) {
        const uint8_t *stop = at < end ? memchr(at, '\n', (size_t)(end - at)) : NULL;
        if (i == index) {
            return span_of(at, (size_t)((stop ? stop : end) - at));
        }
        if (!stop) {
            return span_of(NULL, 0);
        }
        at = stop + 1;
    }
}

/* Prints a text after the blanks that are due before it. Returns the blanks that fill its column:
 * they are printed before the next text, so that no line ends with blanks. */
static size_t print_padded(FILE *out, struct span text, size_t width, size_t blanks)
{
    if (text.size == 0) {
        return blanks + width;
    }
    fprintf(out, "%*s%.*s", (int)blanks, "", (int)text.size, (const char *)text.data);
    return text.size < width ? width - text.size : 1;
}

static void print_row(const struct drill *drill, uint32_t step, struct cell *cells, FILE *out)
{
    const struct step_spec *spec = &drill->definition->steps[step];
    char name[NAME_WIDTH + 16];
    bool any = true;
    for (uint32_t i = 0; i < TROUBLE_COUNT; i++) {
        buf_clear(&cells[i].text);
        write_cell(&cells[i], &drill->outcomes[step * TROUBLE_COUNT + i],
                   drill->definition->step_count);
    }
    for (uint32_t line = 0; any; line++) {
        any = line == 0;
        *name = '\0';
        if (line == 0) {
            snprintf(name, NAME_WIDTH, "%3" PRIu32 " %.*s", step + 1, (int)spec->name.size,
                     (const char *)spec->name.data);
        } else if (line == 1) {
            snprintf(name, sizeof(name), "    %s", step_class_name(spec->step_class));
        }
        fputs("\n", out);
        size_t blanks = print_padded(out, span_text(name), NAME_WIDTH, 0);
        for (uint32_t i = 0; i < TROUBLE_COUNT; i++) {
            blanks = print_padded(out, line_of(&cells[i].text, line), CELL_WIDTH, blanks);
            any = any || line_of(&cells[i].text, line + 1).size > 0;
        }
    }
    fputs("\n", out);
}

static void print_head(const struct drill *drill, FILE *out)
{
    struct span name = drill->definition->name;
    fprintf(out, "%.*s: %" PRIu32 " steps, each in every trouble\n\n%*s", (int)name.size,
            (const char *)name.data, drill->definition->step_count, NAME_WIDTH, "");
    size_t blanks = 0;
    for (uint32_t i = 0; i < TROUBLE_COUNT; i++) {
        blanks = print_padded(out, span_text(heads[i].first), CELL_WIDTH, blanks);
    }
    fprintf(out, "\n%*s", NAME_WIDTH, "");
    blanks = 0;
    for (uint32_t i = 0; i < TROUBLE_COUNT; i++) {
        blanks = print_padded(out, span_text(heads[i].second), CELL_WIDTH, blanks);
    }
    fputs("\n", out);
}

/* ---- what is left, in words ---- */

static void print_left(const struct drill *drill, bool unsettled, FILE *out)
{
    const char *title = unsettled ? "\nLeft unsettled: nobody undoes it, or nobody is told.\n"
                                  : "\nLeft for a person, whom an alert tells:\n";
    for (uint32_t i = 0; i < drill->run_count; i++) {
        const struct drill_outcome *outcome = &drill->outcomes[i];
        if (unsettled ? !outcome->unsettled : !outcome->told) {
            continue;
        }
        struct span name = drill->definition->steps[i / TROUBLE_COUNT].name;
        fprintf(out, "%s  %.*s, %s:", title, (int)name.size, (const char *)name.data,
                heads[i % TROUBLE_COUNT].words);
        title = "";
        for (uint32_t k = 0; k < drill->definition->step_count; k++) {
            struct span left = drill->definition->steps[k].name;
            if (outcome->left[k] != LEFT_NOTHING) {
                fprintf(out, " %.*s", (int)left.size, (const char *)left.data);
            }
        }
        fprintf(out, " (%s%s%s)\n", saga_state_name(outcome->state),
                *outcome->alert ? ", alert " : "", outcome->alert);
    }
}

static const char legend[] =
    "\nundo 3, 2+1?  undone in this order; + together; ? the step may not have happened\n"
    "left 2        step 2 is not settled, and an alert tells somebody; LEFT: nobody is told\n"
    "endlessly     neither the trouble nor the retries end\n"
    "reversed      a person's reversal asked for the undo; -: nothing would ever ask for it\n";

void drill_show(const struct drill *drill, FILE *out)
{
    struct cell cells[TROUBLE_COUNT] = {0};
    for (uint32_t i = 0; i < TROUBLE_COUNT; i++) {
        buf_open(&cells[i].text, CELL_BYTES);
    }
    print_head(drill, out);
    for (uint32_t i = 0; i < drill->definition->step_count; i++) {
        print_row(drill, i, cells, out);
    }
    fputs(legend, out);
    print_left(drill, false, out);
    print_left(drill, true, out);
    for (uint32_t i = 0; i < TROUBLE_COUNT; i++) {
        buf_close(&cells[i].text);
    }
}
