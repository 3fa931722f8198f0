/* mint.h - ids for sagas whose callers name none: UUIDv7, ascending within the process. */
#ifndef PEERS_MINT_H
#define PEERS_MINT_H

#include "base/uuid.h"

struct mint {
    uint64_t random; /* state of the random generator; may begin with any number */
    int64_t id_ms;   /* the millisecond of the last id that was made */
    uint32_t count;  /* counts the ids made within that millisecond, so that they ascend */
};

void mint_id(struct mint *mint, int64_t now_ms, uint8_t text[UUID_TEXT]);

#endif
