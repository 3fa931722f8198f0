/* facts.h - what the database says when the store opens. */
#ifndef STORE_FACTS_H
#define STORE_FACTS_H

#include "store/writer.h"

/* Reads the facts for the engine (struct store_facts), and sets the fields and the tails that the
 * writer needs before its thread starts. SAGA_STORE_CORRUPT: numbers in the database contradict
 * each other. */
MUST_CHECK enum saga_error facts_read(struct writer *writer, struct store_facts *facts);

#endif
