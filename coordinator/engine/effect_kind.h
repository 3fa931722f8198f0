/* effect_kind.h - the kinds of effect: everything that the engine can ask of the core; it calls
 * nothing itself. */
#ifndef ENGINE_EFFECT_KIND_H
#define ENGINE_EFFECT_KIND_H

enum effect_kind {
    EFFECT_TASK, /* send an attempt to a participant, as soon as one has a free slot */
    /* call an attempt off: if it was not sent yet it is dropped and comes back as EVENT_UNTAKEN,
     * else its participant is told */
    EFFECT_CANCEL,
    EFFECT_DONE,   /* tell the participant's session `ref` what became of the result that it sent */
    EFFECT_REPLY,  /* answer the client's request numbered `ref` */
    EFFECT_STATUS, /* a saga's state has changed: answer the requests that wait for such a change */
    EFFECT_ALERT,  /* a saga or a step needs a person: spread the alert */
    /* a parent asks something of its child saga: look up the child and its definition, then step
     * EVENT_CHILD */
    EFFECT_CHILD,
    /* a child saga has news for its parent: step EVENT_CHILD_END for the parent */
    EFFECT_CHILD_END,
    /* a step has begun to wait for an event: offer it, in their order, the events that came since
     * its saga's start */
    EFFECT_RECALL,
    /* a concurrency key may be free: step EVENT_LOCK_FREE for the saga in status.saga, which waits
     * for it */
    EFFECT_LOCK_FREE,
};

#endif
