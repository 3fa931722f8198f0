/* view.h - a saga to look at: folded from its rows, read-only, for people and clients.
 *
 * Any thread may make one from what a store reader gave it; it lives in the caller's arena. */
#ifndef VIEW_VIEW_H
#define VIEW_VIEW_H

#include "base/check.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/span.h"
#include "journal/saga_image.h"
#include "language/step_kind.h"

struct arena;
struct definition;
struct task_at_work;
struct at_work;
struct step_spec;

/* Of the items of a fan-out thousands may need a person: these show what kind of trouble it is. */
enum { VIEW_ALERTS_MAX = 100 };

struct view_undo {
    const struct task_at_work
        *attempt;          /* at work: the undo's, or its check's; NULL = none is known */
    enum undo_state state; /* UNDO_STATE_NONE: no undo was asked for */
    uint32_t attempts;
    int64_t retry_ms;       /* when it, or its check, is tried next; 0 = it is not */
    struct span error_code; /* empty = none */
    struct span error_message;
};

struct view_step {
    const struct task_at_work
        *attempt;   /* at work: the do's, or its check's; NULL = none is known */
    uint32_t index; /* in the saga */
    struct span name;
    enum step_kind kind;
    enum step_class step_class;
    enum step_state state;
    int64_t wake_ms;        /* waiting: until then; else 0 */
    struct span approval;   /* what is asked, of whom: msgpack map; empty = nothing */
    struct span child;      /* the saga that the step is, once it has begun; else empty */
    int64_t undo_before_ms; /* its undo's deadline; 0 = none */
    uint32_t attempts;      /* of the do's present key */
    int64_t retry_ms;       /* when the do, or its check, is tried next; 0 = it is not */
    bool in_doubt;
    struct span input;  /* msgpack; empty = never sent */
    struct span output; /* msgpack; empty = none */
    struct span error_code;
    struct span error_message;
    uint32_t error_attempt; /* the attempt that gave the error */
    int64_t started_ms;     /* 0 = not */
    int64_t ended_ms;
    int64_t done_ms; /* when its do ended; 0 = not */
    int64_t cost_micros;
    const struct step_spec *spec; /* needs, action */
    bool is_item;                 /* of the fan-out that stands before its items in the list */
    bool has_items;               /* a fan-out: its items follow in the list */
    uint32_t item;                /* the item's place in the collection */
    uint32_t item_count;
    struct view_undo undo;
    struct view_undo confirm; /* of an open saga's step: its confirmation */
};

struct view_alert {
    enum alert alert;
    struct span step;
    int64_t since_ms;
};

struct view {
    struct span name;
    struct span cause;  /* the event that started the saga: msgpack map, see event_value_put() */
    struct span parent; /* the saga whose step this one is; empty = none */
    struct span definition;
    uint32_t version;
    enum saga_state state;
    bool paused;
    bool is_open;            /* its client drives it: no definition has its steps */
    struct span input;       /* msgpack; empty = nil */
    struct span output;      /* msgpack; empty = none */
    struct span reason;      /* why it turned back: msgpack map {code, message, step?, actor?} */
    struct span labels;      /* msgpack map, or empty */
    struct span waiting_for; /* "start_at", or what it waits for when nothing runs; or empty */
    struct span traceparent;
    int64_t started_ms;
    int64_t start_at_ms;         /* before its time; else 0 */
    int64_t ended_ms;            /* 0 = not */
    int64_t deadline_ms;         /* of the saga's timeout; 0 = none */
    int64_t reversible_until_ms; /* 0 = not reversible */
    int64_t cost_micros;
    uint64_t seq;                    /* of its last record */
    const struct view_alert *alerts; /* those that stand, at most VIEW_ALERTS_MAX of them */
    uint32_t alert_count;
    const struct view_step *steps; /* a fan-out's items follow it */
    uint32_t step_count;
    const struct step_spec *specs; /* the definition's, by index: what `needs` of a spec means */
    struct saga_flaw flaw;         /* after SAGA_STORE_CORRUPT, when nothing else is set */
};

/* "timer", "approval" ...; NULL: the step does not wait. */
const char *view_waits_for(const struct view_step *step);

/* The saga as it is, sensitive values too: for the program that started it. SAGA_STORE_CORRUPT when
 * the rows make no sense (then only view->flaw is set), SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error view_make(const struct saga_image *image,
                                     const struct definition *definition, struct arena *arena,
                                     struct view *view);

/* The same without what is sensitive: for everybody who looks. With what the deciding thread knows
 * of its attempts, whose details are masked in place; NULL = nobody was asked. */
MUST_CHECK enum saga_error view_show(const struct saga_image *image,
                                     const struct definition *definition, struct at_work *open,
                                     struct arena *arena, struct view *view);

/* One record of the journal, as history shows it. Empty or zero: not applicable. */
struct view_record {
    uint64_t seq;
    int64_t at_ms;
    const char *type; /* "task_intended" */
    struct span step;
    const char *kind; /* "do" ...; NULL */
    uint32_t attempt;
    struct span actor;
    struct span reason;
    struct span code;
    struct span message;
    struct span verb;          /* of an operator's record */
    struct span data;          /* msgpack map of what else there is; may be empty */
    char room[LIMIT_STEP + 8]; /* of an item's name */
};

/* Takes a record, which is valid for the call. Anything but SAGA_OK ends the history, and
 * view_history() returns it. */
typedef enum saga_error (*view_record_fn)(const struct view_record *record, void *arg);

struct history_request {
    const struct definition *definition; /* the saga's present version */
    uint64_t since;                      /* records up to here are left out */
    struct arena *arena;                 /* for what is masked */
};

#endif
