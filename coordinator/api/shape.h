/* shape.h - what sagas, their history and their plans look like from outside.
 *
 * Absent means not applicable. The saga, history item and plan are a contract with every client:
 * keys are added, never renamed. */
#ifndef API_SHAPE_H
#define API_SHAPE_H

#include "api/form.h"
#include "engine/migrate.h"
#include "engine/plan.h"
#include "view/view.h"

struct shape_detail {
    bool has_steps;    /* with the steps */
    bool has_values;   /* with inputs and outputs */
    bool is_duplicate; /* the answer to a start that came before */
};

/* The keys of a saga, into the map that is open. */
void shape_saga(struct form *form, const struct view *view, const struct shape_detail *detail);
/* The keys with which a saga begins that is shown by its head, into the map that is open. */
void shape_head(struct form *form, struct span name, const struct head *head);
/* The same of a saga that cannot be read: what its head says, and image->flaw. */
void shape_unreadable(struct form *form, const struct saga_image *image,
                      const struct shape_detail *detail);
/* `steps`: an array of all of them. */
void shape_steps(struct form *form, const struct view *view, bool has_values);
/* One item of the history, into the array that is open. */
void shape_record(struct form *form, const struct view_record *record);
/* The keys of a plan, into the map that is open. */
void shape_plan(struct form *form, const struct plan *plan);

/* The keys of a migration's plan, into the map that is open. */
void shape_migration(struct form *form, const struct migration *plan);

#endif
