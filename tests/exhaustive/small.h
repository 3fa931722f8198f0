/* small.h - a small world around the engine: one saga, what was sent, what took effect, and time.
 *
 * The store is an array of rows, and a participant a few flags. What the engine decides becomes
 * durable and leaves at once. Every rule that must hold in every world is checked where it could be
 * broken: small_fail() names it and ends the program. */
#ifndef TESTS_EXHAUSTIVE_SMALL_H
#define TESTS_EXHAUSTIVE_SMALL_H

#include "base/buf.h"
#include "engine/batch.h"
#include "engine/event.h"
#include "engine/result.h"
#include "journal/verb.h"

enum {
    SMALL_STEPS_MAX = 4,
    SMALL_TASKS_MAX = 96,
    SMALL_ROWS_MAX = 256,
    SMALL_DEAD_MS = 6000,
    SMALL_CHILDREN_MAX = 16,
};

/* A task that left, as its participant has it. */
struct sent {
    uint8_t token[TOKEN_SIZE];
    uint8_t request[32]; /* digest of what is frozen under its key */
    char key[64];
    char about[64]; /* of a check: the key that it asks about */
    uint32_t attempt;
    enum task_kind kind;
    uint32_t step;
    uint32_t run; /* n of the do's key that it is about */
    uint32_t to;  /* the only instance that it is for: see SMALL_INSTANCES */
    int64_t sent_ms;
    int64_t ttl_ms;
    bool answered; /* or known never to have been taken: it cannot act any more */
    bool disowned; /* answered so: but who said that it was never taken may have been wrong */
    bool applied;  /* its effect stands in the participant's database */
    bool lost;     /* the coordinator was told that its session is gone */
    bool orphan;   /* sent before the crash, and not heard of since */
    bool cleared;  /* a check said that its key had no effect */
    bool settled;  /* or that it had */
};

/* A saga that is a step of this one. */
struct small_child {
    char name[32];
    uint32_t step;
    uint32_t run; /* n of the do's key */
    enum saga_state state;
    bool told_back; /* it may complete yet: who knows whether it is past its pivot? */
};

enum { SMALL_INSTANCES = 2 }; /* of participants: one for dos, one for undos and checks */
enum { SMALL_ITEMS = 2 };     /* of a fan-out; they are steps after those of the definition */

struct small {
    const struct definition *definition;
    struct engine *engine;
    struct batch batch;
    struct arena arena;               /* of rows, as the store keeps them */
    uint32_t effect[SMALL_STEPS_MAX]; /* stands in the participant's database: a bit a key */
    uint32_t fresh[SMALL_STEPS_MAX];  /* asked, or answered ok, since its last undo key left */
    uint32_t late[SMALL_STEPS_MAX];   /* said so after the decision, not undone since */
    bool deaf; /* what parents and children decide for each other is lost: a crash follows */
    int64_t now_ms;
    uint32_t minted; /* tokens */
    uint32_t acts;   /* of a person */
    uint32_t crashes;
    uint32_t returned; /* instances that came back since: a bit each */
    uint32_t skipped;  /* by a person: a bit a step */
    bool approved;     /* the question was answered */
    bool rejected;
    bool cancelled; /* the roll-back was acknowledged */
    bool went_back; /* one to a save-point was */
    bool alerted;
    bool refused; /* the last verb was */
    enum saga_state state;
    /* Long lists of which little is used come last: an image has no more of them than that. */
    uint32_t row_count;
    uint32_t task_count;
    uint32_t child_count;
    struct row rows[SMALL_ROWS_MAX];
    struct sent tasks[SMALL_TASKS_MAX];
    struct small_child children[SMALL_CHILDREN_MAX];
};

/* Prints the invariant and the history that broke it, and ends the program; given by the caller. */
_Noreturn void small_fail(const char *invariant);

static inline void must(bool holds, const char *invariant)
{
    if (!holds) {
        small_fail(invariant);
    }
}

/* The saga "s" of the definition is started. Nothing else is in the world. */
void small_open(struct small *world, const struct definition *definition);
void small_close(struct small *world);

/* Steps of the definition, and items: what arrays by step hold. */
uint32_t small_step_count(const struct definition *definition);
const struct step_spec *small_spec(const struct small *world, uint32_t step);

/* The saga in memory; NULL when it is final and has left. */
struct saga *small_saga(const struct small *world);

/* May the task still take effect? */
bool small_may_act(const struct small *world, const struct sent *task);
bool small_in_time(const struct small *world, const struct sent *task);

/* What a participant does. */
void small_apply(struct small *world, struct sent *task);
void small_answer(struct small *world, struct sent *task, enum result_status status,
                  const char *code);
void small_succeed(struct small *world, struct sent *task);
void small_lose(struct small *world, struct sent *task);
void small_adopt(struct small *world, struct sent *task);
void small_untaken(struct small *world, struct sent *task);

/* What else happens. */
void small_pass_time(struct small *world);
void small_verb(struct small *world, enum verb verb);
/* A person leaves out a step, or answers its question; who may. */
void small_skip(struct small *world, uint32_t step);
void small_decide(struct small *world, uint32_t step, bool approves);
/* Back to the step of this index, with every step accepted. */
void small_back(struct small *world, uint32_t step);
void small_crash(struct small *world);

/* small_return.c */
extern const struct placement small_placement;
uint32_t small_instance_of(enum task_kind kind);
/* May the instance come back, having named all that it has taken? And it does. */
bool small_may_return(const struct small *world, uint32_t instance);
void small_return(struct small *world, uint32_t instance);

/* small_child.c */
void small_child_asked(struct small *world, const struct child_ask *ask);
/* It comes to the end of its way: forward, or back. */
void small_child_ends(struct small *world, uint32_t index, bool completes);
bool small_child_is_open(const struct small_child *child);
void small_check_children(const struct small *world);

/* For small_child.c: an event; and no step after this one stands whose undo comes first. */
void small_event(struct small *world, struct event *event);
void small_check_order(const struct small *world, uint32_t step);

/* The rows folded anew are the saga in memory. */
void small_check_replay(struct small *world);
/* A final saga and the participants' databases agree. */
void small_check_outcome(const struct small *world);
/* Everything that is open answers, and time passes: then the saga has come to rest. */
void small_drive_to_rest(struct small *world);

/* All that what comes next depends on; times relative to now. */
uint64_t small_digest(const struct small *world);

#endif
