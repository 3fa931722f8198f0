/* options_webhooks.c - webhooks from YAML, checked key by key.
 *
 *   webhooks:
 *     - name: ops
 *       url: https://hooks.example.com/sagad
 *       secret_file: /etc/sagad/ops.secret     # or secret_env: OPS_SECRET
 *       events: [sagad.alert.*, sagad.step.parked]
 *       allow_private: [10.0.0.0/8]            # or true
 *       timeout: 15s */
#include "options_webhooks.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "language/definition.h"
#include "outbox/sign.h"
#include "outbox/transport.h"
#include "calendar/duration.h"

enum { SECRETS_SIZE = 1024, TIMEOUT_MIN_MS = 100, TIMEOUT_MAX_MS = 60000 };

struct reading {
    const struct webhook_file *file;
    struct webhook *hook;
    bool has_secret_key;
};

static void complain(const struct reading *reading, const yaml_node_t *at, const char *what)
{
    char text[320];
    const char *name = reading->hook && reading->hook->name[0] ? reading->hook->name : NULL;
    snprintf(text, sizeof(text), "webhooks%s%s%s: %s", name ? " '" : "", name ? name : "",
             name ? "'" : "", what);
    reading->file->complain(&at->start_mark, text, reading->file->arg);
}

/* NULL when the node is no text. */
static const char *text_of(const yaml_node_t *node)
{
    return node && node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value : NULL;
}

static bool take_text(const struct reading *reading, const yaml_node_t *value, char *out,
                      size_t size)
{
    const char *text = text_of(value);
    size_t length = text ? strlen(text) : 0;
    if (length == 0 || length >= size) {
        complain(reading, value, "expected a text that is not too long");
        return false;
    }
    memcpy(out, text, length + 1);
    return true;
}

static void take_name(struct reading *reading, yaml_node_t *value)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-_";
    struct webhook *hook = reading->hook;
    if (take_text(reading, value, hook->name, sizeof(hook->name)) &&
        strspn(hook->name, allowed) != strlen(hook->name)) {
        complain(reading, value, "a name consists of a-z 0-9 - _");
    }
}

static void take_url(struct reading *reading, yaml_node_t *value)
{
    MAYBE(take_text(reading, value, reading->hook->url, sizeof(reading->hook->url)));
}

/* Takes secrets, separated by blanks or line ends; the newest stands first. */
static void take_secrets(struct reading *reading, const yaml_node_t *at, char *text)
{
    struct webhook *hook = reading->hook;
    reading->has_secret_key = true;
    for (char *one = text + strspn(text, " \t\r\n"); *one; one += strspn(one, " \t\r\n")) {
        size_t size = strcspn(one, " \t\r\n");
        if (hook->secret_count == WEBHOOK_SECRETS_MAX ||
            !sign_secret(span_of(one, size), &hook->secrets[hook->secret_count])) {
            complain(reading, at,
                     "a secret is whsec_ and 24 to 64 bytes in base64, and there are at most four");
            return;
        }
        hook->secret_count++;
        one += size;
    }
    if (hook->secret_count == 0) {
        complain(reading, at, "there is no secret in it");
    }
}

static void take_secret_file(struct reading *reading, yaml_node_t *value)
{
    char path[512];
    char text[SECRETS_SIZE];
    if (!take_text(reading, value, path, sizeof(path))) {
        return;
    }
    FILE *in = fopen(path, "r");
    if (!in) {
        char what[700];
        snprintf(what, sizeof(what), "%s: %s", path, strerror(errno));
        complain(reading, value, what);
        reading->has_secret_key = true;
        return;
    }
    size_t size = fread(text, 1, sizeof(text) - 1, in);
    fclose(in);
    text[size] = '\0';
    take_secrets(reading, value, text);
    memset(text, 0, sizeof(text));
}

static void take_secret_env(struct reading *reading, yaml_node_t *value)
{
    char name[128];
    char text[SECRETS_SIZE];
    if (!take_text(reading, value, name, sizeof(name))) {
        return;
    }
    const char *secret = getenv(name);
    snprintf(text, sizeof(text), "%s", secret ? secret : "");
    take_secrets(reading, value, text);
    memset(text, 0, sizeof(text));
}

static void take_events(struct reading *reading, yaml_node_t *value)
{
    struct webhook *hook = reading->hook;
    if (value->type != YAML_SEQUENCE_NODE) {
        complain(reading, value, "events is a list of patterns such as sagad.saga.*");
        return;
    }
    if (value->data.sequence.items.start == value->data.sequence.items.top) {
        complain(reading, value, "name at least one pattern, or leave events out: then it is all");
        return;
    }
    for (const yaml_node_item_t *item = value->data.sequence.items.start;
         item < value->data.sequence.items.top; item++) {
        const yaml_node_t *event = yaml_document_get_node(reading->file->document, *item);
        if (hook->event_count == WEBHOOK_EVENTS_MAX) {
            complain(reading, event, "more than 16 patterns");
            return;
        }
        if (take_text(reading, event, hook->events[hook->event_count], WEBHOOK_EVENT_MAX)) {
            hook->event_count++;
        }
    }
}

static void take_allow_private(struct reading *reading, yaml_node_t *value)
{
    struct address_rules *reach = &reading->hook->reach;
    const char *text = text_of(value);
    if (text) {
        reach->allow_private = strcmp(text, "true") == 0;
        if (!reach->allow_private && strcmp(text, "false") != 0) {
            complain(reading, value, "allow_private is true, false, or a list of address ranges");
        }
        return;
    }
    if (value->type != YAML_SEQUENCE_NODE) {
        complain(reading, value, "allow_private is true, false, or a list of address ranges");
        return;
    }
    for (const yaml_node_item_t *item = value->data.sequence.items.start;
         item < value->data.sequence.items.top; item++) {
        const yaml_node_t *range = yaml_document_get_node(reading->file->document, *item);
        const char *range_text = text_of(range);
        if (reach->range_count == ADDRESS_RANGES_MAX || !range_text ||
            !address_read_range(range_text, &reach->ranges[reach->range_count])) {
            complain(reading, range, "a range is 10.0.0.0/8 or fd00::/8, and there are at most 16");
            return;
        }
        reach->range_count++;
    }
}

static void take_timeout(struct reading *reading, yaml_node_t *value)
{
    const char *text = text_of(value);
    int64_t timeout_ms = 0;
    if (!text || !duration_parse(span_text(text), &timeout_ms) || timeout_ms < TIMEOUT_MIN_MS ||
        timeout_ms > TIMEOUT_MAX_MS) {
        complain(reading, value, "timeout is a duration from 100ms to 60s");
        return;
    }
    reading->hook->timeout_ms = timeout_ms;
}

static const struct {
    const char *name;
    void (*take)(struct reading *reading, yaml_node_t *value);
} keys[] = {
    {"name", take_name},
    {"url", take_url},
    {"secret_file", take_secret_file},
    {"secret_env", take_secret_env},
    {"events", take_events},
    {"allow_private", take_allow_private},
    {"timeout", take_timeout},
};

static void take_pair(struct reading *reading, const yaml_node_pair_t *pair)
{
    const yaml_node_t *key = yaml_document_get_node(reading->file->document, pair->key);
    yaml_node_t *value = yaml_document_get_node(reading->file->document, pair->value);
    const char *name = text_of(key);
    for (size_t i = 0; i < ARRAY_COUNT(keys) && name; i++) {
        if (strcmp(name, keys[i].name) == 0) {
            keys[i].take(reading, value);
            return;
        }
    }
    complain(reading, key,
             "the keys of a webhook are name, url, secret_file, secret_env, events, allow_private, "
             "timeout");
}

static void check(const struct reading *reading, const yaml_node_t *at,
                  const struct webhooks *webhooks)
{
    const struct webhook *hook = reading->hook;
    if (hook->name[0] == '\0' || hook->url[0] == '\0') {
        complain(reading, at, "a webhook has a name and a url");
        return;
    }
    for (uint32_t i = 0; i < webhooks->count; i++) {
        if (strcmp(webhooks->items[i].name, hook->name) == 0) {
            complain(reading, at, "the name is taken");
        }
    }
    if (!reading->has_secret_key) {
        complain(reading, at, "a webhook has a secret_file or a secret_env");
    }
    const char *wrong = transport_check_url(hook);
    if (wrong) {
        char what[200];
        snprintf(what, sizeof(what), "the url %s", wrong);
        complain(reading, at, what);
    }
}

void webhooks_read(const struct webhook_file *file, yaml_node_t *list, struct webhooks *webhooks)
{
    struct reading reading = {.file = file};
    if (list->type != YAML_SEQUENCE_NODE) {
        complain(&reading, list, "expected a list");
        return;
    }
    for (const yaml_node_item_t *item = list->data.sequence.items.start;
         item < list->data.sequence.items.top; item++) {
        const yaml_node_t *node = yaml_document_get_node(file->document, *item);
        reading = (struct reading){.file = file};
        if (webhooks->count == WEBHOOK_COUNT_MAX || node->type != YAML_MAPPING_NODE) {
            complain(&reading, node, "expected at most 16 webhooks, each a map");
            return;
        }
        reading.hook = &webhooks->items[webhooks->count];
        *reading.hook = (struct webhook){.timeout_ms = WEBHOOK_TIMEOUT_MS};
        for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
             pair < node->data.mapping.pairs.top; pair++) {
            take_pair(&reading, pair);
        }
        check(&reading, node, webhooks);
        webhooks->count++;
    }
}
