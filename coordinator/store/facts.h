/* facts.h - what the database says when the store opens. */
#ifndef STORE_FACTS_H
#define STORE_FACTS_H

#include "store/writer.h"

/* Reads the facts, and what the writer must know of the database before its thread starts: the
 * tails too. SAGA_STORE_CORRUPT: the database contradicts itself. */
MUST_CHECK enum saga_error facts_read(struct writer *writer, struct store_facts *facts);

#endif
