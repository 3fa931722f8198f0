/* sim_party.c - participants as docs/protocol.md has them: a session, heartbeats, answers that are
 * sent again until `done` names them.
 *
 * A process that dies forgets its tasks and its answers; its database stays. It comes back as
 * another instance. */
#include "sim.h"

enum { AGAIN_MS = 5000, WELCOME_MS = 2500, WINDOW = 6 };

static void send_up(struct sim *sim, const struct sim_party *party)
{
    if (party->conn != 0) {
        sim_net_up(sim, party->conn, buf_span(&sim->out));
    }
}

static void put_action(struct sim *sim, const struct sim_party *party, const char *operation)
{
    char text[32];
    snprintf(text, sizeof(text), "s%u.%s", party->service, operation);
    mp_put_text(&sim->out, text);
}

static void put_attempt(struct sim *sim, const struct sim_key *key, uint32_t attempt)
{
    mp_put_map(&sim->out, 2);
    sim_put_text(sim, "key", span_of(key->text, key->size));
    sim_put_int(sim, "attempt", attempt);
}

/* What was taken and not named by `done`; with `answered`, also what has been answered. */
static void put_running(struct sim *sim, const struct sim_party *party, bool answered)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < SIM_JOBS; i++) {
        count += party->jobs[i].used;
    }
    for (uint32_t i = 0; i < SIM_RESULTS && answered; i++) {
        count += party->results[i].used;
    }
    mp_put_text(&sim->out, "running");
    mp_put_array(&sim->out, count);
    for (uint32_t i = 0; i < SIM_JOBS; i++) {
        if (party->jobs[i].used) {
            put_attempt(sim, party->jobs[i].key, party->jobs[i].attempt);
        }
    }
    for (uint32_t i = 0; i < SIM_RESULTS && answered; i++) {
        if (party->results[i].used) {
            put_attempt(sim, party->results[i].key, party->results[i].attempt);
        }
    }
}

static void say_ready(struct sim *sim, struct sim_party *party)
{
    bool names_running = sim->is_calm || !sim_chance(sim, 100);
    sim_begin(sim, "ready", names_running ? 5 : 4);
    sim_put_text(sim, "instance", span_text(party->instance));
    mp_put_text(&sim->out, "actions");
    mp_put_array(&sim->out, 4);
    put_action(sim, party, "do");
    put_action(sim, party, "undo");
    put_action(sim, party, "check");
    put_action(sim, party, "confirm");
    sim_put_int(sim, "window", sim->is_calm ? WINDOW : 1 + sim_draw(sim, WINDOW));
    mp_put_text(&sim->out, "barrier");
    mp_put_bool(&sim->out, party->barrier);
    if (names_running) {
        put_running(sim, party, true);
    }
    party->ready_ms = sim->now_ms;
    send_up(sim, party);
}

static void connect(struct sim *sim, struct sim_party *party)
{
    party->conn = sim_net_connect(sim, false, (uint32_t)(party - sim->parties));
    party->welcomed = false;
    party->heard_ms = sim->now_ms;
    say_ready(sim, party);
    for (uint32_t i = 0; i < SIM_RESULTS; i++) {
        if (party->results[i].used) {
            sim_net_up(sim, party->conn, buf_span(&party->results[i].frame));
            party->results[i].sent_ms = sim->now_ms;
        }
    }
}

static void begin_life(struct sim *sim, struct sim_party *party)
{
    uint32_t index = (uint32_t)(party - sim->parties);
    party->life++;
    snprintf(party->instance, sizeof(party->instance), "p%u.%u", index, party->life);
    party->up = true;
    party->leaving = false;
    party->conn = 0;
}

void sim_party_open(struct sim *sim)
{
    sim->party_count = 2 + sim_draw(sim, 3);
    sim->barriers[0] = sim_chance(sim, 400);
    sim->barriers[1] = sim_chance(sim, 400);
    for (uint32_t i = 0; i < sim->party_count; i++) {
        struct sim_party *party = &sim->parties[i];
        party->service = i % 2;
        party->barrier = sim->barriers[party->service];
        begin_life(sim, party);
        sim_net_schedule(sim, SIM_PARTY_TICK, sim->now_ms + sim_draw(sim, 500), i, 0);
    }
}

static void forget(struct sim_party *party)
{
    memset(party->jobs, 0, sizeof(party->jobs));
    for (uint32_t i = 0; i < SIM_RESULTS; i++) {
        buf_close(&party->results[i].frame);
        party->results[i].used = false;
    }
}

void sim_party_close(struct sim *sim)
{
    for (uint32_t i = 0; i < sim->party_count; i++) {
        forget(&sim->parties[i]);
    }
}

void sim_party_die(struct sim *sim, uint32_t index)
{
    struct sim_party *party = &sim->parties[index];
    if (!party->up) {
        return;
    }
    sim_say(sim, "%s dies", party->instance);
    sim_tally(sim, COUNT_DEATHS);
    forget(party);
    party->up = false;
    if (party->conn != 0) {
        sim_net_cut(sim, party->conn);
    }
    party->conn = 0;
}

/* ---- its rounds ---- */

static void leave_connection(struct sim *sim, struct sim_party *party)
{
    sim_net_cut(sim, party->conn);
    party->conn = 0;
}

static void send_again(struct sim *sim, struct sim_party *party)
{
    for (uint32_t i = 0; i < SIM_RESULTS; i++) {
        struct sim_result *result = &party->results[i];
        if (result->used && sim->now_ms - result->sent_ms >= AGAIN_MS) {
            sim_tally(sim, COUNT_AGAIN);
            sim_net_up(sim, party->conn, buf_span(&result->frame));
            result->sent_ms = sim->now_ms;
        }
    }
}

static void keep_session(struct sim *sim, struct sim_party *party)
{
    sim_begin(sim, "heartbeat", 1);
    put_running(sim, party, false);
    send_up(sim, party);
    send_again(sim, party);
    if (sim->is_calm || sim_chance(sim, 40)) {
        sim_begin(sim, "window", 1);
        sim_put_int(sim, "size", sim->is_calm ? WINDOW : sim_draw(sim, WINDOW));
        send_up(sim, party);
    }
    if (!sim->is_calm && !party->leaving && sim_chance(sim, 5)) {
        sim_begin(sim, "bye", 0);
        send_up(sim, party);
        party->leaving = true;
    }
}

void sim_party_tick(struct sim *sim, uint32_t index)
{
    struct sim_party *party = &sim->parties[index];
    int64_t silence_ms = sim->now_ms - party->heard_ms;
    sim_net_schedule(sim, SIM_PARTY_TICK, sim->now_ms + 700 + sim_draw(sim, 600), index, 0);
    if (!party->up) {
        if (sim->is_calm || sim_chance(sim, 400)) {
            begin_life(sim, party);
        }
        return;
    }
    if (party->leaving && (sim->is_calm || sim_chance(sim, 200))) {
        sim_party_die(sim, index);
        return;
    }
    if (party->conn == 0) {
        connect(sim, party);
        return;
    }
    bool noticed = !sim->conns[party->conn].open && sim_chance(sim, 600);
    bool unheard = !party->welcomed && sim->now_ms - party->ready_ms > WELCOME_MS;
    if (noticed || unheard || silence_ms > SIM_DEAD_MS) {
        leave_connection(sim, party);
    } else {
        keep_session(sim, party);
    }
}

/* ---- what it hears ---- */

static void take_done(struct sim *sim, struct sim_party *party, struct span frame)
{
    struct mp mp = mp_open(mp_find(frame, span_text("results")));
    uint32_t count = mp_array(&mp);
    for (uint32_t i = 0; i < count; i++) {
        mp_array(&mp);
        struct span key = mp_str(&mp);
        int64_t attempt = mp_int(&mp);
        bool is_ok = span_is(mp_str(&mp), "ok");
        for (uint32_t k = 0; k < SIM_RESULTS; k++) {
            struct sim_result *result = &party->results[k];
            bool same = result->used && result->attempt == attempt &&
                        span_equal(span_of(result->key->text, result->key->size), key);
            if (same) {
                sim_work_acknowledged(sim, result, is_ok);
                result->used = false;
                buf_close(&result->frame);
            }
        }
    }
}

void sim_party_receive(struct sim *sim, uint32_t index, struct span frame)
{
    struct sim_party *party = &sim->parties[index];
    struct span type = sim_text(frame, "type");
    party->heard_ms = sim->now_ms;
    if (span_is(type, "welcome")) {
        party->welcomed = true;
    } else if (span_is(type, "who")) {
        say_ready(sim, party);
    } else if (span_is(type, "task")) {
        sim_work_take(sim, index, frame);
    } else if (span_is(type, "cancel")) {
        sim_work_cancel(sim, index, frame);
    } else if (span_is(type, "done")) {
        take_done(sim, party, frame);
    } else if (span_is(type, "drain")) {
        sim_tally(sim, COUNT_DRAINS);
    } else if (span_is(type, "error")) {
        struct span why = sim_text(frame, "message");
        sim_violated(sim, "form", "a participant is told: %.*s", (int)why.size,
                     (const char *)why.data);
    }
}

void sim_party_answer(struct sim *sim, struct sim_party *party, const struct sim_result *result)
{
    for (uint32_t i = 0; i < SIM_RESULTS; i++) {
        struct sim_result *kept = &party->results[i];
        if (kept->used) {
            continue;
        }
        *kept = *result;
        kept->used = true;
        kept->sent_ms = sim->now_ms;
        buf_open(&kept->frame, LIMIT_MESSAGE_IN);
        buf_write(&kept->frame, sim->out.data, sim->out.size);
        /* Whoever brings it: the token says whose answer it is. */
        const struct sim_party *other = &sim->parties[sim_draw(sim, sim->party_count)];
        bool is_lent = !sim->is_calm && other != party && sim_chance(sim, 60);
        sim->counts[COUNT_LENT] += is_lent && other->conn != 0;
        send_up(sim, is_lent ? other : party);
        return;
    }
    UNREACHABLE("too many answers are kept");
}

const char *sim_party_unrest(const struct sim *sim)
{
    for (uint32_t i = 0; i < sim->party_count; i++) {
        const struct sim_party *party = &sim->parties[i];
        for (uint32_t k = 0; k < SIM_JOBS; k++) {
            if (party->jobs[k].used) {
                return "a participant has a task";
            }
        }
        for (uint32_t k = 0; k < SIM_RESULTS; k++) {
            if (party->results[k].used) {
                return "a participant has an answer that `done` does not name";
            }
        }
        if (!party->up || !party->welcomed || party->conn == 0) {
            return "a participant is away";
        }
    }
    return NULL;
}
