/* effect_kind.h - everything that the engine can ask for: nothing else leaves. */
#ifndef ENGINE_EFFECT_KIND_H
#define ENGINE_EFFECT_KIND_H

enum effect_kind {
    EFFECT_TASK,   /* send this to a participant, when one has room */
    EFFECT_CANCEL, /* an attempt is no longer wanted: one that was not sent is dropped and reported
                      UNTAKEN, of any other the participant is told */
    EFFECT_DONE,   /* tell `ref` the verdict on its result */
    EFFECT_REPLY,  /* answer the request `ref` */
    EFFECT_STATUS, /* a saga's state has changed: wake the requests that wait for that */
    EFFECT_ALERT,  /* a person should look at this */
    EFFECT_CHILD,  /* look up the definition and the child, then step EVENT_CHILD */
    EFFECT_CHILD_END, /* step EVENT_CHILD_END for the parent */
    EFFECT_RECALL, /* a step waits: offer it the events that came since its saga's start, in order
                    */
    EFFECT_LOCK_FREE, /* step EVENT_LOCK_FREE for status.saga */
};

#endif
