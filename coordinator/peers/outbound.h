/* outbound.h - packs what leaves, and sends it; nothing here blocks.
 *
 * A send that fails is as a loss on the way, which the protocol bears: results come again, sessions
 * fall silent. Only the failure of a task matters, and is given back. */
#ifndef PEERS_OUTBOUND_H
#define PEERS_OUTBOUND_H

#include "peers/state.h"

/* Sends a task to the session. Fails as wire_ops.send does; and with SAGA_TOO_LARGE when the
 * message is too large, or there is no memory to pack it. */
MUST_CHECK enum saga_error outbound_task(struct peers *peers, struct session *session,
                                         const struct task *task, int64_t ttl_ms, int64_t now_ms);
void outbound_cancel(struct peers *peers, struct session *session, const struct effect *effect,
                     int64_t now_ms);
void outbound_welcome(struct peers *peers, struct session *session, int64_t now_ms);
void outbound_heartbeat(struct peers *peers, struct session *session, int64_t now_ms);
void outbound_drain(struct peers *peers, struct session *session, int64_t after_ms, int64_t now_ms);
/* Sends `who`, by which the contact is asked to say `ready`; does nothing if one was sent less than
 * WHO_MS ago. */
void outbound_who(struct peers *peers, struct contact *contact, int64_t now_ms);

/* Adds a verdict on a result to those collected for the contact, which outbound_done() will send in
 * one message; sends the collected ones first if the new one does not fit into their message. */
void outbound_verdict(struct peers *peers, struct contact *contact, const struct result *about,
                      enum verdict verdict, int64_t now_ms);
void outbound_done(struct peers *peers, struct contact *contact, int64_t now_ms);
const char *outbound_verdict_text(enum verdict verdict);

/* Sends an `error` to a connection. request: the client's name of the request that the error
 * answers; empty: it answers none. why: NULL = the sentence that belongs to the error. */
void outbound_error(struct peers *peers, struct span connection, struct span request,
                    enum saga_error error, const char *why);
/* Sends an `error` for an answer of the desk that is an error; the answer may have a code that says
 * more than the error's own. */
void outbound_error_about(struct peers *peers, struct span connection, struct span request,
                          const struct answer *answer);
/* Begins in peers->out a reply with `pairs` keys besides those of every reply; the caller packs
 * these keys and values, and outbound_reply_end() sends the reply. */
void outbound_reply(struct peers *peers, struct span request, uint32_t pairs);
void outbound_reply_end(struct peers *peers, struct span connection, struct span request);

#endif
