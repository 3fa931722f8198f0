/* definition_advice.c - what is legal and unwise, said as warnings once a definition is good.
 *
 * Each piece of advice says what will happen, so that who knows better can pass over it. More of
 * them stand where their key is read (definition.c, definition_retry.c, definition_steps.c). */
#include "language/definition_advice.h"

#include "language/definition_draft.h"
#include "language/definition_kinds.h"
#include "language/definition_place.h"
#include "language/reference_path.h"
#include "language/template_form.h"

/* A retry after the provider has forgotten the key may book twice, so it is not made. */
static void advise_key(struct compile *c, const struct call_spec *call)
{
    if (call->key_ttl_ms > 0 && call->check.size == 0) {
        struct place place = reading_enter_key(&c->reading, "key_ttl");
        reading_warning(&c->reading,
                        "in doubt after this time the step parks, for there is no 'check' to ask");
        reading_leave(&c->reading, place);
    }
}

/* The key of an undo that may be forgotten; and a check that only a refusal in doubt leads to. */
static void advise_undo(struct compile *c, const struct call_spec *undo)
{
    struct place place = reading_enter_key(&c->reading, "compensate");
    advise_key(c, undo);
    bool is_limited = undo->retry.attempts_max > 0 || undo->retry.elapsed_max_ms > 0 ||
                      undo->timeouts.schedule_to_close_ms > 0 || undo->key_ttl_ms > 0;
    if (undo->check.size > 0 && !is_limited) {
        struct place inner = reading_enter_key(&c->reading, "check");
        reading_warning(&c->reading,
                        "is asked when no attempt is left, or the key is too old: with no limit "
                        "in 'retry' or 'timeout' and no 'key_ttl' the undo is sent again");
        reading_leave(&c->reading, inner);
    }
    reading_leave(&c->reading, place);
}

static void advise_pivot(struct compile *c, const struct step_spec *spec)
{
    bool asks = spec->kind == STEP_KIND_ACTION && spec->step_class == CLASS_PIVOT;
    /* A last step that only counts as the pivot ends the saga: its author may not think of it as
     * one, and would be told of something that seldom matters. */
    if (asks && spec->action.check.size == 0 && spec->needed_by_count > 0) {
        reading_warning(&c->reading,
                        "is the pivot: in doubt it can go neither way and parks, unless a 'check' "
                        "can be asked");
    }
}

/* A wait that is longer than the saga's own time-out is cut off by it, unless the saga is past its
 * pivot and cannot turn back. */
static void advise_times(struct compile *c, const struct step_spec *spec)
{
    PRE(spec->kind < STEP_KIND_COUNT);
    int64_t whole_ms = c->definition->timeout_ms;
    if (whole_ms == 0 || spec->after_pivot) {
        return;
    }
    if (spec->kind == STEP_KIND_SLEEP && spec->sleep_ms >= whole_ms) {
        reading_warning(&c->reading,
                        "sleeps at least as long as the saga's 'timeout', which turns it back");
    }
    bool waits = spec->kind == STEP_KIND_WAIT_EVENT || spec->approval != NULL;
    int64_t wait_ms = spec->approval != NULL ? spec->approval->timeout_ms : spec->wait_ms;
    if (waits && wait_ms > whole_ms) {
        reading_warning(&c->reading,
                        "waits longer than the saga's 'timeout', which turns it back before");
    }
}

static void warn_at(struct compile *c, const char *outer, const char *inner, const char *text)
{
    PRE(text[0] != '\0');
    struct place place = reading_enter_key(&c->reading, outer);
    if (inner) {
        (void)reading_enter_key(&c->reading, inner);
    }
    reading_warning(&c->reading, "%s", text);
    reading_leave(&c->reading, place);
}

/* What nobody is asked for. */
static void advise_kind(struct compile *c, const struct draft *draft, const struct step_spec *spec)
{
    bool asks = spec->kind == STEP_KIND_ACTION || spec->kind == STEP_KIND_SAGA;
    if (spec->undo_on_failed && !asks) {
        warn_at(c, "compensate_on", NULL,
                "never matters: nobody is asked for anything, so a failure leaves no effect");
    }
    if (draft->sleep_until.size > 0 && !definition_kinds_is_time(draft->sleep_until)) {
        warn_at(c, "sleep", "until", "is no time: the step will fail with code bad_time");
    }
}

/* Does the template put a sensitive value into what it makes? */
static bool holds_sensitive(const struct definition *definition, const struct template *template)
{
    bool holds = false;
    for (uint32_t i = 0; template && i < template->piece_count; i++) {
        const struct template_piece *piece = &template->pieces[i];
        for (uint32_t k = 0; k < definition->sensitive_count; k++) {
            const struct reference *place = definition->sensitive[k];
            holds = holds || (piece->kind == TEMPLATE_REFERENCE &&
                              reference_path_overlaps(piece->reference, place));
            for (uint32_t part = 0; piece->kind == TEMPLATE_TEXT && part < piece->part_count;
                 part++) {
                const struct reference *reference = piece->parts[part].reference;
                holds = holds || (reference && reference_path_overlaps(reference, place));
            }
        }
    }
    return holds;
}

/* Whether a value that is handed on is masked is up to who gets it, not to this definition. */
static void advise_handing_on(struct compile *c, const struct step_spec *spec)
{
    if (spec->child.size > 0 && holds_sensitive(c->definition, spec->action.input)) {
        warn_at(
            c, "input", NULL,
            "hands a sensitive value to a child: only if the child's definition says so, too, is "
            "it masked there");
    }
    if (holds_sensitive(c->definition, spec->data)) {
        warn_at(c, "emit", "data",
                "puts a sensitive value into an event: whoever gets the event sees it");
    }
}

void definition_advice_give(struct compile *c)
{
    PRE(c->reading.error_count == 0);
    for (uint32_t i = 0; i < c->step_count && !c->reading.no_memory; i++) {
        const struct step_spec *spec = &c->steps[i];
        struct place place = definition_place_enter(c, i);
        advise_key(c, &spec->action);
        advise_undo(c, &spec->undo);
        advise_pivot(c, spec);
        advise_times(c, spec);
        advise_kind(c, &c->drafts[i], spec);
        advise_handing_on(c, spec);
        reading_leave(&c->reading, place);
    }
}
