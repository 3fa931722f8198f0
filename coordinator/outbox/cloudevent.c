/* cloudevent.c - the attributes in a fixed order, then the data.
 *
 *   {"specversion":"1.0","id":"trip-7/12","source":"/sagad","type":"sagad.saga.completed",
 *    "subject":"trip-7","time":"2026-11-28T04:00:00.000Z","datacontenttype":"application/json",
 *    "sequence":"00000000000000000012","data":{...}}
 *
 * `sequence` is the extension of that name: greater means later within one subject. */
#include "outbox/cloudevent.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/mp.h"

static void put_pair(struct buf *head, const char *name, struct span value)
{
    mp_put_text(head, name);
    mp_put_str(head, value);
}

enum saga_error cloudevent_print(const struct notice *notice, const char *source, struct buf *out)
{
    struct buf packed;
    char time[CLOCK_TEXT_SIZE];
    char sequence[24];
    clock_format(notice->at_ms, time);
    snprintf(sequence, sizeof(sequence), "%020llu", (unsigned long long)notice->seq);
    buf_open(&packed, notice->data.size + 4096);
    mp_put_map(&packed, 9);
    put_pair(&packed, "specversion", span_text("1.0"));
    put_pair(&packed, "id", notice->event);
    put_pair(&packed, "source", span_text(source));
    put_pair(&packed, "type", notice->type);
    put_pair(&packed, "subject", notice->name);
    put_pair(&packed, "time", span_text(time));
    put_pair(&packed, "datacontenttype", span_text("application/json"));
    put_pair(&packed, "sequence", span_text(sequence));
    mp_put_text(&packed, "data");
    mp_put_value(&packed, notice->data);
    enum saga_error rc = buf_failed(&packed)
                             ? SAGA_NO_MEMORY
                             : json_from_mp(buf_span(&packed), out, JSON_COMPACT_STYLE);
    buf_close(&packed);
    return rc;
}

void cloudevent_key(const struct notice *notice, const char *source, char key[CLOUDEVENT_KEY_SIZE])
{
    uint8_t digest[DIGEST_SIZE];
    char hex[2 * DIGEST_SIZE + 1];
    char mark[1] = {'\0'};
    struct buf both;
    buf_open(&both, 1 << 16);
    buf_text(&both, source);
    buf_write(&both, mark, sizeof(mark));
    digest_pair(buf_span(&both), notice->event, digest);
    buf_close(&both);
    digest_hex(span_of(digest, sizeof(digest)), hex);
    snprintf(key, CLOUDEVENT_KEY_SIZE, "msg_%.32s", hex);
}
