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
    /* Bytes of a routing id, ZeroMQ's name of a connection: ZeroMQ allows no more. */
    CONNECTION_MAX = 255,
    STRANGER_MAX = 4096,  /* contacts without a session that are remembered */
    OUTRANKED_MAX = 2000, /* sessions.h keeps fewer outranked sessions than this */
    /* The lowest bits of a ref say at which index of the table the contact stands. */
    CONTACT_BITS = 14,
    CONTACT_MAX = 1 << CONTACT_BITS,
};

_Static_assert(LIMIT_SESSIONS + OUTRANKED_MAX + STRANGER_MAX < CONTACT_MAX,
               "each contact needs a place");

struct contact {
    /* Number by which events and effects name the contact; never used again in the life of the
     * process. */
    uint64_t ref;
    struct session *session; /* NULL: the contact has no session, it is a stranger */
    int64_t who_ms;          /* when `who` was last sent to the contact */
    /* Verdicts on results, packed, which the next message `done` will carry. */
    struct buf done;
    uint32_t done_count;
    bool is_untold; /* the contact is in the list contacts->untold */
    struct contact *next_untold;
    /* Neighbours in the list of strangers, which is in the order of their making. */
    struct contact *older;
    struct contact *newer;
    uint32_t place; /* index of the contact in contacts->table */
    uint32_t connection_size;
    uint8_t connection[];
};

struct contacts {
    struct map connections; /* routing id -> contact */
    /* Each contact stands at the index that the low bits of its ref say. */
    struct contact *table[CONTACT_MAX];
    uint64_t generation; /* the high bits of the next ref */
    /* Index in `table` at which the search for a free place begins. */
    uint32_t place_next;
    struct contact *strangers_first;
    struct contact *strangers_last;
    uint32_t stranger_count;
    struct contact *untold; /* contacts with verdicts that no `done` has carried yet */
};

/* The contact of this routing id, or of this ref; NULL: there is none. */
struct contact *contacts_find(const struct contacts *contacts, struct span connection);
struct contact *contacts_of_ref(const struct contacts *contacts, uint64_t ref);
/* The contact of this routing id; when there is none, one is made, which is a stranger until it
 * opens a session. NULL: no memory. */
struct contact *contacts_meet(struct contacts *contacts, struct span connection);
/* A stranger opens a session: it is no stranger from now on. */
void contacts_promote(struct contacts *contacts, struct contact *contact);
/* Puts the contact into the list of contacts with verdicts that a message `done` must carry. */
void contacts_mark_untold(struct contacts *contacts, struct contact *contact);
/* Takes a contact that has verdicts for a `done` off the list of these contacts; NULL: the list is
 * empty. */
struct contact *contacts_take_untold(struct contacts *contacts);
void contacts_forget(struct contacts *contacts, struct contact *contact);
void contacts_close(struct contacts *contacts);

static inline struct span contact_connection(const struct contact *contact)
{
    return span_of(contact->connection, contact->connection_size);
}

#endif
