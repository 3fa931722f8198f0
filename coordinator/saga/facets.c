/* facets.c - by which facets of its steps lists find a saga, counted step by step.
 *
 * Codes of errors are whatever participants say. Each code that a step has now gets a place in
 * the saga's memory. When no step has the code any more and the store knows that, another code
 * may take the place. A saga without an error has no memory for codes. */
#include "saga/facets.h"

#include "saga/alerts.h"
#include "saga/reason.h"
#include "saga/saga.h"
#include "saga/steps.h"

_Static_assert((int)FACET_MARK_COUNT <= (int)FACET_MARKS_MAX, "a count for each mark");

enum { CODES_MIN = 2 };

static uint32_t marks_of(const struct step *step)
{
    PRE(step->saga->magic == SAGA_MAGIC);
    if (saga_state_is_final(step->saga->state)) {
        return 0;
    }
    uint32_t alerts = step_alerts(step);
    bool is_parked = (alerts & (UINT32_C(1) << ALERT_STEP_PARKED)) != 0;
    bool waits = step->state == STEP_STATE_WAITING;
    return (uint32_t)is_parked << FACET_MARK_PARKED |
           (uint32_t)step_doubt_stands(step) << FACET_MARK_IN_DOUBT |
           (uint32_t)waits << FACET_MARK_WAITING | alerts << FACET_MARK_ALERTS;
}

/* Finds the place of the code among those of the saga, from 1, or makes one for it; 0 = no
 * memory. */
static uint32_t place_of(struct saga *saga, struct span code)
{
    struct saga_facets *own = &saga->live.facets;
    uint32_t unused = 0;
    PRE(code.size > 0);
    for (uint32_t at = 0; at < own->code_count; at++) {
        const struct facet_code *known = &own->codes[at];
        bool is_used = known->steps > 0 || known->is_told || known->is_changed;
        if (is_used && known->size == code.size && memcmp(known->text, code.data, code.size) == 0) {
            return at + 1;
        }
        unused = is_used ? unused : at + 1;
    }
    if (unused == 0 && own->code_count == own->code_room) {
        uint32_t room = own->code_room > 0 ? 2 * own->code_room : CODES_MIN;
        struct facet_code *codes = arena_take(&saga->arena, room * sizeof(*codes));
        if (!codes) {
            return 0;
        }
        if (own->code_count > 0) {
            memcpy(codes, own->codes, own->code_count * sizeof(*codes));
        }
        own->codes = codes;
        own->code_room = room;
    }
    unused = unused > 0 ? unused : ++own->code_count;
    struct facet_code *made = &own->codes[unused - 1];
    *made = (struct facet_code){.size = (uint32_t)code.size};
    memcpy(made->text, code.data, code.size);
    return unused;
}

static void change_code(struct saga_facets *own, uint32_t place, int by)
{
    if (place == 0) {
        return;
    }
    struct facet_code *code = &own->codes[place - 1];
    CHECK(place <= own->code_count);
    CHECK(by > 0 || code->steps > 0);
    code->steps = by > 0 ? code->steps + 1 : code->steps - 1;
    if (!code->is_changed) {
        code->is_changed = true;
        code->next_changed = own->first_changed;
        own->first_changed = place;
    }
}

/* Counts the code that the step has now instead of the one that it had. *place: where the code is
 * counted, from 1; 0 = the step has none. false: no memory. */
static bool look_at_code(struct saga *saga, uint32_t *place, struct span code)
{
    struct saga_facets *own = &saga->live.facets;
    uint32_t now = 0;
    PRE(*place <= own->code_count);
    if (code.size > LIMIT_CODE) {
        code.size = LIMIT_CODE;
    }
    if (code.size > 0) {
        now = place_of(saga, code);
        if (now == 0) {
            return false;
        }
    }
    if (now != *place) {
        change_code(own, now, 1);
        change_code(own, *place, -1);
        *place = now;
    }
    return true;
}

/* Counts the marks that a step has got and those that it has lost. changed: a bit for each of them;
 * marks: those that the step has now. */
static void change_marks(struct saga_facets *own, uint32_t changed, uint32_t marks)
{
    PRE(changed < UINT32_C(1) << FACET_MARK_COUNT);
    for (uint32_t at = 0; changed >> at != 0; at++) {
        uint32_t bit = UINT32_C(1) << at;
        if ((changed & bit) == 0) {
            continue;
        }
        CHECK((marks & bit) != 0 || own->steps[at] > 0);
        own->steps[at] = (marks & bit) != 0 ? own->steps[at] + 1 : own->steps[at] - 1;
        own->standing = own->steps[at] > 0 ? own->standing | bit : own->standing & ~bit;
    }
}

bool facets_look(struct step *step)
{
    static const struct span none = {NULL, 0};
    struct saga_facets *own = &step->saga->live.facets;
    struct step_facets *had = &step->live.facets;
    uint32_t marks = marks_of(step);
    PRE(had->marks < UINT32_C(1) << FACET_MARK_COUNT);
    if (marks != had->marks) {
        change_marks(own, marks ^ had->marks, marks);
    }
    had->marks = marks;
    struct span code = step_error_stands(step) ? step->code : none;
    struct span undo_code = step_undo_error_stands(step) ? step->undo_code : none;
    if (code.size + undo_code.size + had->code + had->undo_code == 0) {
        return true;
    }
    return look_at_code(step->saga, &had->code, code) &&
           look_at_code(step->saga, &had->undo_code, undo_code);
}

/* A step that was counted may not be there any more, so all counts begin at zero. */
bool facets_look_all(struct saga *saga)
{
    struct saga_facets *own = &saga->live.facets;
    bool ok = true;
    PRE(saga->magic == SAGA_MAGIC);
    memset(own->steps, 0, sizeof(own->steps));
    own->standing = 0;
    own->first_changed = 0;
    for (uint32_t at = 0; at < own->code_count; at++) {
        own->codes[at].steps = 0;
        own->codes[at].is_changed = true;
        own->codes[at].next_changed = own->first_changed;
        own->first_changed = at + 1;
    }
    for (uint32_t i = 0; i < saga->step_total && ok; i++) {
        struct step *step = saga_step(saga, i);
        step->live.facets = (struct step_facets){0};
        ok = facets_look(step);
    }
    own->cause = saga_reason_text(saga, "code");
    return ok;
}
