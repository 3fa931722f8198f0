/* instances.h - the processes behind the sessions, by the names that they give themselves.
 *
 * The session of the newest `ready` is in force. Those on older connections are outranked: they get
 * no tasks, and are kept until it is known whether somebody still speaks there (sessions.h).
 *
 * An instance outlives its sessions while flights of it are past: it may come back and say which of
 * them it has taken. One that has neither sessions nor past flights is forgotten. */
#ifndef PEERS_INSTANCES_H
#define PEERS_INSTANCES_H

#include "base/map.h"
#include "peers/flight.h"

enum { INSTANCE_MAX = 255 }; /* bytes of an instance's name */

struct instance {
    /* The session that is in force and gets tasks; NULL: the instance has none now. */
    struct session *session;
    /* Sessions on older connections, linked by next_outranked, the latest first. */
    struct session *outranked;
    struct flight_list past;
    uint32_t name_size;
    uint8_t name[INSTANCE_MAX];
};

struct instances {
    struct map map; /* name -> instance */
};

/* NULL when no instance of this name is known. */
struct instance *instances_find(const struct instances *instances, struct span name);
/* The instance of this name (at most INSTANCE_MAX bytes), which is made if there is none; NULL: no
 * memory. A caller that then opens no session for the instance must call instances_release(). */
struct instance *instances_take(struct instances *instances, struct span name);
/* Forgets the instance if it has neither sessions nor past flights. */
void instances_release(struct instances *instances, struct instance *instance);
void instances_close(struct instances *instances);

static inline struct span instance_name(const struct instance *instance)
{
    return span_of(instance->name, instance->name_size);
}

#endif
