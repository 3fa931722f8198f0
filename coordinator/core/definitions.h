/* definitions.h - new versions of definitions. */
#ifndef CORE_DEFINITIONS_H
#define CORE_DEFINITIONS_H

struct core;
struct request;
struct work;

/* The batch that holds new versions is durable: the versions join the catalog, and those who
 * applied them are answered. */
void definitions_settle(struct core *core, struct work *work);

/* REQUEST_DEFINE: checks, numbers and writes a new version. */
void definitions_ask(struct core *core, struct request *request);

#endif
