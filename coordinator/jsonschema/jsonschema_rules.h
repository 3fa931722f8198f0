/* jsonschema_rules.h - the rules of a schema that a value keeps or breaks by itself. */
#ifndef JSONSCHEMA_JSONSCHEMA_RULES_H
#define JSONSCHEMA_JSONSCHEMA_RULES_H

#include "base/span.h"

struct jsonschema_node;
struct jsonschema_run;

/* Does the value keep all rules of the node that need no other node? What it breaks is reported. */
bool jsonschema_rules_hold(struct jsonschema_run *run, const struct jsonschema_node *node,
                           struct span value);

#endif
