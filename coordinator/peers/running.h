/* running.h - what `running` says: of a `ready`, which attempts an instance that comes back has; of
 * a heartbeat, which ones go on.
 *
 * A `ready` that comes while the instance has a session may be an old one that its former
 * connection still brings: it does not know what was taken since. So UNTAKEN is not said before the
 * new session was heard of heartbeat_ms after its opening; if it falls silent before that, LOST is.
 * If the other connection speaks, it is asked who it is, and its own `ready` names what it has
 * taken. */
#ifndef PEERS_RUNNING_H
#define PEERS_RUNNING_H

#include "peers/state.h"

/* NULL, or what is wrong with a `running`, which may be absent: a literal. */
const char *running_check(const struct fields *fields, struct span running);
/* A session is new: ADOPT for each attempt named, UNTAKEN for each other one of the instance; the
 * latter not at once when the session replaces another. */
void running_judge(struct peers *peers, struct session *session, struct span running,
                   bool is_replacing, int64_t now_ms);
/* Says UNTAKEN of what the instance has not named. */
void running_untake(struct peers *peers, struct session *session, int64_t now_ms);
/* Are the details of each attempt no larger than a value may be? */
bool running_details_fit(struct span running);
/* BEAT for each attempt named. */
void running_beat(const struct peers *peers, const struct session *session, struct span running,
                  int64_t now_ms);

#endif
