/* inbound.h - a message that has been received; its frame is open until it was acted on. */
#ifndef PARTICIPANTS_INBOUND_H
#define PARTICIPANTS_INBOUND_H

#include "participants/participant.h"

struct inbound {
    zmq_msg_t frame;
    struct message message; /* read, when is_good */
    struct ledger_key key;  /* of a message that has a key */
    bool is_good;           /* the message is one frame, and of the protocol */
};

/* Receives and reads one message; false when there is none. The caller closes the frame. */
bool inbound_receive(struct saga_participant *participant, struct inbound *inbound);

#endif
