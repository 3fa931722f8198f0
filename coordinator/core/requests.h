/* requests.h - takes requests from outside: looks up their saga, lets the engine decide, answers
 * when that is durable. */
#ifndef CORE_REQUESTS_H
#define CORE_REQUESTS_H

struct core;
struct effect;
struct request;

/* Handles an EFFECT_REPLY: what the engine decided about a request is durable. Answers the request,
 * or lets it wait until its saga has settled. */
void requests_reply(struct core *core, const struct effect *effect);

/* Handles the EFFECT_DONE of a `finish` that came as a request: answers with the verdict, which is
 * durable. */
void requests_finished(struct core *core, const struct effect *effect);

/* Takes the requests again, oldest first, that had to wait for another one with the same key. */
void requests_ask_again(struct core *core);

/* Takes one request, on the core's own thread: the desk's `ask`, with the core as arg. */
void core_ask(struct request *request, void *arg);

#endif
