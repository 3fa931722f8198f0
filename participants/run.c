/* run.c - lists of runs, linked through the runs themselves. */
#include "participants/run.h"

void run_list_append(struct run_list *list, struct run *run)
{
    run->before = list->last;
    run->after = NULL;
    if (!list->last) {
        list->first = run;
    } else {
        list->last->after = run;
    }
    list->last = run;
    list->count++;
}

void run_list_drop(struct run_list *list, struct run *run)
{
    PRE(list->count > 0);
    if (!run->before) {
        list->first = run->after;
    } else {
        run->before->after = run->after;
    }
    if (!run->after) {
        list->last = run->before;
    } else {
        run->after->before = run->before;
    }
    run->before = run->after = NULL;
    list->count--;
}
