/* running.h - what `running` says: of a `ready`, which attempts an instance that comes back has; of
 * a heartbeat, which ones go on. */
#ifndef PEERS_RUNNING_H
#define PEERS_RUNNING_H

#include "peers/state.h"

/* NULL, or what is wrong with a `running`, which may be absent: a literal. */
const char *running_check(const struct fields *fields, struct span running);
/* The session has come into force: ADOPT for each attempt named; UNTAKEN for each other one of the
 * instance, at once unless the session is doubted from now on (sessions.h). */
void running_judge(struct peers *peers, struct session *session, struct span running,
                   int64_t now_ms);
/* Says UNTAKEN of what the instance has not named, but for what was sent on a connection that still
 * speaks. The session is doubted no longer. */
void running_untake(struct peers *peers, struct session *session, int64_t now_ms);
/* Are the details of each attempt no larger than a value may be? */
bool running_details_fit(struct span running);
/* BEAT for each attempt named that is open at the session. */
void running_beat(const struct peers *peers, const struct session *session, struct span running,
                  int64_t now_ms);

#endif
