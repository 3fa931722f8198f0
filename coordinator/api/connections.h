/* connections.h - all connections, and how long the client of each may take for what it does next.
 *
 * Who asks nothing, sends nothing or does not read its answer is disconnected; a byte now and then
 * renews nothing. */
#ifndef API_CONNECTIONS_H
#define API_CONNECTIONS_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/check.h"
#include "base/error.h"

struct connections;

/* What the client does next, if it is alive. */
enum connections_state {
    CONNECTIONS_IDLE, /* sends the head of a request */
    CONNECTIONS_BODY, /* sends the rest of it */
    CONNECTIONS_WORK, /* waits for us, for as long as that takes */
    CONNECTIONS_READ, /* reads its answer */
};

/* patience_ms: the time of each state, for tests; 0 = what the product has. SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error connections_open(int64_t patience_ms, struct connections **connections);
void connections_close(struct connections **connections);

/* How many there are: counted when they are handed to the library, until it says that they end. */
uint32_t connections_count(const struct connections *connections);
void connections_add(struct connections *connections);
void connections_drop(struct connections *connections);
/* MHD_NotifyConnectionCallback; arg is this. */
void connections_notify(void *arg, struct MHD_Connection *connection, void **context,
                        enum MHD_ConnectionNotificationCode code);

/* The client is expected to do this from now on; `size`: bytes that it has to read. */
void connections_expect(struct connections *connections, struct MHD_Connection *connection,
                        enum connections_state state, size_t size);
/* Disconnects those whose time is over. */
void connections_sweep(struct connections *connections);
/* Disconnects the one that has been idle for longest, but none that came or was served just now;
 * `client`: only one of this client's, NULL = anybody's. False: there is none. */
bool connections_make_room(struct connections *connections, const struct sockaddr *client);

#endif
