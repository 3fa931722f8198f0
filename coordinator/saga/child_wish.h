/* child_wish.h - what a parent wants of its child. */
#ifndef SAGA_CHILD_WISH_H
#define SAGA_CHILD_WISH_H

/* Each wish may be asked again and has its effect once: a child that is there is not started
 * again, a child that goes back already is not sent back again. */
enum child_wish {
    CHILD_START,   /* begin, or be there already; say so if it has ended */
    CHILD_BACK,    /* turn back, unless past the pivot; say when it has ended, either way */
    CHILD_PAUSE,   /* pause, if it is there: its parent is paused */
    CHILD_REVERSE, /* undo what was completed, whatever the reversal window; say when it is done */
};

#endif
