/* child_ask.h - what a parent asks of its child. */
#ifndef ENGINE_CHILD_ASK_H
#define ENGINE_CHILD_ASK_H

#include "engine/start_request.h"
#include "saga/child_wish.h"

struct child_ask {
    enum child_wish wish;
    struct start_request
        start; /* name: the child's id; definition: set by the core, which looks it up */
    struct span definition; /* of the definition */
    uint32_t version;       /* 0 = the newest */
    struct span reason;     /* BACK, REVERSE: a text */
};

#endif
