/* definition_parts.h - the passes of the definition compiler, in the order in which they run. */
#ifndef ENGINE_DEFINITION_PARTS_H
#define ENGINE_DEFINITION_PARTS_H

#include "engine/compile.h"

/* definition_steps.c: distributes the keys of each step into c->drafts; names, actions, inputs'
 * places, compensate in its forms. */
void definition_steps_read(struct compile *c, struct span steps);
/* Goes to /steps/<step>; compile_leave() comes back. */
struct place definition_steps_enter(struct compile *c, uint32_t step);
/* Goes to where the compensation of a step is described. */
struct place definition_steps_enter_undo(struct compile *c, uint32_t step);
/* Policies and templates, once classes are known. */
void definition_steps_finish(struct compile *c);

/* definition.c: [a-z][a-z0-9_.-]{0,63} */
bool definition_is_name(struct span name);

/* definition_kinds.c: exactly one key says what a step does. c->place is at the step. */
void definition_kinds_read(struct compile *c, struct draft *draft, struct step_spec *spec);
/* `compensate: reverse`, of a child, under this key; false: it says something else. */
bool definition_kinds_reverse(struct compile *c, const char *key, const struct draft *draft,
                              struct step_spec *spec);
/* Is it a time, or a reference to one? */
bool definition_kinds_is_time(struct span value);
/* The one time-out that a step has whose kind is no action. */
void definition_kinds_time(struct compile *c, struct span timeout, struct step_spec *spec);
/* Templates of kinds other than actions. */
void definition_kinds_finish(struct compile *c, uint32_t step);

/* definition_approve.c: questions to persons. */
struct template_view;
void definition_approve_read(struct compile *c, struct draft *draft, struct step_spec *spec);
void definition_approve_finish(struct compile *c, uint32_t step, const struct template_view *view);

/* definition_fan.c: for_each and what belongs to it. c->place is at the step. */
void definition_fan_read(struct compile *c, const struct draft *draft, struct step_spec *spec);
void definition_fan_finish(struct compile *c, uint32_t step);

/* definition_events.c: steps that wait for an event, or send one. c->place is at the step. */
bool definition_events_is_name(struct span name);
/* Reads the key `event`; false when a problem was noted. */
bool definition_events_name(struct compile *c, struct span value, struct span *name);
void definition_events_read_wait(struct compile *c, struct draft *draft, struct step_spec *spec);
void definition_events_read_emit(struct compile *c, struct draft *draft, struct step_spec *spec);
/* Conditions and templates. */
void definition_events_finish(struct compile *c, uint32_t step);
/* What the steps wait for. */
void definition_events_collect(struct compile *c);

/* definition_graph.c: names, needs, cycles, order, transitive needs. */
void definition_graph_build(struct compile *c);
/* The index of the step named so, or -1. */
int32_t definition_graph_find(const struct compile *c, struct span name);
/* Does `step` need `other`, directly or through others? Only when c->graph_is_clean. */
bool definition_graph_needs(const struct compile *c, uint32_t step, uint32_t other);

/* definition_sensitive.c: what is not shown. */
void definition_sensitive_read(struct compile *c, struct span value);

/* definition_on.c: what starts a saga by itself. */
void definition_on_read(struct compile *c, struct span on);

/* definition_schedule.c: one item of it, which c->place is at. */
struct schedule_keys {
    struct span schedule, timezone, catch_up;
    uint32_t place; /* of the item */
    const struct template *input_template;
};
void definition_schedule_read(struct compile *c, const struct schedule_keys *keys);

/* definition_advice.c: warnings about what is legal and unwise. When nothing is wrong. */
void definition_advice_give(struct compile *c);

/* definition_concurrency.c */
void definition_concurrency_read(struct compile *c, struct span value);

/* definition_class.c: which steps can be undone, need not be, or must go forward. */
void definition_class_assign(struct compile *c);

/* definition_retry.c: retry policies and time-outs. */
void definition_retry_defaults(struct compile *c, struct span defaults);
/* Overlays what is written onto a policy. */
void definition_retry_read(struct compile *c, struct span retry, struct retry_policy *policy);
void definition_retry_timeouts(struct compile *c, struct span timeout, struct timeouts *timeouts);

#endif
