/* fuzz_base_mp.c - any bytes through mp_check() and the cursor; msgpack-c is the judge of what
 * passes.
 */
#include <stdlib.h>

#include <msgpack.h>

#include "base/check.h"
#include "base/mp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What the check has passed can be read by others, and all readers agree on where it ends. */
static void read_good(struct span bytes)
{
    struct mp mp = mp_open(bytes);
    struct span whole = mp_skip(&mp);
    CHECK(!mp.bad);
    CHECK(span_equal(whole, bytes));
    CHECK(mp_equal(bytes, bytes));

    uint64_t nodes = 0;
    const char *why;
    struct mp_extent extent = mp_extent(bytes);
    mp = mp_open(bytes);
    MAYBE(mp_skip_counted(&mp, &nodes).size == bytes.size);
    CHECK(extent.nodes == nodes && extent.depth <= MP_DEPTH_MAX);
    CHECK(mp_check_sent(bytes, &why) == SAGA_OK);

    msgpack_unpacked unpacked;
    msgpack_unpacked_init(&unpacked);
    size_t offset = 0;
    msgpack_unpack_return rc =
        msgpack_unpack_next(&unpacked, (const char *)bytes.data, bytes.size, &offset);
    CHECK(rc == MSGPACK_UNPACK_SUCCESS);
    CHECK(offset == bytes.size);
    msgpack_unpacked_destroy(&unpacked);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span bytes = span_of(data, size);
    const char *why;
    enum saga_error rc = mp_check(bytes, &why);
    CHECK((rc == SAGA_OK) == (!why));
    if (rc == SAGA_OK) {
        read_good(bytes);
    }

    /* The cursor must bear bytes that nobody has checked. */
    struct mp mp = mp_open(bytes);
    while (!mp.bad && mp.at < mp.end) {
        struct span value = mp_skip(&mp);
        CHECK(mp.bad || value.size > 0);
    }
    MAYBE(mp_equal(bytes, bytes));
    MAYBE(mp_extent(bytes).depth > 0);
    MAYBE(mp_find(bytes, span_text("in")).size > 0);
    MAYBE(mp_at(bytes, 1).size > 0);
    return 0;
}
