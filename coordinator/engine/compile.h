/* compile.h - what the parts of the definition compiler share: where in the document it stands,
 * the problems found, memory, tables of keys, and the typed reading of single values.
 *
 * Nothing here stops at the first problem: a reader that meets one notes it, leaves its target as
 * it was and goes on. A value that is absent (an empty span) is left alone by every reader. */
#ifndef ENGINE_COMPILE_H
#define ENGINE_COMPILE_H

#include "base/limits.h"
#include "base/mp.h"
#include "engine/definition.h"

/* The JSON Pointer of where the compiler stands; what does not fit is cut at a whole token. */
struct place {
    uint16_t size; /* bytes of `text` in use */
    uint16_t lost; /* tokens below it that did not fit */
};

/* A step as written, while its definition is compiled. Spans are borrowed from the document. */
struct draft {
    struct span step, needs, description, action, input, compensate, compensate_on, pivot, retry,
        timeout, check, sleep, for_each, max_parallel, on_item_failure, saga, version, max_cost_usd,
        expected_cost_usd, key_ttl;
    struct span sleep_until; /* of the long form */
    struct span when;
    struct span approve, question, show;       /* the latter two of the former */
    struct span wait_event, emit, match, data; /* the latter two of the former */
    struct span undo_action, undo_input, undo_retry, undo_timeout, undo_check, undo_stuck_after,
        undo_key_ttl, undo_before;
    bool is_undo_long; /* compensate is a map: pointers go one deeper */
    bool says_none;    /* compensate: none */
    bool says_undo;    /* compensate names an action */
    bool says_pivot;   /* pivot: true */
};

/* Which policy calls get that say nothing themselves. */
struct call_defaults {
    struct retry_policy retry;
    struct timeouts timeouts;
};

struct compile {
    struct arena *arena;   /* of the definition */
    struct arena scratch;  /* given back at the end */
    bool no_memory;        /* sticky */
    struct problem *items; /* LIMIT_PROBLEMS of them, in scratch */
    uint32_t problem_count;
    uint32_t error_count;
    bool cut;
    char pointer[256]; /* not NUL-terminated; place.size bytes */
    struct place place;
    struct definition *definition;
    struct call_defaults defaults;
    struct step_spec *steps; /* step_count of each */
    struct draft *drafts;
    uint32_t step_count;
    uint16_t *names;     /* hash table of indexes + 1 by name; 0 = free */
    uint32_t names_size; /* a power of two */
    uint16_t *order;     /* the steps, each after all that it needs; of the definition */
    uint64_t *before;    /* step_count rows of row_words: the transitive needs of each step */
    uint32_t row_words;
    bool listens;        /* an event may start a saga: its steps have $.event */
    bool graph_is_clean; /* names, needs and cycles are in order: order and before are valid */
};

/* --- memory ----------------------------------------------------------------------------------- */

/* Zeroed; NULL sets no_memory. */
void *compile_take(struct compile *c, size_t count, size_t size);
void *compile_scratch(struct compile *c, size_t count, size_t size);
struct span compile_copy(struct compile *c, struct span bytes);

/* --- where ------------------------------------------------------------------------------------ */

/* Goes one down; gives what compile_leave() needs to come back. */
struct place compile_enter(struct compile *c, struct span key);
struct place compile_enter_key(struct compile *c, const char *key);
struct place compile_enter_index(struct compile *c, uint32_t index);
void compile_leave(struct compile *c, struct place place);

/* --- problems --------------------------------------------------------------------------------- */

void compile_error(struct compile *c, const char *format, ...) PRINTF_LIKE(2, 3);
void compile_warning(struct compile *c, const char *format, ...) PRINTF_LIKE(2, 3);

enum { QUOTE_SIZE = 80 }; /* a name in quotes fits */
struct quoted {
    char text[QUOTE_SIZE];
};
/* Words of the document for a message: cut to fit, control characters shown as '?'. */
struct quoted compile_quote(struct span text);
/* "a number", "text" ... for messages. */
const char *compile_type_name(struct span value);
/* Is `word` so near to `known` that it may be a slip of the finger? Smaller is nearer; 0 = far. */
uint32_t compile_nearness(struct span word, struct span known);

/* --- keys ------------------------------------------------------------------------------------- */

enum key_support {
    KEY_NOW,
    KEY_LATER, /* part of the language, not of this version */
};

struct key {
    const char *name;
    enum key_support support;
    size_t offset; /* KEY_NOW: of the struct span in the target that takes the value */
};

struct key_table {
    const char *what; /* "a step", for messages */
    const struct key *keys;
    uint32_t count;
};

/* Distributes the values of a map to the spans of `target`. False (and a problem) when `value` is
 * no map; unknown keys and keys of later versions are problems too. */
bool compile_keys(struct compile *c, struct span value, const struct key_table *table,
                  void *target);

/* --- values ----------------------------------------------------------------------------------- */

/* Notes that the value of `key` must be `expected`, not what it is; always false. */
bool compile_refuse(struct compile *c, const char *key, struct span value, const char *expected);

/* Each reads the value of `key` into its target, or notes the problem and gives false. Absent:
 * true, target untouched. */
bool compile_text(struct compile *c, const char *key, struct span value, struct span *text);
bool compile_action(struct compile *c, const char *key, struct span value, struct span *action);
bool compile_flag(struct compile *c, const char *key, struct span value, bool *flag);
/* A whole number from 0 (or 1) to a million. */
bool compile_count(struct compile *c, const char *key, struct span value, uint32_t *count);
/* A number of at least `range.min` and at most `range.max`. */
struct range {
    double min;
    double max;
};
bool compile_number(struct compile *c, const char *key, struct span value, struct range range,
                    double *number);
/* US dollars with at most 6 places, more than 0, as micro-USD. */
bool compile_money(struct compile *c, const char *key, struct span value, int64_t *micros);
bool compile_duration(struct compile *c, const char *key, struct span value, int64_t *ms);
/* The same, but zero is refused. */
bool compile_duration_positive(struct compile *c, const char *key, struct span value, int64_t *ms);
/* One of the words of a list that ends with NULL; *choice is its index. */
bool compile_choice(struct compile *c, const char *key, struct span value,
                    const char *const words[], uint32_t *choice);

/* --- walking ---------------------------------------------------------------------------------- */

/* Visits a value and all that is in it, in the order written, with c->place at each. */
struct walk_frame {
    uint32_t left;
    uint32_t index;
    struct place place; /* of the container */
    bool is_map;
};

struct walk {
    struct mp mp;
    struct walk_frame frames[MP_DEPTH_MAX];
    uint32_t depth;
    bool started;
    struct place place; /* where it began */
};

struct walk compile_walk(const struct compile *c, struct span value);
/* The next value's bytes (of an array or map: as a whole; its elements come next); false at the
 * end, c->place is then where the walk began. */
bool compile_walk_next(struct walk *walk, struct compile *c, struct span *value);

#endif
