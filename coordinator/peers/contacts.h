/* contacts.h - the connections that are known, each by its routing id and by a ref of ours.
 *
 * A connection becomes a contact when it opens a session, or when it sends a participant's message
 * without one: then it is a stranger. ZeroMQ does not say when a connection is gone, so strangers
 * are bounded, and the oldest makes place for a new one: when it speaks again it is asked who it
 * is, and its results come again. */
#ifndef PEERS_CONTACTS_H
#define PEERS_CONTACTS_H

#include "base/buf.h"
#include "base/limits.h"
#include "base/map.h"

enum {
    CONNECTION_MAX = 255, /* bytes of a routing id: what ZeroMQ allows */
    STRANGER_MAX = 4096,  /* contacts without a session that are remembered */
    OUTRANKED_MAX = 2000, /* fewer contacts have a session that is outranked */
    CONTACT_BITS = 14,    /* of a ref: which contact */
    CONTACT_MAX = 1 << CONTACT_BITS,
};

_Static_assert(LIMIT_SESSIONS + OUTRANKED_MAX + STRANGER_MAX < CONTACT_MAX,
               "each contact needs a place");

struct contact {
    uint64_t ref;            /* as events and effects name it; unique for the process's life */
    struct session *session; /* NULL: a stranger */
    int64_t who_ms;          /* when `who` was last sent to the contact */
    struct buf done;         /* verdicts collected for the next `done`, packed */
    uint32_t done_count;
    bool is_untold; /* in contacts->untold */
    struct contact *next_untold;
    struct contact *older; /* strangers, by the time they were made */
    struct contact *newer;
    uint32_t place; /* in contacts->table */
    uint32_t connection_size;
    uint8_t connection[];
};

struct contacts {
    struct map connections;             /* routing id -> contact */
    struct contact *table[CONTACT_MAX]; /* by the low bits of a ref */
    uint64_t generation;                /* the high bits of the next ref */
    uint32_t place_next;                /* where to look for a free place */
    struct contact *strangers_first;
    struct contact *strangers_last;
    uint32_t stranger_count;
    struct contact *untold; /* contacts with verdicts that no `done` has carried yet */
};

/* NULL when the contact is not known. */
struct contact *contacts_find(const struct contacts *contacts, struct span connection);
struct contact *contacts_of_ref(const struct contacts *contacts, uint64_t ref);
/* Finds the connection or makes a stranger of it; NULL without memory. */
struct contact *contacts_meet(struct contacts *contacts, struct span connection);
/* A stranger opens a session: it is no stranger from now on. */
void contacts_promote(struct contacts *contacts, struct contact *contact);
/* The contact has verdicts that a `done` must carry. */
void contacts_mark_untold(struct contacts *contacts, struct contact *contact);
/* The next contact with such verdicts, which is taken off the list; NULL: there is none. */
struct contact *contacts_take_untold(struct contacts *contacts);
void contacts_forget(struct contacts *contacts, struct contact *contact);
void contacts_close(struct contacts *contacts);

static inline struct span contact_connection(const struct contact *contact)
{
    return span_of(contact->connection, contact->connection_size);
}

#endif
