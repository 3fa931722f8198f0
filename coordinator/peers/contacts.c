/* contacts.c - a table of contacts, a map from routing ids to them, and the strangers in a row.
 *
 * A ref is a place in the table and a generation:
 *
 *   ref = generation << CONTACT_BITS | place        generation counts from 1, so no ref is 0 */
#include "peers/contacts.h"

#include <stdlib.h>

struct contact *contacts_find(const struct contacts *contacts, struct span connection)
{
    return map_get(&contacts->connections, connection);
}

struct contact *contacts_of_ref(const struct contacts *contacts, uint64_t ref)
{
    struct contact *contact = contacts->table[ref & (CONTACT_MAX - 1)];
    return contact && contact->ref == ref ? contact : NULL;
}

static void push_stranger(struct contacts *contacts, struct contact *contact)
{
    contact->older = contacts->strangers_last;
    contact->newer = NULL;
    if (!contacts->strangers_last) {
        contacts->strangers_first = contact;
    } else {
        contacts->strangers_last->newer = contact;
    }
    contacts->strangers_last = contact;
    contacts->stranger_count++;
}

static void drop_stranger(struct contacts *contacts, struct contact *contact)
{
    PRE(contacts->stranger_count > 0);
    if (!contact->older) {
        contacts->strangers_first = contact->newer;
    } else {
        contact->older->newer = contact->newer;
    }
    if (!contact->newer) {
        contacts->strangers_last = contact->older;
    } else {
        contact->newer->older = contact->older;
    }
    contact->older = NULL;
    contact->newer = NULL;
    contacts->stranger_count--;
}

/* There is always a free place: sessions and strangers together are bounded to fewer. */
static uint32_t free_place(struct contacts *contacts)
{
    for (uint32_t i = 0; i < CONTACT_MAX; i++) {
        uint32_t place = (contacts->place_next + i) & (CONTACT_MAX - 1);
        if (!contacts->table[place]) {
            contacts->place_next = place + 1;
            return place;
        }
    }
    UNREACHABLE("more contacts than their bounds allow");
}

struct contact *contacts_meet(struct contacts *contacts, struct span connection)
{
    struct contact *contact = contacts_find(contacts, connection);
    if (contact || connection.size > CONNECTION_MAX) {
        return contact;
    }
    if (contacts->stranger_count == STRANGER_MAX) {
        contacts_forget(contacts, contacts->strangers_first);
    }
    contact = calloc(1, sizeof(*contact) + connection.size);
    if (!contact) {
        return NULL;
    }
    contact->connection_size = (uint32_t)connection.size;
    if (connection.size > 0) {
        memcpy(contact->connection, connection.data, connection.size);
    }
    if (map_put(&contacts->connections, contact_connection(contact), contact) != SAGA_OK) {
        free(contact);
        return NULL;
    }
    contact->place = free_place(contacts);
    contact->ref = ++contacts->generation << CONTACT_BITS | contact->place;
    contact->who_ms = INT64_MIN / 2;
    buf_open(&contact->done, LIMIT_MESSAGE_IN);
    contacts->table[contact->place] = contact;
    push_stranger(contacts, contact);
    return contact;
}

void contacts_promote(struct contacts *contacts, struct contact *contact)
{
    PRE(!contact->session);
    drop_stranger(contacts, contact);
}

void contacts_mark_untold(struct contacts *contacts, struct contact *contact)
{
    if (!contact->is_untold) {
        contact->is_untold = true;
        contact->next_untold = contacts->untold;
        contacts->untold = contact;
    }
}

struct contact *contacts_take_untold(struct contacts *contacts)
{
    struct contact *contact = contacts->untold;
    if (contact) {
        CHECK(contact->is_untold);
        contacts->untold = contact->next_untold;
        contact->next_untold = NULL;
        contact->is_untold = false;
    }
    return contact;
}

static void drop_untold(struct contacts *contacts, const struct contact *contact)
{
    struct contact **link = &contacts->untold;
    while (*link && *link != contact) {
        link = &(*link)->next_untold;
    }
    if (*link) {
        *link = contact->next_untold;
    }
}

/* A contact with a session is in no list of strangers. */
void contacts_forget(struct contacts *contacts, struct contact *contact)
{
    if (!contact->session) {
        drop_stranger(contacts, contact);
    }
    if (contact->is_untold) {
        drop_untold(contacts, contact);
    }
    CHECK(contacts->table[contact->place] == contact);
    contacts->table[contact->place] = NULL;
    CHECK(map_drop(&contacts->connections, contact_connection(contact)) == contact);
    buf_close(&contact->done);
    free(contact);
}

void contacts_close(struct contacts *contacts)
{
    for (uint32_t place = 0; place < CONTACT_MAX; place++) {
        if (contacts->table[place]) {
            buf_close(&contacts->table[place]->done);
            free(contacts->table[place]);
        }
    }
    map_close(&contacts->connections);
}
