/* client_parts.h - what requests of clients have in common. */
#ifndef PEERS_CLIENT_PARTS_H
#define PEERS_CLIENT_PARTS_H

#include "peers/client_request.h"

/* The place in the request's copy of the frame of bytes that lie in the frame itself, which is gone
 * after the call. */
struct span client_parts_moved(const struct client_request *asked, struct span frame,
                               struct span bytes);
/* The text, or the whole msgpack value, that the message has under a key; the bytes lie in the
 * request's copy of the frame. */
struct span client_parts_text(const struct client_request *asked,
                              const struct request_source *source, enum wire_key key);
struct span client_parts_value(const struct client_request *asked,
                               const struct request_source *source, enum wire_key key);
/* The connection of the client that asks. */
struct span client_parts_connection(const struct client_request *asked);
/* Packs `output` into a reply, unless there is none. */
void client_parts_put_output(struct buf *out, struct span output);
/* Which records of the history a message asks for, by its `since` and `limit`. */
struct peers_range client_parts_range(const struct message *message);
/* Does the message give an id that a saga can have? False: *why says so. The store has names that
 * are no ids, such as request keys, and clients must not reach them. */
bool client_parts_has_saga(const struct message *message, const char **why);
/* How many ms a request waits at most: its `wait_ms`, or REQUEST_WAIT_MS if it has none, and never
 * more than REQUEST_WAIT_MS_MAX. */
int64_t client_parts_wait_ms(const struct message *message);
/* Notes in the request whether a start, a commit or an abort is answered at once (`wait` is stored)
 * or when the saga has settled, and how long it waits; false: `wait` has another value. */
bool client_parts_wait(const struct message *message, struct request *request);
/* Does the message give no id for a new saga, or one that a client may give? */
bool client_parts_may_name(const struct message *message);
#define CLIENT_PARTS_BAD_ID "a saga's id has 1 to 128 of A-Z a-z 0-9 . _ : -"
/* The id that a start or a begin gives to its saga; a newly minted id if the message gives none. */
struct span client_parts_id(struct client_request *asked, const struct request_source *source);

#endif
