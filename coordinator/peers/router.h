/* router.h - the ROUTER socket: the only code that knows ZeroMQ. */
#ifndef PEERS_ROUTER_H
#define PEERS_ROUTER_H

#include "base/check.h"
#include "base/error.h"
#include "peers/peers.h"

struct router;

/* Binds (tcp:// or ipc://). SAGA_CONFLICT when the address is taken, SAGA_INVALID when it is no
 * address, SAGA_NO_MEMORY; `why` says it for the operator. A tcp port of 0 or * takes a free
 * one. */
MUST_CHECK enum saga_error router_open(const char *endpoint, uint32_t message_max,
                                       struct router **router, char *why, size_t why_size);
void router_close(struct router **router);
/* The address at which the router listens, with the port that it really has. */
const char *router_endpoint(const struct router *router);
/* *ops: the operations by which peers send frames through this router. */
void router_wire(struct router *router, struct wire_ops *ops);

/* Waits until a message has come, one of the descriptors is readable, or timeout_ms have passed (-1
 * = no limit). */
void router_wait(struct router *router, const int *descriptors, uint32_t count, int64_t timeout_ms);
/* Hands at most `limit` messages that have come to peers, and returns how many it has handed on. */
uint32_t router_receive(struct router *router, struct peers *peers, uint32_t limit, int64_t now_ms);

#endif
