/* requests.h - requests from outside: looked up, decided, answered when durable. */
#ifndef CORE_REQUESTS_H
#define CORE_REQUESTS_H

struct core;
struct effect;
struct request;

void requests_reply(struct core *core, const struct effect *effect);

void requests_finished(struct core *core, const struct effect *effect);

/* asks.c */
void requests_ask_again(struct core *core);

/* One request, from the core's own thread (desk.ask with arg = core). */
void core_ask(struct request *request, void *arg);

#endif
