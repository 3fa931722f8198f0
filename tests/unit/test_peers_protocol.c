/* test_peers_protocol.c - docs/protocol.md says what schemas/messages.def says.
 *
 * Each message and each map inside one has a heading, and below it a table row for each key, in
 * the order of the list. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

enum direction { PARTICIPANT, CLIENT, COORDINATOR, PART };

struct row {
    const char *message; /* NULL: a message begins; name is its type */
    const char *name;
    const char *type;
    const char *need;
    enum direction direction;
};

#define WIRE_KEY(name, text) static const char *const key_##name = text;
#include "schemas/messages.def"

#define WIRE_MESSAGE(name, text, direction)  {NULL, text, "", "", direction},
#define WIRE_FIELD(message, key, type, need) {#message, key_##key, #type, #need, PART},

/* Keys that no message names are used by the code that packs the inside of maps. */
static const char *const inside[] = {"v", "type", "duplicate", "state"};

static char *read_text(void)
{
    const char *source = getenv("SAGA_SOURCE");
    char path[512];
    snprintf(path, sizeof(path), "%s/docs/protocol.md", source ? source : ".");
    FILE *file = fopen(path, "rb");
    cr_assert_not_null(file, "%s", path);
    char *text = calloc(1, 1024 * 1024);
    cr_assert_not_null(text);
    cr_assert_gt(fread(text, 1, 1024 * 1024 - 1, file), 0);
    fclose(file);
    return text;
}

static void lower(char *text)
{
    for (; *text != '\0'; text++) {
        *text = *text >= 'A' && *text <= 'Z' ? (char)(*text + 32) : *text;
    }
}

static const char *find_heading(const char *text, const struct row *row)
{
    char line[64];
    bool is_beat = row->direction == COORDINATOR && strcmp(row->name, "heartbeat") == 0;
    snprintf(line, sizeof(line), "\n### %s`%s`%s\n", row->direction == PART ? "In " : "", row->name,
             is_beat ? " of the coordinator" : "");
    const char *at = strstr(text, line);
    cr_assert_not_null(at, "%s", line);
    return at + strlen(line);
}

Test(peers_protocol, the_page_has_every_message_and_key)
{
    const struct row rows[] = {
#include "schemas/messages.def"
    };
    char *text = read_text();
    const char *at = text;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (!rows[i].message) {
            at = find_heading(text, &rows[i]);
            continue;
        }
        char type[16];
        char need[16];
        char line[128];
        snprintf(type, sizeof(type), "%s", rows[i].type);
        snprintf(need, sizeof(need), "%s", rows[i].need);
        lower(type);
        lower(need);
        snprintf(line, sizeof(line), "\n| `%s` | %s | %s | ", rows[i].name, type, need);
        const char *found = strstr(at, line);
        const char *next = strstr(at, "\n### ");
        cr_assert(found != NULL && (!next || found < next), "%s %s", rows[i].message, line);
        at = found;
    }
    for (size_t i = 0; i < sizeof(inside) / sizeof(inside[0]); i++) {
        char word[32];
        snprintf(word, sizeof(word), "`%s`", inside[i]);
        cr_assert_not_null(strstr(text, word), "%s", word);
    }
    free(text);
}
