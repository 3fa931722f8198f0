/* migrate.c - shows what would be, then asks, if the migration is possible. */
#include "ctl/migrate.h"

#include <stdio.h>

#include "ctl/consent.h"
#include "ctl/http.h"
#include "ctl/members.h"
#include "ctl/plans.h"
#include "ctl/values.h"
#include "ctl/verbs.h"

/* EXIT_REFUSED: the plan is shown, and says why not. */
static enum exit_code show_plan(const struct settings *settings, const char *id)
{
    char what[64];
    struct reply reply;
    snprintf(what, sizeof(what), "/migration-plan?version=%u", settings->to_version);
    enum exit_code code = http_get_saga(settings, id, what, &reply);
    if (code == EXIT_GOOD) {
        settings->output == OUTPUT_TABLE ? plans_show_migration(reply.body)
                                         : value_show(settings, reply.body);
        code = members_flag(reply.body, "possible") ? EXIT_GOOD : EXIT_REFUSED;
    }
    http_close(&reply);
    return code;
}

/* EXIT_GOOD: the request says all that it must. */
static enum exit_code check(const struct settings *settings)
{
    enum exit_code code = settings->plan ? EXIT_GOOD : consent_reason(settings);
    if (code == EXIT_GOOD && settings->to_version == 0) {
        fprintf(stderr, "sagactl: migrate needs --to-version N\n");
        return EXIT_USAGE;
    }
    return code == EXIT_GOOD && !settings->plan
               ? consent_possible(settings, "migrate changes what the saga will do")
               : code;
}

enum exit_code migrate_run(const struct settings *settings, const struct arguments *arguments)
{
    const char *id = arguments->items[0];
    enum exit_code code = check(settings);
    if (code == EXIT_GOOD && (settings->plan || !settings->yes)) {
        code = show_plan(settings, id);
    }
    if (code != EXIT_GOOD || settings->plan) {
        return code;
    }
    if (!settings->yes) {
        code = consent_ask("Migrate it?");
    }
    return code == EXIT_GOOD ? verbs_send(settings, id, "migrate", "completed") : code;
}
