/* inbound.c - receives messages; one of several frames is dropped as a whole. */
#include "participants/inbound.h"

bool inbound_receive(struct saga_participant *participant, struct inbound *inbound)
{
    zmq_msg_t *frame = &inbound->frame;
    zmq_msg_init(frame);
    if (zmq_msg_recv(frame, participant->socket, ZMQ_DONTWAIT) < 0) {
        zmq_msg_close(frame);
        return false;
    }
    inbound->is_good = zmq_msg_more(frame) == 0;
    while (zmq_msg_more(frame) != 0 &&
           zmq_msg_recv(frame, participant->socket, ZMQ_DONTWAIT) >= 0) {
        continue;
    }
    struct span bytes = span_of(zmq_msg_data(frame), zmq_msg_size(frame));
    if (inbound->is_good) {
        inbound->is_good = message_read(bytes, &inbound->message) == SAGA_OK;
    }
    if (inbound->is_good && inbound->message.key.size > 0) {
        inbound->key = ledger_expect(&participant->ledger, inbound->message.key);
    }
    return true;
}
