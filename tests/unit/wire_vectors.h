/* wire_vectors.h - reads schemas/wire/vectors.json for the tests that hold our code to it. */
#ifndef TESTS_WIRE_VECTORS_H
#define TESTS_WIRE_VECTORS_H

#include "json_file.h"
#include "peers_world.h"

enum { NAME_MAX_SIZE = 128 };

/* The session of a vector that says so was opened by this. */
#define READY                                                                                      \
    "{'v':1,'type':'ready','instance':'hotels-7f3a','actions':['hotel.reserve','hotel.release'],"  \
    "'window':32}"

static struct buf file; /* all vectors, as one msgpack array */

static inline void load(void)
{
    json_file_read("schemas/wire/vectors.json", &file);
}

static inline void unload(void)
{
    buf_close(&file);
}

static inline struct span find(struct span vector, const char *key)
{
    return mp_find(vector, span_text(key));
}

static inline struct span text_of(struct span value)
{
    struct mp mp = mp_open(value);
    return value.size == 0 ? (struct span){NULL, 0} : mp_str(&mp);
}

static inline uint32_t count_of(struct span array)
{
    struct mp mp = mp_open(array);
    return array.size == 0 ? 0 : mp_array(&mp);
}

static inline bool says_so(struct span vector, const char *key, const char *text)
{
    return span_is(text_of(find(vector, key)), text);
}

static inline const char *name_of(struct span vector)
{
    static char name[NAME_MAX_SIZE];
    struct span text = text_of(find(vector, "name"));
    snprintf(name, sizeof(name), "%.*s", (int)text.size, (const char *)text.data);
    return name;
}

static inline void put_hex(struct buf *out, struct span hex)
{
    cr_assert_eq(hex.size % 2, 0);
    uint8_t *bytes = buf_reserve(out, hex.size / 2);
    cr_assert_not_null(bytes);
    cr_assert(digest_unhex(hex, bytes, hex.size / 2));
}

/* The bytes of the vector's frame: `hex`, or pieces each repeated a number of times. */
static inline void put_frame(struct buf *out, struct span vector)
{
    buf_clear(out);
    struct span pieces = find(vector, "bytes");
    if (pieces.size == 0) {
        put_hex(out, text_of(find(vector, "hex")));
    }
    for (uint32_t i = 0; i < count_of(pieces); i++) {
        struct mp piece = mp_open(mp_at(pieces, i));
        cr_assert_eq(mp_array(&piece), 2);
        struct span hex = mp_str(&piece);
        for (int64_t times = mp_int(&piece); times > 0; times--) {
            put_hex(out, hex);
        }
    }
}

static inline const char *json_of(struct span value)
{
    static char text[2][64 * 1024];
    static uint32_t turn;
    struct buf out;
    buf_open(&out, sizeof(text[0]) - 1);
    bool fits = value.size > 0 && json_from_mp(value, &out, JSON_COMPACT_STYLE) == SAGA_OK;
    turn = 1 - turn;
    snprintf(text[turn], sizeof(text[0]), "%.*s", fits ? (int)out.size : 7,
             fits ? (const char *)out.data : "nothing");
    buf_close(&out);
    return text[turn];
}

/* JSON and bytes of a vector are the same message; where the bytes are in longer forms, too. */
static inline void check_message(struct span vector, const struct buf *frame)
{
    struct span message = find(vector, "message");
    cr_assert(message.size == 0 || mp_equal(message, buf_span(frame)), "%s: the message is %s",
              name_of(vector), json_of(message));
}

#endif
