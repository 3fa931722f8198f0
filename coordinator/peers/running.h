/* running.h - what `running` says: of a `ready`, which attempts an instance that comes back has; of
 * a heartbeat, which ones go on. */
#ifndef PEERS_RUNNING_H
#define PEERS_RUNNING_H

#include "peers/state.h"

/* Checks the form of a `running`, which may be absent (empty). Gives NULL, or a literal that says
 * what is wrong. */
const char *running_check(const struct fields *fields, struct span running);
/* Called when a session comes into force: tells the engine ADOPT for each attempt that `running`
 * names, and UNTAKEN for each other one of the instance; the latter not yet if the session is
 * doubted from now on (sessions.h). */
void running_judge(struct peers *peers, struct session *session, struct span running,
                   int64_t now_ms);
/* Tells the engine UNTAKEN for each attempt that the instance has not named, except those that were
 * sent on an older connection on which somebody still speaks. Ends the doubt in the session. */
void running_untake(struct peers *peers, struct session *session, int64_t now_ms);
/* Is the `details` of each attempt in `running` at most LIMIT_VALUE bytes? */
bool running_details_fit(struct span running);
/* Tells the engine BEAT for each attempt that the `running` of a heartbeat names and that is open
 * at the session: its time starts anew. */
void running_beat(const struct peers *peers, const struct session *session, struct span running,
                  int64_t now_ms);

#endif
