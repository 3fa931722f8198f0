/* definition_schedule.c - an item of `on` that names a schedule. */
#include "base/digest.h"
#include "base/zoneinfo.h"
#include "engine/definition_parts.h"
#include "engine/schedule.h"

static void refuse_expression(struct compile *c, struct span text, const char *why)
{
    struct place place = compile_enter_key(c, "schedule");
    compile_error(c, "'%s': %s", compile_quote(text).text, why);
    compile_leave(c, place);
}

/* Is it the name of a zone? Only its form is looked at: a definition means the same everywhere. Who
 * takes it in looks whether the system knows the zone. */
static void read_zone(struct compile *c, struct span value, struct schedule *schedule)
{
    struct span text = span_text("UTC");
    if (!compile_text(c, "timezone", value, &text)) {
        return;
    }
    if (!zoneinfo_is_name(text)) {
        struct place place = compile_enter_key(c, "timezone");
        compile_error(c, "'%s' is no time zone such as Europe/Paris", compile_quote(text).text);
        compile_leave(c, place);
        return;
    }
    schedule->timezone = compile_copy(c, text);
}

static void set_digest(struct schedule *schedule)
{
    uint8_t halves[2][DIGEST_SIZE];
    digest_pair(schedule->expression, (struct span){NULL, 0}, halves[0]);
    digest_pair(schedule->timezone, (struct span){NULL, 0}, halves[1]);
    digest_pair(span_of(halves[0], DIGEST_SIZE), span_of(halves[1], DIGEST_SIZE), schedule->digest);
}

static bool is_double(const struct definition *definition, const struct schedule *schedule)
{
    for (uint32_t i = 0; i < schedule->index; i++) {
        if (memcmp(definition->schedules[i].digest, schedule->digest, DIGEST_SIZE) == 0) {
            return true;
        }
    }
    return false;
}

void definition_schedule_read(struct compile *c, const struct schedule_keys *keys)
{
    static const char *const policies[] = {"one", "none", "all", NULL};
    struct definition *definition = c->definition;
    struct schedule *schedule = &definition->schedules[definition->schedule_count];
    struct span text = {NULL, 0};
    uint32_t policy = CATCH_UP_ONE;
    char why[160];
    *schedule = (struct schedule){
        .index = definition->schedule_count, .place = keys->place, .input = keys->input_template};
    read_zone(c, keys->timezone, schedule);
    (void)compile_choice(c, "catch_up", keys->catch_up, policies, &policy);
    schedule->catch_up = (enum catch_up)policy;
    if (!compile_text(c, "schedule", keys->schedule, &text)) {
        return;
    }
    if (!cron_parse(text, &schedule->cron, why, sizeof(why))) {
        refuse_expression(c, text, why);
        return;
    }
    schedule->expression = compile_copy(c, text);
    set_digest(schedule);
    if (schedule->timezone.size > 0 && is_double(definition, schedule)) {
        refuse_expression(c, text, "stands here twice, in the same time zone");
    }
    definition->schedule_count++;
}
