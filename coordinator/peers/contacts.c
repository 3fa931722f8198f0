/* contacts.c - the connections that are known, each by its routing id and by a ref of ours.
 *
 * A connection becomes a contact when it opens a session, or when it sends something of a
 * participant without one: then it is a stranger. ZeroMQ does not say when a connection is gone, so
 * strangers are bounded and the oldest makes place. A ref is a place in the table and a generation:
 *
 *   ref = generation << CONTACT_BITS | place        generation counts from 1, so no ref is 0 */
#include <stdlib.h>

#include "peers/parts.h"

struct contact *contacts_find(const struct peers *peers, struct span connection)
{
    return map_get(&peers->connections, connection);
}

struct contact *contacts_of_ref(const struct peers *peers, uint64_t ref)
{
    struct contact *contact = peers->contacts[ref & (CONTACT_MAX - 1)];
    return contact != NULL && contact->ref == ref ? contact : NULL;
}

static void push_stranger(struct peers *peers, struct contact *contact)
{
    contact->older = peers->strangers_last;
    contact->newer = NULL;
    if (!peers->strangers_last) {
        peers->strangers_first = contact;
    } else {
        peers->strangers_last->newer = contact;
    }
    peers->strangers_last = contact;
    peers->stranger_count++;
}

static void drop_stranger(struct peers *peers, struct contact *contact)
{
    PRE(peers->stranger_count > 0);
    if (!contact->older) {
        peers->strangers_first = contact->newer;
    } else {
        contact->older->newer = contact->newer;
    }
    if (!contact->newer) {
        peers->strangers_last = contact->older;
    } else {
        contact->newer->older = contact->older;
    }
    contact->older = NULL;
    contact->newer = NULL;
    peers->stranger_count--;
}

/* There is always a free place: sessions and strangers are bounded to fewer. */
static uint32_t free_place(struct peers *peers)
{
    for (uint32_t i = 0; i < CONTACT_MAX; i++) {
        uint32_t place = (peers->contact_next + i) & (CONTACT_MAX - 1);
        if (!peers->contacts[place]) {
            peers->contact_next = place + 1;
            return place;
        }
    }
    UNREACHABLE("more contacts than their bounds allow");
}

struct contact *contacts_meet(struct peers *peers, struct span connection)
{
    struct contact *contact = contacts_find(peers, connection);
    if (contact || connection.size > CONNECTION_MAX) {
        return contact;
    }
    if (peers->stranger_count == STRANGER_MAX) {
        contacts_forget(peers, peers->strangers_first);
    }
    contact = calloc(1, sizeof(*contact) + connection.size);
    if (!contact) {
        return NULL;
    }
    contact->connection_size = (uint32_t)connection.size;
    if (connection.size > 0) {
        memcpy(contact->connection, connection.data, connection.size);
    }
    if (map_put(&peers->connections, contact_connection(contact), contact) != SAGA_OK) {
        free(contact);
        return NULL;
    }
    contact->place = free_place(peers);
    contact->ref = ++peers->generation << CONTACT_BITS | contact->place;
    contact->who_ms = INT64_MIN / 2;
    buf_open(&contact->done, LIMIT_MESSAGE_IN);
    peers->contacts[contact->place] = contact;
    push_stranger(peers, contact);
    return contact;
}

void contacts_promote(struct peers *peers, struct contact *contact)
{
    PRE(!contact->session);
    drop_stranger(peers, contact);
}

static void drop_dirty(struct peers *peers, const struct contact *contact)
{
    struct contact **link = &peers->dirty;
    while (*link && *link != contact) {
        link = &(*link)->next_dirty;
    }
    if (*link) {
        *link = contact->next_dirty;
    }
}

/* A contact with a session is in no list of strangers. */
void contacts_forget(struct peers *peers, struct contact *contact)
{
    if (!contact->session) {
        drop_stranger(peers, contact);
    }
    if (contact->is_dirty) {
        drop_dirty(peers, contact);
    }
    CHECK(peers->contacts[contact->place] == contact);
    peers->contacts[contact->place] = NULL;
    CHECK(map_drop(&peers->connections, contact_connection(contact)) == contact);
    buf_close(&contact->done);
    free(contact);
}

void contacts_close(struct peers *peers)
{
    for (uint32_t place = 0; place < CONTACT_MAX; place++) {
        if (peers->contacts[place]) {
            buf_close(&peers->contacts[place]->done);
            free(peers->contacts[place]);
        }
    }
    map_close(&peers->connections);
}
