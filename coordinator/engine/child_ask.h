/* child_ask.h - one request of a parent saga to the saga that is its child: start, pause, go back,
 * or be reversed. */
#ifndef ENGINE_CHILD_ASK_H
#define ENGINE_CHILD_ASK_H

#include "engine/start_request.h"
#include "saga/child_wish.h"

struct child_ask {
    enum child_wish wish;
    /* start.name is the child's id; start.definition is set by the core, which looks up the name
     * and version given below */
    struct start_request start;
    struct span definition; /* name of the child's definition */
    uint32_t version;       /* version of that definition; 0 = the newest */
    struct span reason;     /* text for the child's journal: why the parent asks */
};

#endif
