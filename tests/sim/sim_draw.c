/* sim_draw.c - one generator for all that is left to chance, and what each seed is made of.
 *
 * Weather is drawn so that most seeds have a few kinds of trouble in plenty, instead of all seeds a
 * little of everything: bugs live where two troubles meet often. */
#include "base/draw.h"
#include "sim.h"

uint32_t sim_draw(struct sim *sim, uint32_t below)
{
    PRE(below > 0);
    return (uint32_t)(draw_next(&sim->state) >> 32) % below;
}

bool sim_chance(struct sim *sim, uint32_t in_thousand)
{
    return sim_draw(sim, 1000) < in_thousand;
}

/* Often none at all; else up to `most`. */
static uint32_t some(struct sim *sim, uint32_t most)
{
    return sim_chance(sim, 500) ? 0 : sim_draw(sim, most + 1);
}

void sim_draw_weather(struct sim *sim)
{
    sim->weather = (struct sim_weather){
        .loss = some(sim, 100),
        .doubling = some(sim, 150),
        .delay = some(sim, 300),
        .delay_max = 20 + sim_draw(sim, SIM_DELAY_MAX - 20),
        .stall = some(sim, 60),
        .cut = some(sim, 300),
        .death = some(sim, 200),
        .crash = some(sim, 200),
        .freeze = some(sim, 100),
        .disk = some(sim, 100),
        .commit = some(sim, 60),
        .sync_max = sim_chance(sim, 300) ? 200 : 10,
        .trouble = sim_chance(sim, 150) ? 0 : sim_draw(sim, 900),
        .verbs = some(sim, 1000),
        .storm_ms = 8000 + sim_draw(sim, 30000),
    };
}

/* ---- definitions ---- */

static void put_retry(struct sim *sim, struct buf *out, uint32_t attempts)
{
    static const char *const firsts[] = {"0s", "50ms", "500ms", "2s"};
    buf_format(out, "'retry':{'initial_interval':'%s','max_interval':'4s'",
               firsts[sim_draw(sim, ARRAY_COUNT(firsts))]);
    if (attempts > 0) {
        buf_format(out, ",'max_attempts':%u", attempts);
    }
    if (sim_chance(sim, 150)) {
        buf_text(out, ",'non_retryable':['full']");
    }
    if (sim_chance(sim, 100)) {
        buf_text(out, ",'max_elapsed':'6s'");
    }
    buf_text(out, "}");
}

static void put_timeouts(struct sim *sim, struct buf *out, bool is_undo)
{
    /* Some outlast a lost session, so that whoever comes back may go on with its attempt. */
    uint32_t more_ms = sim_draw(sim, 6) == 0 ? 9000 : 0;
    buf_format(out, "'timeout':{'start_to_close':'%ums'", more_ms + 800 + sim_draw(sim, 3000));
    if (!is_undo && sim_chance(sim, 200)) {
        buf_format(out, ",'schedule_to_start':'%ums'", 1000 + sim_draw(sim, 5000));
    }
    if (!is_undo && sim_chance(sim, 250)) {
        buf_format(out, ",'schedule_to_close':'%ums'", 3000 + sim_draw(sim, 9000));
    }
    if (sim_chance(sim, 200)) {
        buf_format(out, ",'heartbeat':'%ums'", 1500 + sim_draw(sim, 2000));
    }
    buf_text(out, "}");
}

static void put_undo(struct sim *sim, struct buf *out, uint32_t service)
{
    if (sim_chance(sim, 300)) {
        buf_format(out, ",'compensate':'s%u.undo'", service);
        return;
    }
    buf_format(out, ",'compensate':{'action':'s%u.undo',", service);
    bool is_limited = sim_chance(sim, 200);
    /* Not drawn: seeds of before stay what they were. */
    bool has_check = is_limited || out->size % 4 == 0;
    if (has_check) {
        buf_format(out, "'check':'s%u.check',", service);
        buf_text(out, is_limited ? "" : "'key_ttl':'4s',");
    }
    put_retry(sim, out, is_limited ? 2 + sim_draw(sim, 3) : 0);
    buf_text(out, ",");
    put_timeouts(sim, out, true);
    if (sim_chance(sim, 250)) {
        buf_text(out, sim_chance(sim, 500) ? ",'stuck_after':2" : ",'stuck_after':'5s'");
    }
    if (sim_chance(sim, 300)) {
        buf_text(out, ",'input':{'why':'$.reason.code','was':'$.input.a'}");
    }
    buf_text(out, "}");
}

/* The step being drawn. */
struct draft {
    uint32_t step;
    uint32_t last;     /* the newest before it that has an output: no sleep */
    bool is_line;      /* each needs the one before it */
    bool fans_out;     /* this one */
    bool has_fan;      /* one before it did */
    uint32_t index;    /* of the definition */
    uint32_t children; /* steps before it that are sagas */
};

static void put_some_needs(struct sim *sim, struct buf *out, uint32_t step)
{
    buf_text(out, ",'needs':[");
    bool any = false;
    for (uint32_t i = 0; i < step; i++) {
        if (sim_chance(sim, 450)) {
            buf_format(out, "%s't%u'", any ? "," : "", i);
            any = true;
        }
    }
    buf_text(out, "]");
}

/* Which steps it needs: a line where there is a pivot, else any of those before. */
static void put_needs(struct sim *sim, struct buf *out, const struct draft *draft)
{
    if (draft->fans_out) {
        buf_text(out, ",'for_each':'$.input[*,*]','input':{'a':'$.item','n':'$.index'}");
        buf_format(out, ",'max_parallel':%u", 1 + sim_draw(sim, 2));
        buf_text(out, sim_chance(sim, 500) ? ",'on_item_failure':'continue'" : "");
        if (!draft->is_line && draft->step > 0 && sim_chance(sim, 500)) {
            put_some_needs(sim, out, draft->step);
        }
        return;
    }
    bool by_default = draft->is_line || draft->step == 0 || sim_chance(sim, 400);
    bool knows = draft->is_line || draft->last + 1 == draft->step;
    if (by_default && draft->step > 0 && knows) {
        buf_format(out, ",'input':{'a':'$.input.a','n':'$.steps.t%u.output.n'}", draft->last);
    } else if (draft->step > 0) {
        buf_text(out, ",'input':{'a':'$.input.a'}");
    }
    if (!by_default) {
        put_some_needs(sim, out, draft->step);
    }
}

/* A wait for an event, or an event that others may wait for. */
static void put_event(struct sim *sim, struct buf *out, const struct draft *draft)
{
    uint32_t name = sim_draw(sim, 2);
    if (sim_chance(sim, 300)) {
        buf_format(out, ",{'step':'t%u','emit':{'event':'e%u','data':{'a':'$.input.a'}}",
                   draft->step, name);
        return;
    }
    buf_format(out, ",{'step':'t%u','wait_event':{'event':'e%u'", draft->step, name);
    buf_text(out, sim_chance(sim, 600) ? ",'match':'$.event.data.a == $.input.a'" : "");
    if (sim_chance(sim, 600)) {
        buf_format(out, ",'timeout':'%ums'", 1 + sim_draw(sim, 20000));
        buf_text(out, sim_chance(sim, 500) ? ",'on_timeout':'continue'" : "");
    }
    buf_text(out, "}");
}

/* A wait: for a time, for ada's word, or for an event. */
static void put_sleep(struct sim *sim, struct buf *out, const struct draft *draft)
{
    static const char *const ends[] = {"approve", "approve", "approve", "reject", "fail"};
    uint32_t time_ms = 1 + sim_draw(sim, 8000);
    if (sim_chance(sim, 500)) {
        put_event(sim, out, draft);
    } else if (sim_chance(sim, 600)) {
        buf_format(out, ",{'step':'t%u','sleep':'%ums'", draft->step, time_ms);
    } else {
        buf_format(out,
                   ",{'step':'t%u','approve':{'question':'Go with ${$.input.a}?','who':'ada',"
                   "'timeout':'%ums','on_timeout':'%s'}",
                   draft->step, time_ms, ends[sim_draw(sim, ARRAY_COUNT(ends))]);
    }
    if (!draft->is_line && sim_chance(sim, 600)) {
        put_some_needs(sim, out, draft->step);
    }
    buf_text(out, "}");
}

enum shape { SHAPE_UNDONE, SHAPE_READ, SHAPE_PIVOT, SHAPE_AFTER };

static void put_step(struct sim *sim, struct buf *out, const struct draft *draft, enum shape shape)
{
    uint32_t step = draft->step;
    uint32_t service = sim_draw(sim, 2);
    bool has_limit = shape != SHAPE_AFTER || sim_chance(sim, 300);
    buf_format(out, "%s{'step':'t%u','action':'s%u.do'", step > 0 ? "," : "", step, service);
    put_needs(sim, out, draft);
    buf_text(out, ",");
    put_retry(sim, out, has_limit ? 1 + sim_draw(sim, 3) : 0);
    buf_text(out, ",");
    put_timeouts(sim, out, false);
    if (sim_chance(sim, 350)) {
        buf_format(out, ",'check':'s%u.check'", service);
    }
    bool may_undo = shape == SHAPE_PIVOT || shape == SHAPE_AFTER;
    if (shape == SHAPE_UNDONE || (may_undo && sim_chance(sim, 400))) {
        put_undo(sim, out, service);
        if (sim_chance(sim, 100)) {
            buf_text(out, ",'compensate_on':'failed'");
        }
    } else if (shape == SHAPE_READ) {
        buf_text(out, ",'compensate':'none'");
    }
    buf_text(out, shape == SHAPE_PIVOT ? ",'pivot':true}" : "}");
}

/* A saga of a definition before this one, so that families end; or of none that there is. */
static void put_child(struct sim *sim, struct buf *out, const struct draft *draft, enum shape shape)
{
    uint32_t step = draft->step;
    uint32_t child = sim_chance(sim, 30) ? SIM_DEFINITIONS : sim_draw(sim, draft->index);
    buf_format(out, "%s{'step':'t%u','saga':'d%u'", step > 0 ? "," : "", step, child);
    if (draft->fans_out) {
        buf_format(out, ",'for_each':'$.input[*,*]','max_parallel':%u,'input':{'a':'$.item'}",
                   1 + sim_draw(sim, 2));
        buf_text(out, sim_chance(sim, 500) ? ",'on_item_failure':'continue'" : "");
    } else {
        buf_text(out, ",'input':{'a':'$.input.a'}");
    }
    if (!draft->is_line && step > 0 && sim_chance(sim, 600)) {
        put_some_needs(sim, out, step);
    }
    if (sim_chance(sim, 250)) {
        buf_format(out, ",'timeout':{'schedule_to_close':'%ums'}", 1000 + sim_draw(sim, 20000));
    }
    bool may_undo = shape == SHAPE_PIVOT || shape == SHAPE_AFTER;
    if (shape == SHAPE_READ) {
        buf_text(out, ",'compensate':'none'");
    } else if (!may_undo && sim_chance(sim, 250)) {
        put_undo(sim, out, sim_draw(sim, 2));
    } else if (!may_undo && sim_chance(sim, 200)) {
        buf_text(out, ",'compensate':{'action':'reverse','stuck_after':'5s'}");
    } else if (!may_undo || sim_chance(sim, 500)) {
        buf_text(out, ",'compensate':'reverse'");
    }
    buf_text(out, shape == SHAPE_PIVOT ? ",'pivot':true}" : "}");
}

static bool is_child(struct sim *sim, const struct draft *draft)
{
    return sim->has_children && draft->index > 0 && draft->children < 2 && sim_chance(sim, 350);
}

static void put_schedule(struct sim *sim, struct buf *out)
{
    static const char *const kinds[] = {"one", "none", "all"};
    buf_format(out, "{'schedule':'0 * * * *','catch_up':'%s','input':{'a':1}}",
               kinds[sim_draw(sim, ARRAY_COUNT(kinds))]);
}

static void put_start(struct sim *sim, struct buf *out, uint32_t index)
{
    buf_text(out, "{'event':'go'");
    buf_text(out, sim_chance(sim, 300) ? ",'match':'$.event.data.a == 1'" : "");
    if (sim_chance(sim, 400)) {
        buf_format(out, ",'id':'go-${$.event.id}-d%u'", index);
    }
    buf_text(out, "}");
}

/* What starts sagas of it: an event, the clock, or both. */
static void put_on(struct sim *sim, struct buf *out, uint32_t index)
{
    bool ticks = sim->has_schedules && sim_chance(sim, 600);
    bool listens = !ticks || sim_chance(sim, 500);
    buf_text(out, ",'on':[");
    if (ticks) {
        put_schedule(sim, out);
    }
    if (listens) {
        buf_text(out, ticks ? "," : "");
        put_start(sim, out, index);
    }
    buf_text(out, "]");
}

/* One that the first version does not have. */
static void put_new(struct sim *sim, struct buf *out)
{
    buf_format(out, ",{'step':'t%u','action':'s%u.do','input':{'a':'$.input.a'},", SIM_FAN - 1,
               sim_draw(sim, 2));
    put_timeouts(sim, out, false);
    buf_text(out, ",'compensate':'none'}");
}

void sim_draw_definition(struct sim *sim, uint32_t index, bool is_second, struct buf *out)
{
    uint32_t differs_at = is_second ? sim_draw(sim, SIM_FAN) : SIM_FAN;
    uint32_t new_at = is_second ? sim_draw(sim, SIM_FAN) : SIM_FAN;
    uint64_t state = sim->state;
    if (is_second) {
        sim->state = sim->drawn_from[index];
    }
    sim->drawn_from[index] = sim->state;
    uint32_t count = 1 + sim_draw(sim, 5);
    bool has_pivot = sim_chance(sim, 350);
    bool is_line = has_pivot || sim_chance(sim, 300);
    uint32_t pivot = has_pivot ? sim_draw(sim, count) : count;
    struct draft draft = {.is_line = is_line, .index = index};
    buf_format(out, "{'saga':'d%u'", index);
    buf_text(out, is_second ? ",'description':'the second'" : "");
    if (sim_chance(sim, 300)) {
        buf_format(out, ",'timeout':'%us'", 5 + sim_draw(sim, 30));
    }
    if (sim_chance(sim, 600)) {
        buf_text(out, ",'reversal_window':'1h'");
    }
    if (sim_chance(sim, 250)) {
        buf_text(out, ",'compensation_order':'strict'");
    }
    if (sim_chance(sim, 250)) {
        buf_format(out, ",'concurrency':{'key':'$.input.a','limit':%u}", 1 + sim_draw(sim, 2));
    }
    if (sim_chance(sim, sim->has_schedules ? 800 : 300)) {
        put_on(sim, out, index);
    }
    buf_text(out, ",'steps':[");
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0 && i == new_at) {
            put_new(sim, out);
        }
        sim->state = i == differs_at ? state : sim->state;
        enum shape shape = sim_chance(sim, 150) ? SHAPE_READ : SHAPE_UNDONE;
        shape = i == pivot ? SHAPE_PIVOT : i > pivot ? SHAPE_AFTER : shape;
        draft.step = i;
        draft.fans_out =
            i != pivot && !draft.has_fan && (i > 0 || count == 1) && sim_chance(sim, 150);
        draft.has_fan |= draft.fans_out;
        if (is_child(sim, &draft)) {
            put_child(sim, out, &draft, shape);
            draft.children++;
            draft.last = draft.fans_out ? draft.last : i;
        } else if (draft.fans_out) {
            put_step(sim, out, &draft, shape);
        } else if (i > 0 && i != pivot && sim_chance(sim, 250)) {
            put_sleep(sim, out, &draft);
        } else {
            put_step(sim, out, &draft, shape);
            draft.last = i;
        }
    }
    buf_format(out, "],'output':{'n':'$.steps.t%u.output.n'}}", draft.last);
    sim->state = is_second ? state + new_at : sim->state;
}
