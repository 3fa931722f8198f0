/* notice_facts.h - what a webhook is told about a saga: names and states, no user's values. */
#ifndef JOURNAL_NOTICE_FACTS_H
#define JOURNAL_NOTICE_FACTS_H

#include "base/span.h"
#include "journal/states.h"

struct buf;

struct notice_facts {
    struct span saga; /* external id */
    struct span definition;
    uint32_t version;
    enum saga_state state;
    struct span step; /* empty = about none */
    struct span code; /* of an alert or a failure; empty = none */
};

/* Packs the data of a notice: a map with a key for each of them that is there. */
void notice_facts_put(struct buf *out, const struct notice_facts *facts);

#endif
