/* fields.h - reads a message by its table: which type, and the value under each of its keys.
 *
 * The tables come from schemas/messages.def. Keys that the message's type does not have are
 * skipped, whatever they hold. */
#ifndef PEERS_FIELDS_H
#define PEERS_FIELDS_H

#include "base/buf.h"
#include "base/check.h"
#include "base/error.h"
#include "base/mp.h"

#define WIRE_KEY(name, text) WIRE_KEY_##name,
enum wire_key {
#include "schemas/messages.def"
    WIRE_KEY_COUNT
};

#define WIRE_MESSAGE(name, text, direction) WIRE_##name,
enum wire_type {
#include "schemas/messages.def"
    WIRE_TYPE_COUNT
};

/* Places of the hash table in a word list: many more than there are words, so that few collide. */
enum { FIELDS_SLOTS = 256 };

/* Words to numbers, by a hash of their size and two bytes of them. */
struct word_list {
    uint8_t slots[FIELDS_SLOTS]; /* 1 + number; 0 = free */
};

struct fields {
    struct word_list keys;
    struct word_list types; /* types of messages that the coordinator receives */
    /* By type: index of its first row in the table of fields. */
    uint16_t first[WIRE_TYPE_COUNT + 1];
};

/* A message, or a map inside one. Values are borrowed from the frame; empty: the key is absent. */
struct message {
    enum wire_type type;
    struct span value[WIRE_KEY_COUNT];
};

void fields_open(struct fields *fields);

/* Checks and reads a whole frame. SAGA_BAD_MESSAGE with *why (a literal) when it is not a message
 * that may come in; then only message->value[WIRE_KEY_REQUEST] may be relied on: it is a str, or
 * empty. SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error fields_read(const struct fields *fields, struct span frame,
                                       struct message *message, const char **why);

/* Reads a map of `type` out of bytes that fields_read() has checked already. SAGA_BAD_MESSAGE. */
MUST_CHECK enum saga_error fields_part(const struct fields *fields, struct span map,
                                       enum wire_type type, struct message *part, const char **why);

/* The value under a key whose type has been checked; zero, false, empty or `fallback` when it is
 * absent. */
struct span fields_text(const struct message *message, enum wire_key key);
int64_t fields_int(const struct message *message, enum wire_key key, int64_t fallback);
bool fields_bool(const struct message *message, enum wire_key key, bool fallback);

/* The key of this name; WIRE_KEY_COUNT: no message has it. */
enum wire_key fields_find_key(const struct fields *fields, struct span text);

/* Packs the text of a key; and gives the text of the `type` of a message that the coordinator
 * sends. */
void fields_put_key(struct buf *out, enum wire_key key);
const char *fields_type_text(enum wire_type type);

#endif
