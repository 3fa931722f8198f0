/* listen.h - the socket that HTTP is served on.
 *
 * It is opened here and not by the library, so that an address that is taken can be told from other
 * troubles. */
#ifndef API_LISTEN_H
#define API_LISTEN_H

#include <stddef.h>
#include <stdint.h>

/* Binds "ADDRESS:PORT"; port 0 takes a free one. Gives the descriptor and the port as bound; or -1,
 * with a sentence in `why`. */
int listen_open(const char *listen_on, uint16_t *port, char *why, size_t why_size);

#endif
