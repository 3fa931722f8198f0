/* library_error.c - MHD_queue_response(), between the library and itself. */
#include "api/library_error.h"

#include <dlfcn.h>

#include "api/raw_problem.h"
#include "base/check.h"

typedef enum MHD_Result (*queue_fn)(struct MHD_Connection *connection, unsigned int status,
                                    struct MHD_Response *response);

/* What the library answers by itself; the last row stands for all that it may answer besides. */
static const struct raw_problem problems[] = {
    {400, "Bad Request", "bad_message", "this is not a request as HTTP/1.1 writes it"},
    {413, "Content Too Large", "too_large", "the body, or a part of it, is too large"},
    {414, "URI Too Long", "too_large", "the first line is too long"},
    {431, "Request Header Fields Too Large", "too_large", "the head is too large"},
    {505, "HTTP Version Not Supported", "bad_message", "HTTP/1.1 is spoken here"},
    {500, "Internal Server Error", "internal", "the request could not be read"},
};

/* The library's own function, which ours stands in front of. */
static queue_fn library(void)
{
    queue_fn found = NULL;
    void *symbol = dlsym(RTLD_NEXT, "MHD_queue_response");
    CHECK(symbol != NULL);
    _Static_assert(sizeof(found) == sizeof(symbol), "POSIX: a function's address fits");
    *(void **)&found = symbol;
    return found;
}

enum MHD_Result library_error_queue(struct MHD_Connection *connection, unsigned int status,
                                    struct MHD_Response *response)
{
    return library()(connection, status, response);
}

/* Called by the library alone: for what it refuses. MHD_NO: it closes the connection. */
enum MHD_Result MHD_queue_response(struct MHD_Connection *connection, unsigned int status,
                                   struct MHD_Response *response)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    size_t row = 0;
    while (row + 1 < ARRAY_COUNT(problems) && problems[row].status != (int)status) {
        row++;
    }
    MAYBE(response != NULL);
    raw_problem_send(info->connect_fd, &problems[row]);
    return MHD_NO;
}
