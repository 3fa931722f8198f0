/* definition_schedule.c - an item of `on` that names a schedule. */
#include "language/definition_schedule.h"

#include "base/digest.h"
#include "base/zoneinfo.h"
#include "language/definition_draft.h"
#include "language/schedule.h"
#include "reading/reading_values.h"
#include "reading/reading_words.h"

static void refuse_expression(struct compile *c, struct span text, const char *why)
{
    struct place place = reading_enter_key(&c->reading, "schedule");
    reading_error(&c->reading, "'%s': %s", reading_quote(text).text, why);
    reading_leave(&c->reading, place);
}

/* Only the form of the name is looked at, so that a definition means the same everywhere; whether a
 * system knows the zone is checked where the definition is to run (schedule_check_zones()). */
static void read_zone(struct compile *c, struct span value, struct schedule *schedule)
{
    struct span text = span_text("UTC");
    if (!reading_text(&c->reading, "timezone", value, &text)) {
        return;
    }
    if (!zoneinfo_is_name(text)) {
        struct place place = reading_enter_key(&c->reading, "timezone");
        reading_error(&c->reading, "'%s' is no time zone such as Europe/Paris",
                      reading_quote(text).text);
        reading_leave(&c->reading, place);
        return;
    }
    schedule->timezone = reading_copy(&c->reading, text);
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
    PRE(schedule->index == definition->schedule_count);
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
    (void)reading_choice(&c->reading, "catch_up", keys->catch_up, policies, &policy);
    schedule->catch_up = (enum catch_up)policy;
    if (!reading_text(&c->reading, "schedule", keys->schedule, &text)) {
        return;
    }
    if (!cron_parse(text, &schedule->cron, why, sizeof(why))) {
        refuse_expression(c, text, why);
        return;
    }
    schedule->expression = reading_copy(&c->reading, text);
    set_digest(schedule);
    if (schedule->timezone.size > 0 && is_double(definition, schedule)) {
        refuse_expression(c, text, "stands here twice, in the same time zone");
    }
    POST(schedule->index == definition->schedule_count);
    POST(schedule->catch_up < CATCH_UP_COUNT);
    definition->schedule_count++;
}
