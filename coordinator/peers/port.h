/* port.h - the listening end of the wire, when there are no descriptors left.
 *
 * ZeroMQ accepts connections in a thread of its own. Without a descriptor for one it tries again at
 * once, for ever: the connection still waits, and a processor is lost. So whoever waits is turned
 * away here, with a descriptor that is kept for it; peers come back by themselves. */
#ifndef PEERS_PORT_H
#define PEERS_PORT_H

#include "base/check.h"
#include "base/error.h"

struct port;

/* Watches a socket of the context from now on; before it is bound. SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error port_open(void *context, void *socket, struct port **port);
/* Before the socket is closed. */
void port_close(struct port **port);
/* The socket that is readable when port_look() has something to do. */
void *port_news(const struct port *port);
/* Turns away whoever cannot be let in. Never blocks. */
void port_look(struct port *port);

#endif
