/* show.c - a saga and a plan as people see them: made from the rows by view.c and plan.c. */
#include "scenario.h"
#include "journal/saga_image.h"
#include "view/view.h"
#include "engine/migrate.h"
#include "engine/plan.h"

void print_view(struct world *world)
{
    struct arena arena;
    struct view view;
    struct saga_image image = world_image(world);
    struct buf *out = &world->out;
    arena_open(&arena, &arena_heap, 1 << 24);
    if (view_make(&image, world->definition, &arena, &view) != SAGA_OK) {
        stop("view_make", "the rows make no sense");
    }
    buf_format(out, "  %s%s", saga_state_name(view.state), view.paused ? " paused" : "");
    if (world->definition_count > 1) {
        buf_format(out, " version=%u", view.version);
    }
    if (view.waiting_for.size > 0) {
        print_text(out, "waiting_for", view.waiting_for);
    }
    if (view.reason.size > 0) {
        print_json(out, "reason", view.reason);
    }
    if (view.cost_micros != 0) {
        buf_format(out, " cost_micros=%lld", (long long)view.cost_micros);
    }
    buf_text(out, "\n");
    for (uint32_t i = 0; i < view.step_count; i++) {
        const struct view_step *step = &view.steps[i];
        buf_format(out, "  %.*s: %s%s", (int)step->name.size, (const char *)step->name.data,
                   step_state_name(step->state), step->in_doubt ? " in_doubt" : "");
        if (step->error_code.size > 0) {
            print_text(out, "error", step->error_code);
        }
        if (step->retry_ms > 0) {
            buf_text(out, " retry_at=");
            print_ms(out, step->retry_ms);
        }
        if (step->undo.state != UNDO_STATE_NONE) {
            buf_format(out, " undo=%s", undo_state_name(step->undo.state));
        }
        if (step->undo.retry_ms > 0) {
            buf_text(out, " undo_retry_at=");
            print_ms(out, step->undo.retry_ms);
        }
        if (step->undo_before_ms > 0) {
            buf_text(out, " undo_before=");
            print_ms(out, step->undo_before_ms);
        }
        buf_text(out, "\n");
    }
    arena_close(&arena);
}

void print_facets(struct world *world)
{
    buf_text(&world->out, world->facets.count > 0 ? " " : "  none");
    facet_set_print(&world->facets, &world->out);
    buf_text(&world->out, "\n");
}

static void print_names(struct buf *out, const char *what, const struct span *names, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        buf_format(out, "  %s %.*s\n", what, (int)names[i].size, (const char *)names[i].data);
    }
}

void print_migration(struct world *world, const struct migration *plan)
{
    struct buf *out = &world->out;
    buf_format(out, "  from %u to %u\n", plan->from, plan->to);
    for (uint32_t i = 0; i < plan->difference_count; i++) {
        const struct migration_item *item = &plan->differences[i];
        buf_format(out, "  but %.*s %s\n", (int)item->step.size, (const char *)item->step.data,
                   item->difference);
    }
    print_names(out, "adds", plan->added, plan->added_count);
    print_names(out, "drops", plan->dropped, plan->dropped_count);
}

void print_plan(struct world *world, const struct plan *plan)
{
    struct buf *out = &world->out;
    for (uint32_t i = 0; i < plan->item_count; i++) {
        const struct plan_item *item = &plan->items[i];
        buf_format(out, "  plan %u %.*s", item->order, (int)item->step.size,
                   (const char *)item->step.data);
        if (item->irrevocable) {
            buf_text(out, " irrevocable\n");
            continue;
        }
        print_text(out, "action", item->action);
        print_json(out, "input", item->input);
        buf_text(out, item->in_doubt ? " in_doubt\n" : "\n");
    }
    for (uint32_t i = 0; i < plan->kept_count; i++) {
        buf_format(out, "  plan keeps %.*s\n", (int)plan->kept[i].size,
                   (const char *)plan->kept[i].data);
    }
}
