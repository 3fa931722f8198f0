/* test_peers_fields.c - the quick reading of plain messages and the thorough one agree.
 *
 * Whatever fields_read() takes, mp_check() must take: thousands of changed messages are asked of
 * both. Broken once by not looking for a key that came before, and once by not looking whether the
 * message ends with its last value: both were found. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/mp.h"
#include "peers/fields.h"

enum { FRAME_MAX = 512, ROUNDS = 200000 };

static uint64_t state = 0x243f6a8885a308d3;

static uint32_t draw(uint32_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 33) % below;
}

static void put_pair(struct buf *out, const char *key, const char *text)
{
    mp_put_text(out, key);
    mp_put_text(out, text);
}

/* A result, or a start, as peers send them; twisted: with one key twice. */
static void put_message(struct buf *out, bool is_start, bool is_twisted)
{
    buf_clear(out);
    mp_put_map(out, is_start ? 5 : 7);
    mp_put_text(out, "v");
    mp_put_uint(out, 1);
    put_pair(out, "type", is_start ? "start" : "result");
    if (is_start) {
        put_pair(out, "request", "r-1");
        put_pair(out, "definition", "booking");
        mp_put_text(out, is_twisted ? "definition" : "input");
    } else {
        put_pair(out, "key", "s-1/flight/do");
        mp_put_text(out, "attempt");
        mp_put_uint(out, 1);
        put_pair(out, "token", "00112233445566778899aabbccddeeff");
        put_pair(out, "status", "ok");
        mp_put_text(out, is_twisted ? "status" : "output");
    }
    mp_put_map(out, 2);
    put_pair(out, "id", "K\xc3\xb6ln");
    mp_put_text(out, "n");
    mp_put_array(out, 2);
    mp_put_int(out, -5);
    mp_put_double(out, 1.5);
}

/* Changes some bytes, takes some out, puts some in, moves some. */
static size_t spoil(uint8_t *frame, size_t size)
{
    for (uint32_t left = draw(3); left > 0; left--) {
        size_t at = draw((uint32_t)size);
        size_t from = draw((uint32_t)size);
        switch (draw(4)) {
        case 0:
            frame[at] = (uint8_t)draw(256);
            break;
        case 1:
            memmove(frame + at, frame + at + 1, size - at - 1);
            size--;
            break;
        case 2:
            memmove(frame + at + 1, frame + at, size - at);
            frame[at] = (uint8_t)draw(256);
            size++;
            break;
        default:
            memmove(frame + at, frame + from, size - (at > from ? at : from) > 8 ? 8 : 1);
        }
    }
    return size;
}

Test(fields, take_nothing_that_the_check_refuses)
{
    struct fields fields;
    struct message message;
    struct buf out;
    uint32_t taken = 0;
    uint32_t refused = 0;
    fields_open(&fields);
    buf_open(&out, FRAME_MAX);
    for (int i = 0; i < ROUNDS; i++) {
        put_message(&out, i % 2 == 0, draw(8) == 0);
        uint8_t frame[FRAME_MAX];
        memcpy(frame, out.data, out.size);
        size_t size = spoil(frame, out.size);
        /* An allocation of exactly that size: what is read behind it is seen. */
        uint8_t *exact = malloc(size);
        cr_assert_not_null(exact);
        memcpy(exact, frame, size);
        const char *why = NULL;
        const char *wrong = NULL;
        enum saga_error rc = fields_read(&fields, span_of(exact, size), &message, &why);
        enum saga_error checked = mp_check(span_of(exact, size), &wrong);
        cr_assert(rc != SAGA_OK || checked == SAGA_OK, "taken, and the check says: %s", wrong);
        cr_assert(checked == SAGA_OK || (why && strcmp(why, wrong) == 0), "refused as %s, not %s",
                  why, wrong);
        taken += rc == SAGA_OK;
        refused += checked != SAGA_OK;
        free(exact);
    }
    buf_close(&out);
    cr_assert_gt(taken, ROUNDS / 4);
    cr_assert_gt(refused, ROUNDS / 8);
}

Test(fields, give_what_was_sent)
{
    struct fields fields;
    struct message message;
    struct buf out;
    const char *why = NULL;
    fields_open(&fields);
    buf_open(&out, FRAME_MAX);
    put_message(&out, false, false);
    cr_assert_eq(fields_read(&fields, buf_span(&out), &message, &why), SAGA_OK);
    cr_assert_eq(message.type, WIRE_RESULT);
    cr_assert(span_is(fields_text(&message, WIRE_KEY_KEY), "s-1/flight/do"));
    cr_assert_eq(fields_int(&message, WIRE_KEY_ATTEMPT, 0), 1);
    struct span output = message.value[WIRE_KEY_OUTPUT];
    cr_assert_eq(output.data + output.size, out.data + out.size);
    cr_assert_eq(mp_type(output), MP_MAP);
    buf_close(&out);
}
