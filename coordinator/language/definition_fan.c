/* definition_fan.c - steps that are many: for_each, max_parallel, on_item_failure. */
#include "language/definition_fan.h"

#include "base/limits.h"
#include "base/mp.h"
#include "language/condition.h"
#include "language/definition_draft.h"
#include "language/definition_place.h"
#include "language/template_compile.h"
#include "language/template_form.h"
#include "reading/reading_values.h"
#include "reading/reading_words.h"

enum { PARALLEL = 8 }; /* when nothing is written */

/* Keys that mean nothing without a collection. */
static void refuse_alone(struct compile *c, const struct draft *draft)
{
    PRE(draft->for_each.size == 0);
    const struct {
        const char *name;
        struct span value;
    } keys[] = {{"max_parallel", draft->max_parallel}, {"on_item_failure", draft->on_item_failure}};
    for (size_t i = 0; i < ARRAY_COUNT(keys); i++) {
        if (keys[i].value.size > 0) {
            struct place place = reading_enter_key(&c->reading, keys[i].name);
            reading_error(&c->reading, "has no meaning without 'for_each'");
            reading_leave(&c->reading, place);
        }
    }
}

static bool is_reference(struct span value)
{
    struct mp mp = mp_open(value);
    struct span text = mp_type(value) == MP_STR ? mp_str(&mp) : (struct span){NULL, 0};
    return text.size > 1 && text.data[0] == '$' && (text.data[1] == '.' || text.data[1] == '[');
}

static void read_parallel(struct compile *c, struct span value, struct step_spec *spec)
{
    spec->parallel_max = PARALLEL;
    if (!reading_count(&c->reading, "max_parallel", value, &spec->parallel_max)) {
        return;
    }
    if (spec->parallel_max == 0 || spec->parallel_max > LIMIT_PARALLEL) {
        struct place place = reading_enter_key(&c->reading, "max_parallel");
        reading_error(&c->reading, "must be a number of items from 1 to %d", LIMIT_PARALLEL);
        reading_leave(&c->reading, place);
    }
}

void definition_fan_read(struct compile *c, const struct draft *draft, struct step_spec *spec)
{
    static const char *const words[] = {"rollback", "continue", NULL};
    uint32_t choice = 0;
    if (draft->for_each.size == 0) {
        refuse_alone(c, draft);
        return;
    }
    if (!is_reference(draft->for_each)) {
        (void)reading_refuse(&c->reading, "for_each", draft->for_each,
                             "a reference to an array such as $.input.items");
    }
    read_parallel(c, draft->max_parallel, spec);
    if (reading_choice(&c->reading, "on_item_failure", draft->on_item_failure, words, &choice)) {
        spec->goes_on = choice == 1;
    }
    if (draft->says_pivot) {
        struct place place = reading_enter_key(&c->reading, "pivot");
        reading_error(&c->reading,
                      "a fan-out cannot be the pivot: an item that fails when others have "
                      "succeeded would leave the saga on both sides of it");
        reading_leave(&c->reading, place);
    }
}

/* Does the condition look at the item? Then it is asked of each item, not once of the step. */
static bool is_of_item(const struct condition *when)
{
    for (uint32_t i = 0; when && i < when->document.count; i++) {
        enum reference_root root = when->document.items[i].root;
        if (root == REFERENCE_ITEM || root == REFERENCE_INDEX) {
            return true;
        }
    }
    return false;
}

void definition_fan_finish(struct compile *c, uint32_t step)
{
    PRE(step < c->step_count);
    const struct draft *draft = &c->drafts[step];
    if (draft->for_each.size == 0 || !is_reference(draft->for_each)) {
        return;
    }
    struct template_view view = {
        .step = (int32_t)step, .is_collection = true, .has_event = c->listens};
    struct place place = definition_place_enter(c, step);
    (void)reading_enter_key(&c->reading, "for_each");
    const struct template *collection = template_compile(c, draft->for_each, &view);
    IMPLIES(collection, collection->piece_count == 1);
    struct span fallback =
        collection ? collection->pieces[0].reference->fallback : (struct span){NULL, 0};
    if (fallback.size > 0 && mp_type(fallback) != MP_ARRAY) {
        reading_error(&c->reading, "the fallback must be a list such as [], not %s",
                      reading_type_name(fallback));
    }
    c->steps[step].for_each = collection;
    c->steps[step].when_of_item = is_of_item(c->steps[step].when);
    reading_leave(&c->reading, place);
}
