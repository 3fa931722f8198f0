/* options_file.c - the YAML file of settings: a map, whose faults are told with their places. */
#include "options_file.h"

#include <errno.h>
#include <string.h>
#include <yaml.h>

#include "options_settings.h"
#include "options_webhooks.h"

struct file {
    const char *path;
    yaml_document_t *document;
    FILE *err;
    bool seen[OPTIONS_COUNT_MAX]; /* by setting */
    bool bad;
};

static void complain(struct file *file, const yaml_mark_t *mark, const char *what, const char *name)
{
    fprintf(file->err, "sagad: %s:%zu:%zu: %s%s%s\n", file->path, mark->line + 1, mark->column + 1,
            what, name ? " " : "", name ? name : "");
    file->bad = true;
}

static void complain_of_webhook(const yaml_mark_t *mark, const char *what, void *arg)
{
    complain(arg, mark, what, NULL);
}

static void take_webhooks(struct options *options, struct file *file, yaml_node_t *value)
{
    struct webhook_file own = {
        .document = file->document, .complain = complain_of_webhook, .arg = file};
    if (options->webhooks.count > 0) {
        complain(file, &value->start_mark, "given twice:", "webhooks");
        return;
    }
    webhooks_read(&own, value, &options->webhooks);
}

static void complain_of_name(struct file *file, const yaml_node_t *key, const char *name)
{
    const char *close = setting_suggest(name);
    char what[160];
    snprintf(what, sizeof(what), "there is no setting '%.64s'%s", name,
             close ? "; did you mean" : ", see --help");
    complain(file, &key->start_mark, what, close);
}

static void take_setting(struct options *options, struct file *file, const yaml_node_t *key,
                         const yaml_node_t *value)
{
    const char *name = (const char *)key->data.scalar.value;
    const char *text = (const char *)value->data.scalar.value;
    size_t index = setting_find(name);
    struct setting_why why;
    if (index == option_setting_count || index == SETTING_CONFIG) {
        complain_of_name(file, key, name);
        return;
    }
    if (file->seen[index]) {
        complain(file, &key->start_mark, "given twice:", name);
        return;
    }
    file->seen[index] = true;
    const char *wrong = setting_parse(options, &option_settings[index], text, &why);
    if (wrong) {
        char what[256];
        snprintf(what, sizeof(what), "%s %s, not '%.64s'", name, wrong, text);
        complain(file, &value->start_mark, what, NULL);
    }
    options->sources[index] = "file";
}

static void take_pair(struct options *options, struct file *file, const yaml_node_t *key,
                      yaml_node_t *value)
{
    if (key->type == YAML_SCALAR_NODE &&
        strcmp((const char *)key->data.scalar.value, "webhooks") == 0) {
        take_webhooks(options, file, value);
        return;
    }
    if (key->type != YAML_SCALAR_NODE || value->type != YAML_SCALAR_NODE) {
        complain(file, &key->start_mark, "expected one name and one plain value", NULL);
        return;
    }
    take_setting(options, file, key, value);
}

static void take_document(struct options *options, struct file *file)
{
    const yaml_node_t *root = yaml_document_get_root_node(file->document);
    if (!root) {
        return;
    }
    if (root->type != YAML_MAPPING_NODE) {
        complain(file, &root->start_mark, "expected a map of settings", NULL);
        return;
    }
    for (const yaml_node_pair_t *pair = root->data.mapping.pairs.start;
         pair < root->data.mapping.pairs.top; pair++) {
        take_pair(options, file, yaml_document_get_node(file->document, pair->key),
                  yaml_document_get_node(file->document, pair->value));
    }
}

bool options_file_read(struct options *options, FILE *err)
{
    yaml_parser_t parser;
    yaml_document_t document;
    struct file file = {.path = options->config, .document = &document, .err = err};
    FILE *in = fopen(options->config, "r");
    if (!in) {
        fprintf(err, "sagad: cannot read %s: %s\n", options->config, strerror(errno));
        return false;
    }

    if (!yaml_parser_initialize(&parser)) {
        fprintf(err, "sagad: cannot read %s: out of memory\n", options->config);
        file.bad = true;
        goto err_after_open;
    }
    yaml_parser_set_input_file(&parser, in);

    if (!yaml_parser_load(&parser, &document)) {
        complain(&file, &parser.problem_mark, parser.problem ? parser.problem : "not YAML", NULL);
        goto err_after_parser;
    }
    take_document(options, &file);
    yaml_document_delete(&document);

err_after_parser:
    yaml_parser_delete(&parser);

err_after_open:
    fclose(in);
    return !file.bad;
}
