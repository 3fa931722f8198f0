/* handle.h - what is done with a request from its first line to its response, step by step, as the
 * library hears of it. All of it is called on the HTTP thread.
 *
 * Who asks is looked at before the first byte of a body is kept: what is refused anyway is read
 * away. Bodies are collected up to a bound before anything reads them; past the bound they are read
 * away and answered 413, and past another one the connection is cut. */
#ifndef API_HANDLE_H
#define API_HANDLE_H

#include <microhttpd.h>

#include "api/auth.h"
#include "api/connections.h"
#include "api/gate.h"
#include "api/http_call.h"
#include "api/quota.h"
#include "store/readers.h"
#include "api/refusals.h"

/* What all calls share. All borrowed. */
struct handling {
    const struct api_options *options;
    struct auth *auth;
    struct connections *connections;
    struct gate *gate;
    struct refusals *refusals;
    struct quota *quota;
    struct readers *reads;   /* for routes that look */
    struct readers *replies; /* for those that have changed something */
    _Atomic uint32_t calls;  /* requests whose response is not sent yet */
};

/* The first line has come. It is looked at before the library takes its arguments apart, and loses
 * them when they are too many. NULL: no memory. */
struct http_call *handle_line(struct handling *of, struct MHD_Connection *connection, char *uri);
/* The head is complete. MHD_NO cuts the connection, here and below. */
enum MHD_Result handle_head(struct http_call *call, const char *method, const char *path);
/* A part of the body has come. */
enum MHD_Result handle_body(struct http_call *call, const char *data, size_t size);
/* All of it has come, or the connection has been woken. */
enum MHD_Result handle_rest(struct http_call *call);
/* The response is sent, or the connection has ended. */
void handle_end(struct handling *of, struct http_call **call);

#endif
