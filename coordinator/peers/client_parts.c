/* client_parts.c - what requests of clients have in common. */
#include "peers/client_parts.h"

#include "base/ids.h"

struct span client_parts_moved(const struct client_request *asked, struct span frame,
                               struct span bytes)
{
    if (bytes.size == 0) {
        return (struct span){NULL, 0};
    }
    PRE(bytes.data >= frame.data);
    PRE(bytes.data + bytes.size <= frame.data + frame.size);
    return span_of(asked->copy + (bytes.data - frame.data), bytes.size);
}

struct span client_parts_text(const struct client_request *asked,
                              const struct request_source *source, enum wire_key key)
{
    return client_parts_moved(asked, source->frame, fields_text(source->message, key));
}

struct span client_parts_value(const struct client_request *asked,
                               const struct request_source *source, enum wire_key key)
{
    return client_parts_moved(asked, source->frame, source->message->value[key]);
}

int64_t client_parts_wait_ms(const struct message *message)
{
    int64_t wait_ms = fields_int(message, WIRE_KEY_WAIT_MS, REQUEST_WAIT_MS);
    return wait_ms > REQUEST_WAIT_MS_MAX ? REQUEST_WAIT_MS_MAX : wait_ms;
}

bool client_parts_wait(const struct message *message, struct request *request)
{
    struct span wait = fields_text(message, WIRE_KEY_WAIT);
    request->wait_settled = span_is(wait, "settled");
    request->wants_output = request->wait_settled;
    request->wait_ms = client_parts_wait_ms(message);
    return message->value[WIRE_KEY_WAIT].size == 0 || request->wait_settled ||
           span_is(wait, "stored");
}

bool client_parts_may_name(const struct message *message)
{
    return message->value[WIRE_KEY_SAGA].size == 0 ||
           ids_is_given(fields_text(message, WIRE_KEY_SAGA));
}

struct span client_parts_id(struct client_request *asked, const struct request_source *source)
{
    struct span id = client_parts_text(asked, source, WIRE_KEY_SAGA);
    if (id.size == 0) {
        mint_id(source->mint, source->host_ms, asked->minted);
        id = span_of(asked->minted, UUID_TEXT);
    }
    return id;
}

bool client_parts_has_saga(const struct message *message, const char **why)
{
    bool is_id = ids_is_saga(fields_text(message, WIRE_KEY_SAGA));
    *why = is_id ? *why : "there is no such saga";
    return is_id;
}

struct span client_parts_connection(const struct client_request *asked)
{
    return span_of(asked->connection, asked->connection_size);
}

void client_parts_put_output(struct buf *out, struct span output)
{
    if (output.size > 0) {
        fields_put_key(out, WIRE_KEY_OUTPUT);
        mp_put_value(out, output);
    }
}

struct peers_range client_parts_range(const struct message *message)
{
    int64_t limit = fields_int(message, WIRE_KEY_LIMIT, HISTORY_MAX);
    return (struct peers_range){
        .since = (uint64_t)fields_int(message, WIRE_KEY_SINCE, 0),
        .limit = limit > HISTORY_MAX ? HISTORY_MAX : (uint32_t)limit,
    };
}
