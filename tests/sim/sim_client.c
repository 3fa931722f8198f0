/* sim_client.c - clients: starts, some of them twice or with another input, gets, waits; and the
 * workers outside that finish what was answered `later`. A request without an answer is sent again.
 */
#include "sim.h"

enum { AGAIN_MS = 3000, LOOK_MS = 4000 };

static void name_ask(const struct sim *sim, const struct sim_ask *ask, char text[32])
{
    snprintf(text, 32, "%u.%u", (uint32_t)(ask - sim->asks), ask->serial);
}

static void put_name(struct sim *sim, const struct sim_ask *ask)
{
    char text[32];
    name_ask(sim, ask, text);
    sim_put_text(sim, "request", span_text(text));
}

void sim_client_begin(struct sim *sim, const struct sim_ask *ask, const char *type, uint32_t pairs)
{
    sim_begin(sim, type, 1 + pairs);
    put_name(sim, ask);
}

struct sim_ask *sim_client_take(struct sim *sim, enum sim_ask_kind kind)
{
    for (uint32_t i = 0; i < SIM_ASKS; i++) {
        struct sim_ask *ask = &sim->asks[i];
        if (!ask->used) {
            *ask = (struct sim_ask){.used = true, .kind = kind, .serial = ++sim->job_serial};
            buf_open(&ask->frame, LIMIT_MESSAGE_IN);
            return ask;
        }
    }
    return NULL;
}

void sim_client_drop(struct sim_ask *ask)
{
    ask->used = false;
    buf_close(&ask->frame);
}

static void ssim_client_drop(struct sim *sim, struct sim_ask *ask)
{
    ask->again_ms = sim->now_ms + AGAIN_MS + (ask->kind == ASK_WAIT ? LOOK_MS : 0);
    sim_net_up(sim, sim->client_conn, buf_span(&ask->frame));
}

void sim_client_keep(struct sim *sim, struct sim_ask *ask)
{
    buf_write(&ask->frame, sim->out.data, sim->out.size);
    ssim_client_drop(sim, ask);
}

/* ---- what is asked ---- */

static void put_start(struct sim *sim, struct sim_ask *ask)
{
    bool settled = sim_chance(sim, 300);
    bool is_minted = ask->saga == SIM_SAGAS;
    char definition[16];
    uint32_t which =
        is_minted ? sim_draw(sim, sim->definition_count) : sim->sagas[ask->saga].definition;
    snprintf(definition, sizeof(definition), "d%u", which);
    int64_t start_at_ms = is_minted ? 0 : sim->sagas[ask->saga].start_at_ms;
    uint32_t version = is_minted ? 0 : sim->sagas[ask->saga].starts_as;
    sim_begin(sim, "start", 5u + !is_minted + (start_at_ms > 0) + (version > 0));
    put_name(sim, ask);
    sim_put_text(sim, "definition", span_text(definition));
    if (!is_minted) {
        sim_put_text(sim, "saga", span_text(sim->sagas[ask->saga].name));
    }
    if (version > 0) {
        sim_put_int(sim, "version", version);
    }
    if (start_at_ms > 0) {
        sim_put_int(sim, "start_at", start_at_ms);
        sim_tally(sim, COUNT_STARTS_AT);
    }
    mp_put_text(&sim->out, "input");
    mp_put_map(&sim->out, 1);
    sim_put_int(sim, "a", ask->variant);
    sim_put_text(sim, "wait", span_text(settled ? "settled" : "stored"));
    sim_put_int(sim, "wait_ms", LOOK_MS);
    if (settled) {
        ask->again_ms += LOOK_MS;
    }
}

static void start(struct sim *sim, uint32_t saga)
{
    struct sim_ask *ask = sim_client_take(sim, ASK_START);
    if (!ask) {
        return;
    }
    ask->saga = saga;
    ask->variant = sim_chance(sim, 100) ? 2 : 1;
    put_start(sim, ask);
    sim_client_keep(sim, ask);
}

static void look(struct sim *sim, uint32_t saga, enum sim_ask_kind kind)
{
    struct sim_ask *ask = sim_client_take(sim, kind);
    if (!ask) {
        return;
    }
    ask->saga = saga;
    sim_begin(sim, kind == ASK_GET ? "get" : "wait", 3);
    put_name(sim, ask);
    sim_put_text(sim, "saga", span_text(sim->sagas[saga].name));
    sim_put_int(sim, "wait_ms", LOOK_MS);
    sim_client_keep(sim, ask);
}

void sim_client_finish(struct sim *sim, uint32_t index, bool is_ok)
{
    const struct sim_later *later = &sim->laters[index];
    struct sim_ask *ask = sim_client_take(sim, ASK_FINISH);
    CHECK(ask);
    ask->later = index;
    char token[2 * TOKEN_SIZE + 1];
    digest_hex(span_of(later->token, TOKEN_SIZE), token);
    sim_begin(sim, "finish", 5);
    put_name(sim, ask);
    sim_put_text(sim, "token", span_text(token));
    sim_put_text(sim, "key", span_of(later->key->text, later->key->size));
    sim_put_text(sim, "status", span_text(is_ok ? "ok" : "failed"));
    mp_put_text(&sim->out, is_ok ? "output" : "error");
    mp_put_map(&sim->out, is_ok ? 1 : 2);
    if (is_ok) {
        sim_put_int(sim, "n", later->key->number);
    } else {
        sim_put_text(sim, "code", span_text(later->cancelled ? "cancelled" : "failed"));
        sim_put_text(sim, "message", span_text("nothing was done"));
    }
    sim_say(sim, "finish %.*s#%u %s", (int)later->key->size, (const char *)later->key->text,
            later->attempt, is_ok ? "ok" : "failed");
    sim_client_keep(sim, ask);
}

/* ---- its rounds ---- */

static void ask_something(struct sim *sim)
{
    uint32_t saga = sim_draw(sim, sim->named_count);
    uint32_t what = sim_draw(sim, 10);
    if (what < 6) {
        start(sim, saga);
    } else if (what == 6 && sim->saga_count < SIM_MINTED) {
        start(sim, SIM_SAGAS);
    } else if (sim->sagas[saga].acknowledged) {
        look(sim, saga, what < 9 ? ASK_WAIT : ASK_GET);
    }
}

void sim_client_tick(struct sim *sim)
{
    sim_net_schedule(sim, SIM_CLIENT_TICK, sim->now_ms + 200 + sim_draw(sim, 1500), 0, 0);
    if (sim->client_conn == 0 || !sim->conns[sim->client_conn].open) {
        sim->client_conn = sim_net_connect(sim, true, 0);
    }
    if (!sim->is_calm) {
        ask_something(sim);
    }
    sim_open_tick(sim);
    sim_event_tick(sim);
    for (uint32_t i = 0; i < SIM_ASKS; i++) {
        if (sim->asks[i].used && sim->asks[i].again_ms <= sim->now_ms) {
            /* Whoever looks may give up; a start and a finish may not. A minted one must: sent
             * again it would be another saga. */
            bool gives_up = sim->asks[i].kind == ASK_GET || sim->asks[i].kind == ASK_WAIT ||
                            (sim->asks[i].kind == ASK_START && sim->asks[i].saga == SIM_SAGAS);
            if (gives_up) {
                sim_client_drop(&sim->asks[i]);
            } else {
                ssim_client_drop(sim, &sim->asks[i]);
            }
        }
    }
}

/* ---- what is answered ---- */

static void acknowledge(struct sim *sim, const struct sim_ask *ask, struct span frame)
{
    struct sim_saga *saga = sim_saga_named(sim, sim_text(frame, "saga"));
    if (!saga || saga->id == 0) {
        sim_violated(sim, "acknowledged", "a start is answered that is not durable");
    }
    if (saga->acknowledged && saga->variant != ask->variant) {
        sim_violated(sim, "acknowledged", "%s was started with another input", saga->name);
    }
    saga->acknowledged = true;
    saga->variant = ask->variant;
    struct mp duplicate = mp_open(mp_find(frame, span_text("duplicate")));
    if (mp_bool(&duplicate)) {
        sim_tally(sim, COUNT_DUPLICATES);
    }
}

static void take_reply(struct sim *sim, struct sim_ask *ask, struct span frame)
{
    if (ask->kind == ASK_START) {
        acknowledge(sim, ask, frame);
    } else if (ask->kind == ASK_OPEN) {
        sim_open_reply(sim, ask, frame);
    } else if (ask->kind == ASK_FINISH) {
        const struct sim_later *later = &sim->laters[ask->later];
        sim_watch_finished(sim, later->key, later->attempt);
    }
    sim_client_drop(ask);
}

static void take_error(struct sim *sim, struct sim_ask *ask, struct span frame)
{
    struct span code = sim_text(frame, "code");
    if (span_is(code, "overloaded") || span_is(code, "unavailable")) {
        sim_tally(sim, COUNT_BUSY);
        ask->again_ms = sim->now_ms + 1000;
        return;
    }
    if (ask->kind == ASK_OPEN && sim_open_refused(sim, ask, code)) {
        sim_client_drop(ask);
        return;
    }
    if (ask->kind == ASK_START && ask->saga < SIM_SAGAS && span_is(code, "idempotency_conflict")) {
        const struct sim_saga *saga = &sim->sagas[ask->saga];
        if (saga->acknowledged && saga->variant == ask->variant) {
            sim_violated(sim, "acknowledged", "%s is another saga than acknowledged", saga->name);
        }
        sim_tally(sim, COUNT_CONFLICTS);
        sim_client_drop(ask);
        return;
    }
    sim_violated(sim, "acknowledged", "a client's request of kind %d is refused: %.*s",
                 (int)ask->kind, (int)code.size, (const char *)code.data);
}

void sim_client_receive(struct sim *sim, struct span frame)
{
    struct span name = sim_text(frame, "request");
    struct span type = sim_text(frame, "type");
    for (uint32_t i = 0; i < SIM_ASKS; i++) {
        struct sim_ask *ask = &sim->asks[i];
        char text[32];
        if (!ask->used) {
            continue;
        }
        name_ask(sim, ask, text);
        if (!span_is(name, text)) {
            continue;
        }
        if (span_is(type, "reply")) {
            take_reply(sim, ask, frame);
        } else {
            take_error(sim, ask, frame);
        }
        return;
    }
    /* `who` and the like, or the answer to what was sent twice. */
}

void sim_client_close(struct sim *sim)
{
    for (uint32_t i = 0; i < SIM_ASKS; i++) {
        buf_close(&sim->asks[i].frame);
    }
}

bool sim_client_is_at_rest(const struct sim *sim)
{
    for (uint32_t i = 0; i < SIM_ASKS; i++) {
        if (sim->asks[i].used) {
            return false;
        }
    }
    return sim_open_is_at_rest(sim);
}
