/* salvage.h - what can still be read of a `result` that is not of the protocol's form.
 *
 * A participant's bad value must not cost more than the task that it belongs to: where the message
 * still says whose result it is, that attempt alone has failed. So nothing but the five keys that
 * say so is looked at; what stands under others is stepped over, whatever it holds. */
#ifndef PEERS_SALVAGE_H
#define PEERS_SALVAGE_H

#include "peers/fields.h"

/* True when `v`, `type` (result), `key`, `attempt` and `token` can be read, each once and of its
 * type: then message->value holds the last three, and nothing else. They are read as far as the
 * frame goes on, when it is cut short or has bytes that begin no value. */
bool salvage_result(const struct fields *fields, struct span frame, struct message *message);

#endif
