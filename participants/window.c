/* window.c - how many tasks the participant asks for, so that it never lacks room for one.
 *
 * The coordinator frees a slot of the window at the result, the ledger a row only at `done`: while
 * commits are slow, rows pile up. Whatever the participant says, at most one window of tasks is
 * still under way. Therefore the window closes, with size 0, as soon as the ledger has room for no
 * more than one window:
 *
 *     rows:   [ answered, not yet done ............ | one window: may be under way ]
 *                                                   ^ here the window closes
 *
 * Messages of one connection come in their order. The new size leaves before any later result
 * does, so that no slot is freed before it is heard. The window opens again when half of the rows
 * before the mark are free. */
#include "participants/window.h"

#include "base/mp.h"
#include "participants/session.h"

void window_look(struct saga_participant *participant)
{
    const struct ledger *ledger = &participant->ledger;
    PRE(ledger->attempt_max > participant->window);
    size_t held_max = ledger->attempt_max - participant->window;
    if (ledger->attempt_count >= held_max || ledger->kept_bytes >= PARTICIPANT_KEPT_BYTES_MAX) {
        participant->is_full = true;
    } else if (ledger->attempt_count <= held_max / 2 &&
               ledger->kept_bytes <= PARTICIPANT_KEPT_BYTES_MAX / 2) {
        participant->is_full = false;
    }
}

uint32_t window_now(const struct saga_participant *participant)
{
    uint32_t wanted = atomic_load_explicit(&participant->window_wanted, memory_order_relaxed);
    return participant->is_full || participant->is_leaving ? 0 : wanted;
}

bool window_tell(struct saga_participant *participant)
{
    uint32_t window = window_now(participant);
    /* Without a session the next `ready` says it, and after a `bye` no task comes anyway. */
    if (window == participant->window_told || !participant->is_welcome || participant->is_leaving) {
        return true;
    }
    session_begin(participant, 1, "window");
    mp_put_text(&participant->out, "size");
    mp_put_uint(&participant->out, window);
    if (!session_send_out(participant)) {
        return false;
    }
    participant->window_told = window;
    return true;
}
