/* notice_facts.c - what a webhook is told about a saga: names and states, no user's values. */
#include "journal/notice_facts.h"

#include "base/mp.h"

void notice_facts_put(struct buf *out, const struct notice_facts *facts)
{
    PRE(facts->saga.size > 0);
    mp_put_map(out, 4u + (facts->step.size > 0 ? 1 : 0) + (facts->code.size > 0 ? 1 : 0));
    mp_put_text(out, "saga");
    mp_put_str(out, facts->saga);
    mp_put_text(out, "definition");
    mp_put_str(out, facts->definition);
    mp_put_text(out, "version");
    mp_put_uint(out, facts->version);
    mp_put_text(out, "status");
    mp_put_text(out, saga_state_name(facts->state));
    if (facts->step.size > 0) {
        mp_put_text(out, "step");
        mp_put_str(out, facts->step);
    }
    if (facts->code.size > 0) {
        mp_put_text(out, "code");
        mp_put_str(out, facts->code);
    }
}
