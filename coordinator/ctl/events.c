/* events.c - events from the command line: for everybody, or for one saga. */
#include "ctl/events.h"

#include <string.h>

#include "base/digest.h"
#include "ctl/http.h"
#include "ctl/members.h"
#include "ctl/values.h"

enum { ID_SIZE = 16 };

static void show_outcome(const json_t *outcome)
{
    size_t at;
    const json_t *saga;
    long long delivered = members_number(outcome, "delivered");
    bool duplicate = members_flag(outcome, "duplicate");
    printf("%s: taken by %lld step%s%s\n", members_text(outcome, "id"), delivered,
           delivered == 1 ? "" : "s", duplicate ? " (it was there already)" : "");
    json_array_foreach(json_object_get(outcome, "started"), at, saga)
    {
        printf("started  %s\n", json_string_value(saga));
    }
}

/* A structured CloudEvent. Without --id each is another event. */
enum exit_code events_run(const struct settings *settings, const struct arguments *arguments)
{
    struct reply reply;
    uint8_t random[ID_SIZE];
    char id[2 * ID_SIZE + 1];
    struct settings own = *settings;
    digest_random(random, sizeof(random));
    digest_hex(span_of(random, sizeof(random)), id);
    own.content_type = "application/cloudevents+json";
    json_t *body = json_pack("{s:s, s:s, s:s, s:s}", "specversion", "1.0", "type",
                             arguments->items[0], "id", settings->id ? settings->id : id, "source",
                             settings->source ? settings->source : "sagactl");
    if (!body || !value_add(body, "data", settings->data)) {
        json_decref(body);
        return EXIT_USAGE;
    }
    enum exit_code code = http_call(&own, "POST", "/v1/events", body, &reply);
    json_decref(body);
    if (code == EXIT_GOOD && settings->output == OUTPUT_TABLE) {
        show_outcome(reply.body);
    } else if (code == EXIT_GOOD) {
        value_show(settings, reply.body);
    }
    http_close(&reply);
    return code;
}
