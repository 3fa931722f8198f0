/* sim_net.c - virtual time and the network.
 *
 * Whatever will happen lies in one heap by its time; time jumps from one happening to the next.
 *
 * A connection is TCP's as a ROUTER and its DEALERs see it: frames that decide who has what (ready,
 * task, welcome, who) stay in order and come once, or are lost; results, verdicts, heartbeats and
 * clients' requests may also be doubled and overtake each other, as over two connections. No frame
 * is on its way for as long as dead_ms: TCP's own heartbeats cut such a connection. A cut loses
 * what is on its way down; of what was on its way up some still arrives, for it may lie in the
 * coordinator's buffer. Either side learns of a cut in its own time. */
#include "sim.h"

void sim_net_schedule(struct sim *sim, enum sim_what what, int64_t due_ms, uint32_t a, uint32_t b)
{
    struct sim_happening *happening = calloc(1, sizeof(*happening));
    CHECK(happening);
    *happening = (struct sim_happening){.what = what, .a = a, .b = b};
    happening->node.tie = ++sim->tie;
    CHECK(heap_set(&sim->queue, &happening->node, due_ms) == SAGA_OK);
}

struct sim_happening *sim_net_next(struct sim *sim, int64_t until_ms)
{
    struct heap_node *node = heap_first(&sim->queue);
    if (!node || node->due > until_ms) {
        return NULL;
    }
    heap_drop(&sim->queue, node);
    return (struct sim_happening *)(void *)node;
}

void sim_net_close(struct sim *sim)
{
    for (struct sim_happening *h; (h = sim_net_next(sim, INT64_MAX)) != NULL;) {
        free(h);
    }
    heap_close(&sim->queue);
}

uint32_t sim_net_connect(struct sim *sim, bool is_client, uint32_t owner)
{
    CHECK(sim->conn_count + 1 < SIM_CONNS);
    uint32_t conn = ++sim->conn_count;
    sim->conns[conn] =
        (struct sim_conn){.open = true, .up_open = true, .is_client = is_client, .owner = owner};
    return conn;
}

void sim_net_cut(struct sim *sim, uint32_t conn)
{
    struct sim_conn *cut = &sim->conns[conn];
    if (!cut->open) {
        return;
    }
    cut->open = false;
    cut->up_open = sim_chance(sim, 500);
    sim_net_schedule(sim, SIM_CUT_SEEN, sim->now_ms + sim_draw(sim, 3000), conn, 0);
    sim_tally(sim, COUNT_CUTS);
    sim_say(sim, "cut c%u", conn);
}

static void post(struct sim *sim, enum sim_what what, uint32_t conn, struct span frame, int64_t due)
{
    struct sim_happening *happening = calloc(1, sizeof(*happening) + frame.size);
    CHECK(happening);
    *happening = (struct sim_happening){.what = what, .a = conn, .size = frame.size};
    memcpy(happening->bytes, frame.data, frame.size);
    happening->node.tie = ++sim->tie;
    CHECK(heap_set(&sim->queue, &happening->node, due) == SAGA_OK);
}

static bool is_ordered(struct span type)
{
    return span_is(type, "ready") || span_is(type, "task") || span_is(type, "welcome") ||
           span_is(type, "who") || span_is(type, "bye") || span_is(type, "window");
}

static void carry(struct sim *sim, enum sim_what what, uint32_t conn, struct span frame)
{
    const struct sim_weather *weather = &sim->weather;
    struct sim_conn *on = &sim->conns[conn];
    int64_t *last_ms = &on->last_ms[what == SIM_FRAME_DOWN];
    struct span type = sim_text(frame, "type");
    sim_tally(sim, COUNT_FRAMES);
    if (!on->open) {
        return;
    }
    if (sim_chance(sim, weather->loss)) {
        sim_tally(sim, COUNT_LOST);
        sim_say(sim, "lost on c%u: %.*s", conn, (int)type.size, (const char *)type.data);
        /* A task that the pipe took is lost with its connection only. */
        if (span_is(type, "task")) {
            sim_net_cut(sim, conn);
        }
        return;
    }
    int64_t due_ms = sim->now_ms + 1 + sim_draw(sim, 4);
    if (sim_chance(sim, weather->delay)) {
        due_ms += sim_draw(sim, weather->delay_max);
        sim_tally(sim, COUNT_DELAYED);
    }
    if (is_ordered(type)) {
        due_ms = due_ms < *last_ms ? *last_ms : due_ms;
        *last_ms = due_ms;
    } else if (due_ms < *last_ms) {
        sim_tally(sim, COUNT_OVERTAKEN);
    }
    post(sim, what, conn, frame, due_ms);
    if (!is_ordered(type) && sim_chance(sim, weather->doubling)) {
        post(sim, what, conn, frame, due_ms + sim_draw(sim, weather->delay_max));
        sim_tally(sim, COUNT_DOUBLED);
    }
}

void sim_net_up(struct sim *sim, uint32_t conn, struct span frame)
{
    carry(sim, SIM_FRAME_UP, conn, frame);
}

void sim_net_down(struct sim *sim, uint32_t conn, struct span frame)
{
    carry(sim, SIM_FRAME_DOWN, conn, frame);
}

/* ---- messages ---- */

struct span sim_text(struct span frame, const char *key)
{
    struct mp mp = mp_open(mp_find(frame, span_text(key)));
    return mp_peek(&mp) == MP_STR ? mp_str(&mp) : span_text("");
}

int64_t sim_int(struct span frame, const char *key)
{
    struct mp mp = mp_open(mp_find(frame, span_text(key)));
    return mp_peek(&mp) == MP_INT ? mp_int(&mp) : 0;
}

void sim_begin(struct sim *sim, const char *type, uint32_t pairs)
{
    buf_clear(&sim->out);
    mp_put_map(&sim->out, 2 + pairs);
    sim_put_int(sim, "v", 1);
    sim_put_text(sim, "type", span_text(type));
}

void sim_put_text(struct sim *sim, const char *key, struct span text)
{
    mp_put_text(&sim->out, key);
    mp_put_str(&sim->out, text);
}

void sim_put_int(struct sim *sim, const char *key, int64_t number)
{
    mp_put_text(&sim->out, key);
    mp_put_int(&sim->out, number);
}
