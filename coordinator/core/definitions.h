/* definitions.h - takes in new versions of definitions, and makes them known when they are
 * durable. */
#ifndef CORE_DEFINITIONS_H
#define CORE_DEFINITIONS_H

struct core;
struct request;
struct work;

/* To be called when a batch is durable: its new versions join the catalog, and whoever applied one
 * is answered. */
void definitions_settle(struct core *core, struct work *work);

/* Takes a REQUEST_DEFINE: gives the new version its number, and puts it into the batch in the
 * making. */
void definitions_ask(struct core *core, struct request *request);

#endif
