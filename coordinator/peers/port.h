/* port.h - the listening end of the wire, which must not take every descriptor.
 *
 * ZeroMQ accepts connections in a thread of its own. Without a descriptor for one it tries again at
 * once, for ever: the connection still waits, and a processor is lost; on an ipc:// address it even
 * ends the process. So the connections are counted here, and when they have their share the door is
 * shut: whoever comes then waits outside, and peers try again by themselves. A rush that was faster
 * than the count is turned away with descriptors that are kept for it. */
#ifndef PEERS_PORT_H
#define PEERS_PORT_H

#include <stdint.h>

#include "base/check.h"
#include "base/error.h"

struct port;

/* Begins to count the connections of a ZeroMQ socket of this context; must be called before the
 * socket is bound. SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error port_open(void *context, void *socket, struct port **port);
/* Ends the counting, and closes the spare descriptors; must be called before the socket is
 * closed. */
void port_close(struct port **port);
/* The socket that is readable when port_look() has something to do. */
void *port_news(const struct port *port);
/* How long the caller may wait for news: timeout_ms (-1 = for ever), or less when port_look() has
 * something to do by itself before; 0 = not at all. */
int64_t port_wait_ms(const struct port *port, int64_t timeout_ms);
/* Counts the connections that came and went; shuts the door, or opens it again. Never blocks. */
void port_look(struct port *port);

#endif
