/* library_error.h - what the HTTP library refuses by itself, said as all other problems are.
 *
 * libmicrohttpd answers by itself what it cannot read (a first line that is none, a head that is
 * too long, a chunk without a size), with a page of its own; of some it sends the head twice, and
 * version 0.9.75 has no way to ask for anything else. It queues that page as we queue our
 * responses, by MHD_queue_response(), and calls this function as it is seen from outside: a program
 * that has a function of this name is asked first. Ours passes on what we queue; in the place of a
 * page of the library it writes a problem to the socket, and lets the library close the connection,
 * which it does anyway. Should a later version call its own function directly, its pages are back,
 * and nothing else is lost; tests/e2e/test_http_attack would see it. */
#ifndef API_LIBRARY_ERROR_H
#define API_LIBRARY_ERROR_H

#include <microhttpd.h>

/* Queues a response of ours. */
enum MHD_Result library_error_queue(struct MHD_Connection *connection, unsigned int status,
                                    struct MHD_Response *response);

#endif
