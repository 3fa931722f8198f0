/* options_webhooks.h - the `webhooks` of the configuration file. */
#ifndef OPTIONS_WEBHOOKS_H
#define OPTIONS_WEBHOOKS_H

#include <yaml.h>

#include "door/webhook.h"

struct webhook_file {
    yaml_document_t *document;
    /* Called for each thing that is wrong, with its place in the file. */
    void (*complain)(const yaml_mark_t *mark, const char *what, void *arg);
    void *arg;
};

/* Reads the list. When it complains of anything, the list is not to be used. */
void webhooks_read(const struct webhook_file *file, yaml_node_t *list, struct webhooks *webhooks);

#endif
