/* test_peers_placing.c - slots that are kept for tasks while their records are on their way. */
#include "peers_world.h"

/* As the engine does when it decides on the task; gives the instance. */
static struct span place(struct world *w, struct task *task)
{
    struct placed placed = peers_choose(task->action, task->kind, w->now_ms, w->peers);
    task->session = placed.session;
    return placed.instance;
}

static void comes(struct world *w, const struct task *task)
{
    peers_task(w->peers, task, w->now_ms);
}

static void gives_back(struct world *w, const struct task *task)
{
    peers_give_back(task->action, task->kind, task->session, w->peers);
}

Test(peers_placing, a_slot_is_kept_until_the_task_comes)
{
    struct world *w = world_new();
    ready(w, "A", "i1", 1);
    struct task *first = make_task(w, "k1", 1, TASK_DO);
    struct task *second = make_task(w, "k2", 1, TASK_DO);
    cr_assert(span_is(place(w, first), "i1"));
    cr_assert_eq(place(w, second).size, 0);
    send_task(w, "k3", 1); /* of no placement at all: it waits, too */
    SEEN(w, 0, "SENT", NULL);

    comes(w, first);
    comes(w, second);

    SEEN(w, 1, "SENT", NULL);
    SEEN(w, 1, "SENT k1#1", NULL);
    answers(w, "A", first, "ok");
    SEEN(w, 1, "SENT k3#1", NULL);
    world_destroy(w);
}

Test(peers_placing, the_least_loaded_session_is_chosen)
{
    struct world *w = world_new();
    ready(w, "A", "i1", 10);
    ready(w, "B", "i2", 10);
    int at_first = 0;
    for (int i = 0; i < 6; i++) {
        char key[16];
        snprintf(key, sizeof(key), "k%d", i);
        at_first += span_is(place(w, make_task(w, key, 1, TASK_DO)), "i1");
    }
    cr_assert_eq(at_first, 3);
    world_destroy(w);
}

Test(peers_placing, nobody_else_gets_what_was_placed)
{
    struct world *w = world_new();
    ready(w, "A", "i1", 5);
    struct task *task = make_task(w, "k1", 1, TASK_DO);
    cr_assert(span_is(place(w, task), "i1"));
    ready(w, "B", "i2", 5);
    says(w, "A", "{'v':1,'type':'bye'}");
    comes(w, task);
    SEEN(w, 0, "SENT", NULL);
    SEEN(w, 1, "UNTAKEN k1#1", hex_of(task));
    world_destroy(w);
}

Test(peers_placing, what_was_placed_at_a_lost_session_is_untaken)
{
    struct world *w = world_new();
    ready(w, "A", "i1", 5);
    struct task *task = make_task(w, "k1", 1, TASK_DO);
    place(w, task);
    run_to(w, 6000);
    ready(w, "B", "i1", 5);
    comes(w, task);
    SEEN(w, 0, "SENT", NULL);
    SEEN(w, 1, "UNTAKEN k1#1", NULL);
    world_destroy(w);
}

Test(peers_placing, what_was_placed_at_a_former_connection_is_untaken)
{
    struct world *w = world_new();
    ready(w, "A", "i1", 5);
    struct task *task = make_task(w, "k1", 1, TASK_DO);
    place(w, task);
    says(w, "B",
         "{'v':1,'type':'ready','instance':'i1','actions':['f.book'],'window':5,'running':[]}");
    comes(w, task);
    SEEN(w, 0, "SENT", NULL);
    SEEN(w, 1, "UNTAKEN k1#1", NULL);
    world_destroy(w);
}

Test(peers_placing, a_full_pipe_makes_it_untaken_and_frees_its_slot)
{
    struct world *w = world_new();
    ready(w, "A", "i1", 1);
    struct task *task = make_task(w, "k1", 1, TASK_DO);
    place(w, task);
    w->send_error = SAGA_OVERLOADED;
    w->broken[0] = 'A';
    comes(w, task);
    SEEN(w, 1, "UNTAKEN k1#1", NULL);
    w->broken[0] = '\0';
    at(w, 20);
    struct task *next = make_task(w, "k1", 2, TASK_DO);
    cr_assert(span_is(place(w, next), "i1"));
    comes(w, next);
    SEEN(w, 1, "SENT k1#2", NULL);
    world_destroy(w);
}

Test(peers_placing, a_window_that_was_closed_meanwhile_is_kept)
{
    struct world *w = world_new();
    ready(w, "A", "i1", 2);
    struct task *task = make_task(w, "k1", 1, TASK_DO);
    place(w, task);
    says(w, "A", "{'v':1,'type':'window','size':0}");
    comes(w, task);
    SEEN(w, 0, "SENT", NULL);
    SEEN(w, 1, "UNTAKEN k1#1", NULL);
    world_destroy(w);
}

Test(peers_placing, its_slot_is_free_again_when_its_time_is_over)
{
    struct world *w = world_new();
    ready(w, "A", "i1", 1);
    struct task *task = make_task(w, "k1", 1, TASK_DO);
    task->close_at_ms = w->now_ms;
    place(w, task);
    send_task(w, "k2", 1);
    SEEN(w, 0, "SENT", NULL);
    comes(w, task);
    SEEN(w, 0, "SENT k1#1", NULL);
    SEEN(w, 1, "SENT k2#1", NULL);
    cancels(w, task, 0, w->now_ms);
    SEEN(w, 1, "UNTAKEN k1#1", NULL);
    world_destroy(w);
}

Test(peers_placing, none_overtakes_what_waits)
{
    struct world *w = world_new();
    ready(w, "A", "i1", 5);
    w->send_error = SAGA_OVERLOADED;
    w->broken[0] = 'A';
    send_task(w, "k1", 1);
    w->broken[0] = '\0';
    w->now_ms += 20; /* there is room again, but nobody has looked yet */
    struct task *late = make_task(w, "k2", 1, TASK_DO);
    struct task *urgent = make_task(w, "u1", 1, TASK_UNDO);
    cr_assert_eq(place(w, late).size, 0);
    cr_assert(span_is(place(w, urgent), "i1"));
    world_destroy(w);
}

Test(peers_placing, none_overtakes_what_is_decided_and_will_wait)
{
    struct world *w = world_new();
    ready(w, "A", "i1", 1);
    struct task *first = make_task(w, "k1", 1, TASK_DO);
    struct task *undo = make_task(w, "u1", 1, TASK_UNDO);
    struct task *last = make_task(w, "k2", 1, TASK_DO);
    place(w, first);
    comes(w, first);
    cr_assert_eq(place(w, undo).size, 0);
    answers(w, "A", first, "ok");
    cr_assert_eq(place(w, last).size, 0); /* the slot is free, and the undo's */
    comes(w, undo);
    comes(w, last);
    SEEN(w, 1, "SENT u1#1", NULL);
    SEEN(w, 0, "SENT k2#1", NULL);
    answers(w, "A", undo, "ok");
    SEEN(w, 1, "SENT k2#1", NULL);
    world_destroy(w);
}

Test(peers_placing, another_action_of_the_session_is_not_overtaken)
{
    struct world *w = world_new();
    says(w, "A", "{'v':1,'type':'ready','instance':'i1','actions':['f.book','f.x'],'window':1}");
    struct task *first = make_task(w, "k1", 1, TASK_DO);
    struct task *undo = make_task(w, "u1", 1, TASK_UNDO);
    struct task *last = make_task(w, "k2", 1, TASK_DO);
    undo->action = span_text("f.x");
    place(w, first);
    comes(w, first);
    place(w, undo);
    answers(w, "A", first, "ok");
    cr_assert_eq(place(w, last).size, 0);
    world_destroy(w);
}

Test(peers_placing, what_is_given_back_lets_others_go)
{
    struct world *w = world_new();
    ready(w, "A", "i1", 1);
    struct task *placed = make_task(w, "k1", 1, TASK_DO);
    struct task *expected = make_task(w, "k2", 1, TASK_DO);
    place(w, placed);
    place(w, expected);
    send_task(w, "k3", 1);
    gives_back(w, expected);
    gives_back(w, placed);
    SEEN(w, 0, "SENT", NULL);
    cr_assert_leq(peers_next_due(w->peers), w->now_ms);
    at(w, 0);
    SEEN(w, 1, "SENT k3#1", NULL);
    answers(w, "A", &w->tasks[2], "ok");
    cr_assert(span_is(place(w, make_task(w, "k4", 1, TASK_DO)), "i1"));
    world_destroy(w);
}

Test(peers_placing, an_action_that_nobody_serves_has_no_place)
{
    struct world *w = world_new();
    struct task *task = make_task(w, "k1", 1, TASK_DO);
    cr_assert_eq(place(w, task).size, 0);
    gives_back(w, task);
    ready(w, "A", "i1", 1);
    comes(w, task);
    SEEN(w, 1, "SENT k1#1", NULL);
    world_destroy(w);
}

Test(peers_placing, who_is_back_is_told_when_all_is_named)
{
    struct world *w = world_new();
    says(w, "A",
         "{'v':1,'type':'ready','instance':'i1','actions':['f.book'],'window':5,"
         "'running':[{'key':'k1','attempt':1}]}");
    SEEN(w, 1, "ADOPT k1#1", NULL);
    SEEN(w, 1, "RETURNED i1", NULL);
    const char *log = (const char *)w->log.data;
    cr_assert_lt(strstr(log, "ADOPT"), strstr(log, "RETURNED"));
    ready(w, "B", "i2", 5); /* names nothing, which says nothing */
    SEEN(w, 1, "RETURNED", NULL);
    world_destroy(w);
}

Test(peers_placing, who_is_back_beside_another_connection_is_believed_later)
{
    struct world *w = world_new();
    ready(w, "A", "i1", 5);
    says(w, "B",
         "{'v':1,'type':'ready','instance':'i1','actions':['f.book'],'window':5,'running':[]}");
    SEEN(w, 0, "RETURNED", NULL);
    heard(w, "B", 2000);
    heard(w, "B", 4000);
    SEEN(w, 1, "RETURNED i1", NULL);
    world_destroy(w);
}
