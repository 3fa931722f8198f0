/* outbound.h - packs what leaves, and sends it; nothing here blocks.
 *
 * A send that fails is as a loss on the way, which the protocol bears: results come again, sessions
 * fall silent. Only the failure of a task matters, and is given back. */
#ifndef PEERS_OUTBOUND_H
#define PEERS_OUTBOUND_H

#include "peers/state.h"

/* Sends a task. The errors of wire_ops.send, and SAGA_TOO_LARGE when the message is too large, or
 * there is no memory for it. */
MUST_CHECK enum saga_error outbound_task(struct peers *peers, struct session *session,
                                         const struct task *task, int64_t ttl_ms, int64_t now_ms);
void outbound_cancel(struct peers *peers, struct session *session, const struct effect *effect,
                     int64_t now_ms);
void outbound_welcome(struct peers *peers, struct session *session, int64_t now_ms);
void outbound_heartbeat(struct peers *peers, struct session *session, int64_t now_ms);
void outbound_drain(struct peers *peers, struct session *session, int64_t after_ms, int64_t now_ms);
/* Asks the contact who it is, at most once in WHO_MS. */
void outbound_who(struct peers *peers, struct contact *contact, int64_t now_ms);

/* Adds a verdict to those that outbound_done() will send; sends the collected ones first when all
 * of them would be too many for a message. */
void outbound_verdict(struct peers *peers, struct contact *contact, const struct result *about,
                      enum verdict verdict, int64_t now_ms);
void outbound_done(struct peers *peers, struct contact *contact, int64_t now_ms);
const char *outbound_verdict_text(enum verdict verdict);

/* request: empty when the error answers none. why: NULL = the error's sentence. */
void outbound_error(struct peers *peers, struct span connection, struct span request,
                    enum saga_error error, const char *why);
/* The same for an answer, whose code may say more than its error. */
void outbound_error_about(struct peers *peers, struct span connection, struct span request,
                          const struct answer *answer);
/* Begins a reply of `pairs` keys in peers->out; outbound_reply_end() sends it. */
void outbound_reply(struct peers *peers, struct span request, uint32_t pairs);
void outbound_reply_end(struct peers *peers, struct span connection, struct span request);

#endif
