/* saga.h - the public API of libsaga: participants and clients of the sagad coordinator. */
#ifndef SAGA_H
#define SAGA_H

#ifdef __cplusplus
extern "C" {
#endif

/* Every error there is. Numbers are stable; schemas/errors.def has the wire codes and sentences. */
enum saga_error {
    SAGA_OK = 0,
    SAGA_BAD_MESSAGE = 1,           /* the message is not of the protocol's form */
    SAGA_UNAUTHENTICATED = 2,       /* who is asking is not known */
    SAGA_FORBIDDEN = 3,             /* not allowed to do this */
    SAGA_NOT_FOUND = 4,             /* there is no such thing */
    SAGA_CONFLICT = 5,              /* not possible in the present state */
    SAGA_PRECONDITION_FAILED = 6,   /* the state has moved since it was read */
    SAGA_TOO_LARGE = 7,             /* larger than the limit */
    SAGA_INVALID = 8,               /* well formed but wrong */
    SAGA_INVALID_DEFINITION = 9,    /* the saga definition is wrong */
    SAGA_IDEMPOTENCY_CONFLICT = 10, /* the same id came before with another request */
    SAGA_OVERLOADED = 11,           /* a limit is reached; try again later */
    SAGA_MOVED = 12,                /* another node owns this */
    SAGA_UNAVAILABLE = 13,          /* not serving now; try again later */
    SAGA_INTERNAL = 14,             /* a fault of the coordinator itself */
    SAGA_NO_MEMORY = 15,            /* out of memory */
    SAGA_DISK_FULL = 16,            /* the disk is full */
    SAGA_STORE_FAILED = 17,         /* the store has failed; restart to go on */
    SAGA_STORE_CORRUPT = 18,        /* the store holds what it never should */
    SAGA_STORE_LOCKED = 19,         /* the data folder is in use by another process */
    SAGA_STORE_NEWER = 20,          /* the store was written by a newer version */
};

#ifdef __cplusplus
}
#endif

#endif
