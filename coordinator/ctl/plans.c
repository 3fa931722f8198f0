/* plans.c - a line for each step that would be touched, and the digest by which the plan is named.
 */
#include "ctl/plans.h"

#include <stdlib.h>

#include "ctl/members.h"
#include "ctl/values.h"

static void print_names(const json_t *names, const char *what)
{
    for (size_t i = 0; i < json_array_size(names); i++) {
        printf("  %s %s\n", what, json_string_value(json_array_get(names, i)));
    }
}

void plans_show_migration(const json_t *plan)
{
    const json_t *items = json_object_get(plan, "differences");
    bool possible = members_flag(plan, "possible");
    printf("%s, as of record %lld: version %lld to %lld %s\n", members_text(plan, "saga"),
           members_number(plan, "seq"), members_number(plan, "from"), members_number(plan, "to"),
           possible ? "is possible" : "is not possible");
    for (size_t i = 0; i < json_array_size(items); i++) {
        const json_t *item = json_array_get(items, i);
        printf("  !  %s %s\n", members_text(item, "step"), members_text(item, "difference"));
    }
    print_names(json_object_get(plan, "added"), "+ ");
    print_names(json_object_get(plan, "dropped"), "- ");
}

void plans_show_undo(const json_t *plan)
{
    const json_t *items = json_object_get(plan, "compensations");
    const json_t *kept = json_object_get(plan, "kept");
    int width = members_width(items, "step", 12);
    printf("%s, as of record %lld:\n", members_text(plan, "saga"), members_number(plan, "seq"));
    for (size_t i = 0; i < json_array_size(items); i++) {
        const json_t *item = json_array_get(items, i);
        if (members_flag(item, "irrevocable")) {
            printf("  !  %-*s  cannot be undone; --accept %s keeps it\n", width,
                   members_text(item, "step"), members_text(item, "step"));
            continue;
        }
        char *input = value_text(json_object_get(item, "input"));
        printf("  %lld. %-*s  %s %s%s\n", members_number(item, "order"), width,
               members_text(item, "step"), members_text(item, "action"), input ? input : "",
               members_flag(item, "in_doubt") ? "  in doubt" : "");
        free(input);
    }
    if (json_array_size(items) == 0) {
        printf("  nothing to undo\n");
    }
    for (size_t i = 0; i < json_array_size(kept); i++) {
        printf("  -  %-*s  stays\n", width, json_string_value(json_array_get(kept, i)));
    }
    printf("digest %s\n", members_text(plan, "digest"));
}
