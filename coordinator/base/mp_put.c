/* mp_put.c - packing, by msgpack-c, into a buffer.
 *
 * msgpack-c chooses the shortest form of integers and lengths, so equal values of one type give
 * equal bytes, which digests and stored records rely on. */
#include <limits.h> /* msgpack-c forgets that it needs it */

#include <msgpack/pack.h>

#include "base/check.h"
#include "base/mp.h"

/* The buffer remembers a failure itself; msgpack-c is told that all is well. */
static int write_to(void *arg, const char *data, size_t size)
{
    buf_write(arg, data, size);
    return 0;
}

static msgpack_packer packer_of(struct buf *buf)
{
    msgpack_packer packer;
    msgpack_packer_init(&packer, buf, write_to);
    return packer;
}

void mp_put_nil(struct buf *buf)
{
    msgpack_packer packer = packer_of(buf);
    msgpack_pack_nil(&packer);
}

void mp_put_bool(struct buf *buf, bool value)
{
    msgpack_packer packer = packer_of(buf);
    if (value) {
        msgpack_pack_true(&packer);
    } else {
        msgpack_pack_false(&packer);
    }
}

void mp_put_int(struct buf *buf, int64_t value)
{
    msgpack_packer packer = packer_of(buf);
    msgpack_pack_int64(&packer, value);
}

void mp_put_uint(struct buf *buf, uint64_t value)
{
    msgpack_packer packer = packer_of(buf);
    msgpack_pack_uint64(&packer, value);
}

void mp_put_double(struct buf *buf, double value)
{
    msgpack_packer packer = packer_of(buf);
    msgpack_pack_double(&packer, value);
}

/* A length beyond 32 bits cannot be said in msgpack: the buffer fails, as at its bound. */
static bool is_too_long(struct buf *buf, size_t size)
{
    if (size > UINT32_MAX) {
        buf->failed = true;
    }
    return size > UINT32_MAX;
}

void mp_put_str(struct buf *buf, struct span text)
{
    if (is_too_long(buf, text.size)) {
        return;
    }
    msgpack_packer packer = packer_of(buf);
    msgpack_pack_str(&packer, text.size);
    buf_write(buf, text.data, text.size);
}

void mp_put_text(struct buf *buf, const char *text)
{
    mp_put_str(buf, span_text(text));
}

void mp_put_bin(struct buf *buf, struct span bytes)
{
    if (is_too_long(buf, bytes.size)) {
        return;
    }
    msgpack_packer packer = packer_of(buf);
    msgpack_pack_bin(&packer, bytes.size);
    buf_write(buf, bytes.data, bytes.size);
}

void mp_put_array(struct buf *buf, uint32_t count)
{
    msgpack_packer packer = packer_of(buf);
    msgpack_pack_array(&packer, count);
}

void mp_put_map(struct buf *buf, uint32_t count)
{
    msgpack_packer packer = packer_of(buf);
    msgpack_pack_map(&packer, count);
}

void mp_put_value(struct buf *buf, struct span value)
{
    if (value.size == 0) {
        value = MP_NIL_VALUE;
    }
    buf_write(buf, value.data, value.size);
}
