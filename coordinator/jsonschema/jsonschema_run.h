/* jsonschema_run.h - a check at work: what it may still cost, and what it has found. */
#ifndef JSONSCHEMA_JSONSCHEMA_RUN_H
#define JSONSCHEMA_JSONSCHEMA_RUN_H

#include "base/mp.h"
#include "jsonschema/jsonschema_node.h"

/* A schema at work on a value, and where that value lies in the one of the frame before it. */
struct jsonschema_frame {
    const struct jsonschema_node *node;
    struct span value;
    struct span key; /* how it was reached: a member's name ... */
    int64_t index;   /* ... or an element's index; -1 and no key: it is the same value */
    uint8_t stage;
    bool failed;
    bool speculates;
    bool matched; /* a rule has taken the present property or element */
    uint32_t at;  /* place in the stage */
    uint32_t hits;
    uint32_t left; /* members or elements not looked at yet */
    struct mp mp;
    struct span member; /* the present property's name */
    struct span name;   /* that name as a msgpack value, for propertyNames */
    struct span item;   /* the present property's value, or element */
    uint32_t part;      /* what the present property is held against next */
};

struct jsonschema_run {
    uint64_t steps_left;
    bool is_over;         /* the check cost too much, or went too deep */
    uint32_t speculative; /* frames whose failures are no problem of the value */
    struct jsonschema_report *report;
    const struct jsonschema_frame *frames; /* for the pointer of a problem */
    uint32_t depth;
};

/* Notes a problem of the value that is looked at, unless it does not count (inside anyOf ...). */
void jsonschema_run_report(struct jsonschema_run *run, const char *format, ...) PRINTF_LIKE(2, 3);
/* Takes of what the check may cost; false, and the run is over, when that is used up. */
bool jsonschema_run_pay(struct jsonschema_run *run, uint64_t steps);
/* Ends the check before its verdict is known: a problem of the whole value, noted once. */
void jsonschema_run_give_up(struct jsonschema_run *run, const char *why);

#endif
