/* commands.c - the table of commands: a new one is a row here. */
#include "ctl/commands.h"

#include "base/check.h"
#include "ctl/completion.h"
#include "ctl/definitions.h"
#include "ctl/events.h"
#include "ctl/help.h"
#include "ctl/history.h"
#include "ctl/list.h"
#include "ctl/migrate.h"
#include "ctl/schedules.h"
#include "ctl/show.h"
#include "ctl/start.h"
#include "ctl/tokens.h"
#include "ctl/verbs.h"
#include "ctl/webhooks.h"

#define VERB_OPTIONS "reason key wait output"
static const struct command items[] = {
    {"apply", "FILE...", "make a new version of a definition, or say unchanged",
     "file dry-run output", 0, 64, false, definitions_apply},
    {"lint", "FILE...", "check definitions, offline", "", 1, 64, false, definitions_lint},
    {"graph", "FILE", "draw a definition: its steps, and the way back, offline", "format", 1, 1,
     false, definitions_graph},
    {"drill", "FILE", "try every trouble, offline; exit 1: an effect is lost",
     "input outputs output", 1, 1, false, definitions_drill},
    {"start", "DEFINITION", "start a saga", "id version input labels start-at key wait output", 1,
     1, false, start_run},
    {"list", "", "sagas, newest first",
     "status definition parent label cause step-status code alert q since until limit output", 0, 0,
     true, list_run},
    {"schedules", "", "what starts by itself, and when", "output", 0, 0, true, schedules_run},
    {"show", "ID", "one saga: why it is where it is, and its steps", "output", 1, 1, false,
     show_run},
    {"history", "ID", "everything that happened to a saga", "limit output", 1, 1, true,
     history_run},
    {"watch", "ID", "follow a saga until it has settled", "", 1, 1, false, history_watch},
    {"rollback", "ID", "undo a running or parked saga, or go back to a step",
     "plan apply to pause accept yes " VERB_OPTIONS, 1, 1, false, verbs_rollback},
    {"reverse", "ID", "undo a completed saga, whole or some steps",
     "plan apply steps accept yes " VERB_OPTIONS, 1, 1, false, verbs_reverse},
    {"retry", "ID", "try again now what waits or is parked", "step input " VERB_OPTIONS, 1, 1,
     false, verbs_retry},
    {"resolve", "ID", "settle a step by hand", "step outcome result evidence " VERB_OPTIONS, 1, 1,
     false, verbs_resolve},
    {"pause", "ID", "start nothing new; what runs is recorded", VERB_OPTIONS, 1, 1, false,
     verbs_pause},
    {"resume", "ID", "go on after a pause", VERB_OPTIONS, 1, 1, false, verbs_resume},
    {"skip", "ID", "leave out a step; what needs it goes on", "step " VERB_OPTIONS, 1, 1, false,
     verbs_skip},
    {"approve", "ID STEP", "answer the question of a step with yes", "question " VERB_OPTIONS, 2, 2,
     false, verbs_approve},
    {"reject", "ID STEP", "answer it with no", "question " VERB_OPTIONS, 2, 2, false, verbs_reject},
    {"terminate", "ID", "give up: write off every unsettled step", "yes " VERB_OPTIONS, 1, 1, false,
     verbs_terminate},
    {"event", "NAME", "say what has happened: wakes and starts sagas", "id source data output", 1,
     1, false, events_run},
    {"signal", "ID EVENT", "send an event to one saga alone", "data " VERB_OPTIONS, 2, 2, false,
     verbs_signal},
    {"webhooks", "[VERB...]", "who hears what: list dead redeliver discard enable",
     "limit reason yes output", 0, 3, true, webhooks_run},
    {"migrate", "ID", "go on under another version of the definition",
     "to-version plan yes " VERB_OPTIONS, 1, 1, false, migrate_run},
    {"token", "VERB [NAME]", "tokens, in the data folder: create, list, revoke",
     "role groups expires data output", 1, 2, false, tokens_run},
    {"completion", "bash", "print completion for a shell", "", 1, 1, false, completion_run},
    {"version", "", "print the version", "", 0, 0, false, help_version},
    {"help", "[COMMAND]", "this, or one command", "man", 0, 1, false, help_run},
};

const struct command_list commands = {items, ARRAY_COUNT(items)};
