/* mint.h - ids for sagas whose callers name none: UUIDv7, ascending within the process. */
#ifndef PEERS_MINT_H
#define PEERS_MINT_H

#include "base/uuid.h"

struct mint {
    uint64_t random; /* state of the generator; begin with any */
    int64_t id_ms;   /* of the last id */
    uint32_t count;  /* of ids within that millisecond */
};

void mint_id(struct mint *mint, int64_t now_ms, uint8_t text[UUID_TEXT]);

#endif
