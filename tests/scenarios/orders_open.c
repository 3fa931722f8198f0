/* orders_open.c - what the client of an open saga says, as lines of a script: see orders.c. */
#include "base/digest.h"
#include "base/mp.h"
#include "engine/event.h"
#include "language/open_step.h"
#include "reading/problem.h"
#include "scenario.h"
#include "words.h"

static void put_ms(struct buf *out, const char *name, struct span value)
{
    mp_put_text(out, name);
    mp_put_int(out, words_duration(value));
}

static struct span terms(struct world *world, struct words *words)
{
    struct buf out;
    bool ok = true;
    struct span timeout = words_option(words, "timeout");
    struct span window = words_option(words, "window");
    struct span budget = words_option(words, "budget");
    struct span sensitive = words_json(words, "sensitive", &world->value);
    buf_open(&out, 1 << 16);
    mp_put_map(&out, 1u + (window.size > 0) + (budget.size > 0) + (sensitive.size > 0));
    put_ms(&out, "timeout_ms", timeout.size > 0 ? timeout : span_text("10m"));
    if (window.size > 0) {
        put_ms(&out, "reversal_window_ms", window);
    }
    if (budget.size > 0) {
        mp_put_text(&out, "budget_usd_micros");
        mp_put_uint(&out, words_number(budget));
    }
    if (sensitive.size > 0) {
        mp_put_text(&out, "sensitive");
        mp_put_value(&out, sensitive);
    }
    struct span kept = arena_copy(&world->arena, buf_span(&out), &ok);
    buf_close(&out);
    return kept;
}

void orders_begin(struct world *world, struct words *words)
{
    struct event event = {.kind = EVENT_START};
    struct span digest = words_option(words, "digest");
    event.start = (struct start_request){.definition = world->definition,
                                         .open_name = world->open_name,
                                         .terms = terms(world, words),
                                         .name = span_text(world->name),
                                         .input = words_json(words, "input", &world->value),
                                         .labels = words_json(words, "labels", &world->value),
                                         .actor = words_option(words, "by")};
    digest_pair(digest, event.start.input, event.start.digest);
    world_step(world, &event);
}

/* An action, "none", or a map. */
static struct span call_of(struct world *world, struct words *words, const char *name)
{
    struct span text = words_option(words, name);
    size_t before = world->value.size;
    if (text.size == 0 || text.data[0] == '{') {
        return words_json(words, name, &world->value);
    }
    mp_put_str(&world->value, text);
    return span_of(world->value.data + before, world->value.size - before);
}

void orders_open(struct world *world, struct words *words)
{
    static const char *const names[OPEN_VERB_COUNT] = {"register", "complete", "commit", "abort"};
    struct event event = {.kind = EVENT_OPEN};
    struct open_request *open = &event.open;
    struct problems problems;
    while (strcmp(names[open->verb], words->text) != 0) {
        open->verb++;
    }
    bool has_step = open->verb == OPEN_REGISTER || open->verb == OPEN_COMPLETE;
    open->saga = span_text(world->name);
    open->actor = words_option(words, "by");
    open->step = span_text(has_step && words->count > 1 ? words->items[1] : "");
    open->input = words_json(words, "input", &world->value);
    open->needs = words_json(words, "needs", &world->value);
    open->key = words_option(words, "key");
    open->in_doubt = words_has(words, "in_doubt");
    open->ok = !words_has(words, "failed") && !open->in_doubt;
    open->output = words_json(words, "output", &world->value);
    open->code = words_option(words, "code");
    open->code = open->code.size == 0 && !open->ok ? span_text("failed") : open->code;
    open->message = words_option(words, "message");
    open->cost_micros = words_number(words_option(words, "cost"));
    struct span compensate = call_of(world, words, "compensate");
    struct span confirm = call_of(world, words, "confirm");
    if (open_step_read(compensate, confirm, &world->arena, &open->calls, &problems) != SAGA_OK) {
        stop(problems.count > 0 ? problems.items[0].pointer : "open_step_read",
             problems.count > 0 ? problems.items[0].detail : "no memory");
    }
    world_step(world, &event);
}
