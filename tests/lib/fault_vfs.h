/* fault_vfs.h - SQLite on a disk that fails when it is told to.
 *
 * A layer between SQLite and its own way to files (its VFS). It counts the calls that a plan names,
 * fails the n-th of them, and knows of each file what was synced, so that a loss of power can be
 * played: what was not synced is gone, or torn sector by sector. Nothing is really synced, which
 * makes it fast; the process that plays does not die.
 *
 * One plan at a time, for the whole process. Calls may come from any thread. */
#ifndef LIB_FAULT_VFS_H
#define LIB_FAULT_VFS_H

#include <stdbool.h>
#include <stdint.h>

enum fault_call {
    FAULT_OPEN,
    FAULT_READ,
    FAULT_WRITE,
    FAULT_TRUNCATE,
    FAULT_SYNC,
    FAULT_DELETE,
    FAULT_SHARE, /* the memory that connections share */
    FAULT_CALL_COUNT
};

#define FAULT_BIT(call) (1u << (call))
/* All that can change a file. */
#define FAULT_CHANGES                                                                              \
    (FAULT_BIT(FAULT_OPEN) | FAULT_BIT(FAULT_WRITE) | FAULT_BIT(FAULT_TRUNCATE) |                  \
     FAULT_BIT(FAULT_SYNC) | FAULT_BIT(FAULT_DELETE))

struct fault_plan {
    uint32_t calls; /* FAULT_BIT of each that counts */
    uint64_t at;    /* this one of them fails, from 1; 0 = none */
    int code;       /* SQLite's result for it */
    bool is_short;  /* a write that fails has written its first half */
    bool is_last;   /* the power is gone with it: nothing is changed any more */
    bool is_kept;   /* what was synced is known, so that fault_vfs_lose() can be called */
};

/* Becomes SQLite's default for files opened from now on. All files known so far are forgotten:
 * those that a loss of power is to be played with are made after this. */
void fault_vfs_begin(const struct fault_plan *plan);
/* SQLite's own is the default again. Files that are open stay with their plan. */
void fault_vfs_end(void);

/* Has the call that was to fail come? */
bool fault_vfs_was_hit(void);

/* All files are closed: what was never synced is taken from them. Seed 0 takes all of it; any other
 * seed draws for each sector, and for the length, whether it was written or not. */
void fault_vfs_lose(uint64_t seed);

#endif
