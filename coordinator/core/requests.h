/* requests.h - requests from outside: looked up, decided, answered when durable. */
#ifndef CORE_REQUESTS_H
#define CORE_REQUESTS_H

struct core;
struct effect;
struct request;

/* EFFECT_REPLY: what the engine decided of a start or a verb is durable; answers the request, or
 * lets it wait until its saga has settled. */
void requests_reply(struct core *core, const struct effect *effect);

/* EFFECT_DONE of a `finish`: its verdict is durable. */
void requests_finished(struct core *core, const struct effect *effect);

/* The requests that had to wait for another one with the same key are taken again, oldest first. */
void requests_ask_again(struct core *core);

/* One request, from the core's own thread (desk.ask with arg = core). */
void core_ask(struct request *request, void *arg);

#endif
