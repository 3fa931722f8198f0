/* test_libsaga_values.c - libsaga's reading and writing: values by path, packs, messages.
 *
 * Seen to fail with: element() that takes any digits (an index that wraps); a pack that does not
 * ask value_check(); message_read() that does not look at the version. */
#include <criterion/criterion.h>

#include "base/mp.h"
#include "participants/message.h"
#include "participants/value.h"

/* {"legs": [{"price": 7.5, "to": "Rome"}, 12], "ok": true, "": nil} */
static struct saga_pack *pack_trip(void)
{
    struct saga_pack *pack = saga_pack_new();
    saga_put_map(pack, 3);
    saga_put_str(pack, "legs");
    saga_put_array(pack, 2);
    saga_put_map(pack, 2);
    saga_put_str(pack, "price");
    saga_put_double(pack, 7.5);
    saga_put_str(pack, "to");
    saga_put_bytes(pack, "Rome!", 4);
    saga_put_int(pack, 12);
    saga_put_str(pack, "ok");
    saga_put_bool(pack, true);
    saga_put_str(pack, "");
    saga_put_str(pack, NULL);
    return pack;
}

Test(saga_values, are_read_by_path)
{
    struct saga_pack *pack = pack_trip();
    struct saga_value trip = saga_pack_value(pack);
    char text[5];
    cr_assert_eq(saga_value_type(trip), SAGA_TYPE_MAP);
    cr_assert_eq(saga_value_count(trip), 3);
    cr_assert_eq(saga_value_double(trip, "legs.0.price", 0), 7.5);
    cr_assert_eq(saga_value_double(trip, "legs.1", 0), 12.0);
    cr_assert_eq(saga_value_int(trip, "legs.1", 0), 12);
    cr_assert(saga_value_bool(trip, "ok", false));
    cr_assert(saga_value_copy(trip, "legs.0.to", text, sizeof(text)));
    cr_assert_str_eq(text, "Rome");
    cr_assert_eq(saga_value_type(saga_value_find(trip, "legs.0")), SAGA_TYPE_MAP);
    cr_assert_eq(saga_value_type(saga_value_at(trip, 2)), SAGA_TYPE_NIL);
    cr_assert_eq(saga_value_type(saga_value_key_at(trip, 1)), SAGA_TYPE_STR);
    saga_pack_destroy(&pack);
    cr_assert_null(pack);
    saga_pack_destroy(&pack);
}

Test(saga_values, are_not_there_where_the_path_leads_nowhere)
{
    static const char *const paths[] = {"legs.2",   "legs.0x0", "legs.-1", "legs.4294967296",
                                        "legs.0.7", "nobody",   "ok.deep", "legs..price"};
    struct saga_pack *pack = pack_trip();
    struct saga_value trip = saga_pack_value(pack);
    char text[4];
    for (size_t i = 0; i < ARRAY_COUNT(paths); i++) {
        cr_assert_null(saga_value_find(trip, paths[i]).data, "%s", paths[i]);
        cr_assert_eq(saga_value_int(trip, paths[i], -7), -7, "%s", paths[i]);
    }
    cr_assert_eq(saga_value_int(trip, "ok", -7), -7, "a bool is no number");
    cr_assert_not(saga_value_copy(trip, "legs.0.to", text, sizeof(text)));
    cr_assert_str_eq(text, "", "half a text is none");
    cr_assert_null(saga_value_at(trip, 3).data);
    cr_assert_null(saga_value_key_at(saga_value_find(trip, "legs"), 0).data);
    saga_pack_destroy(&pack);
}

/* What was packed wrong is no value; nothing of it leaves. */
Test(saga_values, are_one_whole_value_or_none)
{
    struct saga_pack *pack = saga_pack_new();
    cr_assert_null(saga_pack_value(pack).data, "nothing was put");
    saga_put_map(pack, 1);
    saga_put_str(pack, "key");
    cr_assert_null(saga_pack_value(pack).data, "its value is missing");
    saga_put_int(pack, 1);
    cr_assert_not_null(saga_pack_value(pack).data);
    saga_put_int(pack, 2);
    cr_assert_null(saga_pack_value(pack).data, "two values");
    saga_pack_clear(pack);
    saga_put_int(pack, MP_INT_MAX + 1);
    cr_assert_null(saga_pack_value(pack).data, "it loses digits elsewhere");
    saga_pack_clear(pack);
    saga_put_bytes(pack, "\xff", 1);
    cr_assert_null(saga_pack_value(pack).data, "not UTF-8");
    saga_pack_destroy(&pack);
}

static enum saga_error read_packed(const struct saga_pack *pack, struct message *message)
{
    return message_read(buf_span(&pack->buf), message);
}

Test(saga_values, messages_are_of_version_1_and_have_a_type)
{
    struct message message;
    struct saga_pack *pack = saga_pack_new();
    for (int version = 0; version <= 2; version++) {
        saga_pack_clear(pack);
        saga_put_map(pack, 4);
        saga_put_str(pack, "v");
        saga_put_int(pack, version);
        saga_put_str(pack, "type");
        saga_put_str(pack, "done");
        saga_put_str(pack, "attempt");
        saga_put_str(pack, "three"); /* of another type than it should be: absent */
        saga_put_str(pack, "later key");
        saga_put_int(pack, 1);
        cr_assert_eq(read_packed(pack, &message), version == 1 ? SAGA_OK : SAGA_BAD_MESSAGE);
    }
    saga_pack_clear(pack);
    saga_put_map(pack, 1);
    saga_put_str(pack, "v");
    saga_put_int(pack, 1);
    cr_assert_eq(read_packed(pack, &message), SAGA_BAD_MESSAGE, "without a type");
    saga_pack_clear(pack);
    saga_put_str(pack, "hello");
    cr_assert_eq(read_packed(pack, &message), SAGA_BAD_MESSAGE, "no map");
    saga_pack_destroy(&pack);
}

Test(saga_values, messages_have_only_what_is_of_the_right_type)
{
    struct message message;
    struct saga_pack *pack = saga_pack_new();
    saga_put_map(pack, 4);
    saga_put_str(pack, "type");
    saga_put_str(pack, "task");
    saga_put_str(pack, "v");
    saga_put_int(pack, 1);
    saga_put_str(pack, "attempt");
    saga_put_str(pack, "three");
    saga_put_str(pack, "key");
    saga_put_str(pack, "trip-1/flight/do");
    cr_assert_eq(read_packed(pack, &message), SAGA_OK);
    cr_assert(message_has(&message, FIELD_BIT(FIELD_KEY) | FIELD_BIT(FIELD_TYPE)));
    cr_assert_not(message_has(&message, FIELD_BIT(FIELD_ATTEMPT)));
    cr_assert(span_is(message.key, "trip-1/flight/do"));
    saga_pack_destroy(&pack);
}

/* An undo carries an input and an output, each as large as a peer may send one, and a reply puts
 * values deep inside itself. */
Test(saga_values, messages_of_the_coordinator_may_hold_more_than_ours)
{
    struct message message;
    struct buf buf;
    buf_open(&buf, 4u << 20);
    mp_put_map(&buf, 5);
    mp_put_text(&buf, "v");
    mp_put_uint(&buf, 1);
    mp_put_text(&buf, "type");
    mp_put_text(&buf, "task");
    for (int i = 0; i < 2; i++) {
        mp_put_text(&buf, i == 0 ? "input" : "output");
        mp_put_array(&buf, 60000);
        for (int k = 0; k < 60000; k++) {
            mp_put_uint(&buf, 0);
        }
    }
    mp_put_text(&buf, "details");
    for (uint32_t i = 0; i < MP_SHOWN_DEPTH_MAX - 2; i++) {
        mp_put_array(&buf, 1);
    }
    mp_put_array(&buf, 0);
    cr_assert_eq(message_read(buf_span(&buf), &message), SAGA_OK);
    struct saga_value bytes = value_of(message.bytes);
    cr_assert_eq(saga_value_count(saga_value_find(bytes, "output")), 60000);
    buf.data[buf.size - 1] = 0x91;
    mp_put_array(&buf, 0);
    cr_assert_eq(message_read(buf_span(&buf), &message), SAGA_BAD_MESSAGE);
    buf_close(&buf);
}

/* What leaves lies in a message, which is a level itself. */
Test(saga_values, are_not_deeper_than_a_message_may_be)
{
    uint8_t nested[MP_DEPTH_MAX];
    memset(nested, 0x91, sizeof(nested));
    nested[MP_DEPTH_MAX - 1] = 0x90;
    cr_assert_eq(value_check(value_of(span_of(nested, MP_DEPTH_MAX))), SAGA_OK);
    cr_assert_eq(value_check_inside(value_of(span_of(nested, MP_DEPTH_MAX)), 1), SAGA_INVALID);
    cr_assert_eq(value_check_inside(value_of(span_of(nested + 1, MP_DEPTH_MAX - 1)), 1), SAGA_OK);
    cr_assert_eq(value_check_inside((struct saga_value){0}, 3), SAGA_OK);
}
