/* live.h - what only this process's life knows of a saga: in no record, and gone with the process.
 *
 * What was sent, when, and to whom; what waits in the engine's own lists. After a restart all of
 * these fields begin as zero. The fold makes state of records alone, live and replayed alike, so
 * it may not look at any of them: its files include saga/no_live.h last, and the compiler
 * refuses the word. */
#ifndef SAGA_LIVE_H
#define SAGA_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/heap.h"
#include "saga/task.h"

struct call;
struct saga;
struct step;

/* Of one sending of a key. */
struct attempt_live {
    bool left;        /* sent to a session (after a restart: taken to be) */
    bool orphan;      /* sent before the restart, and no participant has named it yet */
    bool barrier;     /* the participant's database refuses a do after its undo */
    bool called_off;  /* `cancel` was asked for */
    bool out_of_time; /* called off because of schedule_to_start or schedule_to_close */
    bool is_of_past;  /* sent before the saga was loaded: nobody remembers when */
    int64_t left_ms;  /* when it was sent; of the past: at the latest */
    int64_t beat_ms;  /* last heartbeat, or when it was sent */
};

struct call_live {
    struct span details;       /* of the last heartbeat */
    size_t details_room;       /* bytes behind details.data */
    int64_t forgotten_over_ms; /* when the time of the last of the forgotten attempts is over */
};

/* What was asked of the child that does a step's work. */
struct child_watch {
    bool has_asked; /* the child was asked for something, in this process's life */
    enum child_wish wish;
    int64_t again_ms; /* when to ask again for a child that could not be started; 0 = no need to */
    bool called_off;  /* the child shall end, though the saga goes forward */
    bool is_there;    /* the child has begun, and will say by itself when it has ended */
};

struct step_live {
    int64_t undo_due_ms; /* since when the step's undo could have left; 0 = it could not */
    bool all_clear;      /* the step and all steps after it are done (backward.c) */
    struct child_watch watch;
};

struct saga_live {
    bool is_migrated;   /* moved to another version in the turn at work */
    bool has_more;      /* a turn had no room for all that could be done: due at once */
    uint8_t digest[32]; /* of the start request, while the saga's name is not durable yet */
    bool has_digest;
    struct heap_node timer;
    struct saga *next_leaving; /* waits to leave memory */
    uint64_t leave_serial;     /* until this batch has been released */
    uint64_t touched_serial;   /* batch that its newest turn is part of */
    int64_t touched_ms;        /* the time of that turn */
    int64_t asleep_ms; /* due_ms of the saga's newest head: until when it sleeps; 0 = it is awake */
    bool is_leaving;
    bool owes;           /* an effect of the saga has yet to make something durable: see leave.c */
    size_t details_size; /* bytes of its memory that details of heartbeats have taken */
    struct span *wants;  /* names of events that a step will wait for, as the store knows them */
    uint32_t want_count;
    uint32_t want_capacity;
    bool must_proceed; /* loaded, and proceed() has not looked at the saga since: due at once */
    bool is_untold;    /* loaded, with an end that the parent may not have heard of: due at once */
};

/* A record says that the call, or the step, begins anew: what was known of its last run is over.
 * The fold may call these two, for they tell the fold nothing. */
void live_forget_call(struct call *call);
void live_forget_step(struct step *step);

#endif
