/* test_journal_states.c - the public names of states. */
#include <criterion/criterion.h>

#include "journal/states.h"

Test(states, every_state_has_its_public_name)
{
    cr_assert_str_eq(saga_state_name(SAGA_STATE_COMPENSATING), "compensating");
    cr_assert_str_eq(saga_state_name(SAGA_STATE_NONE), "none");
    cr_assert_str_eq(step_state_name(STEP_STATE_IN_DOUBT), "in_doubt");
    cr_assert_str_eq(undo_state_name(UNDO_STATE_PARKED), "parked");
    cr_assert_str_eq(task_kind_name(TASK_UNDO), "undo");
    cr_assert_str_eq(task_kind_name((enum task_kind)99), "unknown");
    cr_assert_str_eq(step_state_name((enum step_state)99), "unknown");
    cr_assert(saga_state_is_final(SAGA_STATE_TERMINATED));
    cr_assert(!saga_state_is_final(SAGA_STATE_PARKED));
    for (int i = 1; i < STEP_STATE_COUNT; i++) {
        cr_assert_str_neq(step_state_name((enum step_state)i), "unknown");
    }
}
