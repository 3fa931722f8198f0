/* fields.c - the tables of schemas/messages.def, and the one reader that follows them. */
#include "peers/fields.h"

#include "base/plain.h"

enum direction { DIRECTION_PARTICIPANT, DIRECTION_CLIENT, DIRECTION_COORDINATOR, DIRECTION_PART };
enum need { NEED_REQUIRED, NEED_OPTIONAL };

/* One bit for each msgpack type, so that a field's type is one test. */
enum {
    FIELD_STR = 1 << MP_STR,
    FIELD_UINT = 1 << MP_INT,
    FIELD_BOOL = 1 << MP_BOOL,
    FIELD_ARRAY = 1 << MP_ARRAY,
    FIELD_MAP = 1 << MP_MAP,
    FIELD_ANY = 1 << MP_NIL | 1 << MP_BOOL | 1 << MP_INT | 1 << MP_DOUBLE | 1 << MP_STR |
                1 << MP_ARRAY | 1 << MP_MAP,
};

struct word {
    const char *text;
    uint8_t size;
};

struct field_row {
    uint8_t type; /* enum wire_type */
    uint8_t key;  /* enum wire_key */
    uint16_t accepts;
    bool is_required;
};

#define WIRE_KEY(name, text) [WIRE_KEY_##name] = {text, sizeof(text) - 1},
static const struct word keys[WIRE_KEY_COUNT] = {
#include "schemas/messages.def"
};

#define WIRE_MESSAGE(name, text, direction) [WIRE_##name] = {text, sizeof(text) - 1},
static const struct word types[WIRE_TYPE_COUNT] = {
#include "schemas/messages.def"
};

#define WIRE_MESSAGE(name, text, direction) [WIRE_##name] = DIRECTION_##direction,
static const uint8_t directions[WIRE_TYPE_COUNT] = {
#include "schemas/messages.def"
};

#define WIRE_FIELD(message, key, type, need)                                                       \
    {WIRE_##message, WIRE_KEY_##key, FIELD_##type, NEED_##need == NEED_REQUIRED},
static const struct field_row rows[] = {
#include "schemas/messages.def"
};

_Static_assert(WIRE_KEY_COUNT < FIELDS_SLOTS / 2, "a word list must keep free slots");
_Static_assert(WIRE_TYPE_COUNT < FIELDS_SLOTS / 2, "a word list must keep free slots");

/* No key or type is longer: msgpack packs the size of a str of up to 31 bytes into its first
 * byte. */
enum { KEY_MAX = 31 };

static uint8_t hash_of(const uint8_t *text, size_t size)
{
    return (uint8_t)(size * 37 + text[0] * 5u + text[size - 1] * 11u + text[size / 2] * 3u);
}

static void learn(struct word_list *list, const struct word *word, uint32_t number)
{
    CHECK(word->size > 0);
    CHECK(word->size <= KEY_MAX);
    uint8_t at = hash_of((const uint8_t *)word->text, word->size);
    while (list->slots[at] != 0) {
        at = (uint8_t)(at + 1);
    }
    list->slots[at] = (uint8_t)(number + 1);
}

void fields_open(struct fields *fields)
{
    *fields = (struct fields){0};
    for (uint32_t key = 0; key < WIRE_KEY_COUNT; key++) {
        learn(&fields->keys, &keys[key], key);
    }
    for (uint32_t type = 0; type < WIRE_TYPE_COUNT; type++) {
        bool comes_in =
            directions[type] == DIRECTION_PARTICIPANT || directions[type] == DIRECTION_CLIENT;
        if (comes_in) {
            learn(&fields->types, &types[type], type);
        }
    }
    uint16_t row = 0;
    for (uint32_t type = 0; type < WIRE_TYPE_COUNT; type++) {
        fields->first[type] = row;
        while (row < ARRAY_COUNT(rows) && rows[row].type == type) {
            row++;
        }
    }
    fields->first[WIRE_TYPE_COUNT] = row;
    POST(row == ARRAY_COUNT(rows));
}

static inline bool is_word(const struct word *word, struct span text)
{
    return word->size == text.size && memcmp(word->text, text.data, text.size) == 0;
}

/* The number of a word; -1: the list does not have it. */
static inline int32_t number_of(const struct word_list *list, const struct word *words,
                                struct span text)
{
    if (text.size == 0 || text.size > KEY_MAX) {
        return -1;
    }
    uint8_t at = hash_of(text.data, text.size);
    for (; list->slots[at] != 0; at = (uint8_t)(at + 1)) {
        uint32_t number = list->slots[at] - 1u;
        if (is_word(&words[number], text)) {
            return (int32_t)number;
        }
    }
    return -1;
}

static void collect(const struct fields *fields, struct span map, struct message *message)
{
    struct mp mp = mp_open(map);
    uint32_t count = mp_map(&mp);
    for (uint32_t i = 0; i < count && !mp.bad; i++) {
        int32_t key = number_of(&fields->keys, keys, mp_str(&mp));
        struct span value = mp_skip(&mp);
        if (key >= 0) {
            message->value[key] = value;
        }
    }
}

/* Reads a message of known keys and plain values in one walk, which checks it too. False, with
 * *message half filled, for any other, good or bad. */
static bool read_plain(const struct fields *fields, struct span frame, struct message *message)
{
    const uint8_t *at;
    uint32_t left;
    if (!plain_open(frame, &at, &left)) {
        return false;
    }
    const uint8_t *end = frame.data + frame.size;
    for (; left > 0; left--) {
        struct plain plain = {0};
        struct span text;
        if (!plain_key(&at, end, &text)) {
            return false;
        }
        int32_t key = number_of(&fields->keys, keys, text);
        if (key < 0 || message->value[key].data) {
            return false;
        }
        const uint8_t *value = at;
        if (!plain_read(&at, end, &plain)) {
            return false;
        }
        message->value[key] = span_of(value, (size_t)(at - value));
    }
    return at == end;
}

static enum saga_error read_any(const struct fields *fields, struct span frame,
                                struct message *message, const char **why)
{
    enum saga_error rc = mp_check(frame, why);
    if (rc != SAGA_OK) {
        return rc;
    }
    if (mp_type(frame) != MP_MAP) {
        *why = "not a map";
        return SAGA_BAD_MESSAGE;
    }
    collect(fields, frame, message);
    return SAGA_OK;
}

static const char *check_fields(const struct fields *fields, struct message *message)
{
    uint32_t end = fields->first[message->type + 1];
    for (uint32_t i = fields->first[message->type]; i < end; i++) {
        const struct field_row *row = &rows[i];
        struct span *value = &message->value[row->key];
        enum mp_type type = mp_type(*value);
        bool is_absent = type == MP_NONE || (type == MP_NIL && row->accepts != FIELD_ANY);
        if (is_absent) {
            if (row->is_required) {
                return type == MP_NONE ? "a required key is missing" : "a value has the wrong type";
            }
            *value = (struct span){NULL, 0};
            continue;
        }
        if ((row->accepts & 1 << type) == 0) {
            return "a value has the wrong type";
        }
        if (row->accepts == FIELD_UINT && fields_int(message, row->key, -1) < 0) {
            return "a number is negative";
        }
    }
    return NULL;
}

static bool is_version(struct span value)
{
    struct mp mp = mp_open(value);
    return mp_peek(&mp) == MP_INT && mp_int(&mp) == 1;
}

static const char *check_head(const struct fields *fields, struct message *message)
{
    if (mp_type(message->value[WIRE_KEY_REQUEST]) != MP_STR) {
        message->value[WIRE_KEY_REQUEST] = (struct span){NULL, 0};
    }
    if (!is_version(message->value[WIRE_KEY_V])) {
        return "v is not 1";
    }
    if (mp_type(message->value[WIRE_KEY_TYPE]) != MP_STR) {
        return "there is no type";
    }
    int32_t type = number_of(&fields->types, types, fields_text(message, WIRE_KEY_TYPE));
    if (type < 0) {
        return "the type is unknown";
    }
    message->type = (enum wire_type)type;
    return NULL;
}

enum saga_error fields_read(const struct fields *fields, struct span frame, struct message *message,
                            const char **why)
{
    memset(message, 0, sizeof(*message));
    if (!read_plain(fields, frame, message)) {
        memset(message, 0, sizeof(*message));
        enum saga_error rc = read_any(fields, frame, message, why);
        if (rc != SAGA_OK) {
            return rc;
        }
    }
    *why = check_head(fields, message);
    if (!*why) {
        *why = check_fields(fields, message);
    }
    return *why ? SAGA_BAD_MESSAGE : SAGA_OK;
}

enum saga_error fields_part(const struct fields *fields, struct span map, enum wire_type type,
                            struct message *part, const char **why)
{
    PRE(directions[type] == DIRECTION_PART);
    memset(part, 0, sizeof(*part));
    part->type = type;
    if (mp_type(map) != MP_MAP) {
        *why = "a value has the wrong type";
        return SAGA_BAD_MESSAGE;
    }
    collect(fields, map, part);
    *why = check_fields(fields, part);
    return *why ? SAGA_BAD_MESSAGE : SAGA_OK;
}

struct span fields_text(const struct message *message, enum wire_key key)
{
    struct mp mp = mp_open(message->value[key]);
    return message->value[key].size == 0 ? (struct span){NULL, 0} : mp_str(&mp);
}

int64_t fields_int(const struct message *message, enum wire_key key, int64_t fallback)
{
    struct mp mp = mp_open(message->value[key]);
    return message->value[key].size == 0 ? fallback : mp_int(&mp);
}

bool fields_bool(const struct message *message, enum wire_key key, bool fallback)
{
    struct mp mp = mp_open(message->value[key]);
    return message->value[key].size == 0 ? fallback : mp_bool(&mp);
}

enum wire_key fields_find_key(const struct fields *fields, struct span text)
{
    int32_t number = number_of(&fields->keys, keys, text);
    return number < 0 ? WIRE_KEY_COUNT : (enum wire_key)number;
}

void fields_put_key(struct buf *out, enum wire_key key)
{
    const struct word *word = &keys[key];
    plain_put_text(out, span_of(word->text, word->size));
}

const char *fields_type_text(enum wire_type type)
{
    return types[type].text;
}
