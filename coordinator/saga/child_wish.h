/* child_wish.h - what a parent saga can ask of its child saga. */
#ifndef SAGA_CHILD_WISH_H
#define SAGA_CHILD_WISH_H

/* Each wish may be asked for again and has its effect once: a child that exists is not started
 * again, a child that goes back already is not sent back again. */
enum child_wish {
    /* start the child, unless it exists; tell its parent when it has ended */
    CHILD_START,
    /* turn back, unless past the pivot; tell the parent of the end, whichever it is */
    CHILD_BACK,
    /* pause the child, if it exists, because its parent is paused */
    CHILD_PAUSE,
    /* undo a completed child, even after its reversal window; tell its parent when that is done */
    CHILD_REVERSE,
};

#endif
