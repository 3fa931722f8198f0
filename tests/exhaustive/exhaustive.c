/* exhaustive.c - every history of small sagas, with crash and replay after every event.
 *
 *   exhaustive [MORE [NAME [PART PARTS]]]   histories of up to so many events as the table below
 *                                           says, and MORE (-1: one less); only of sagas whose
 *                                           definition contains NAME; only the PARTth of PARTS
 *
 * A history is a list of choices: an answer, a loss, time passing, a person, a crash. Each event is
 * run once: the world is put back to where it was (small_image.h), and the enumeration goes on with
 * the next choice that it leaves. A state that was seen before, after no more events, is not gone
 * into again. In every new state the rows are folded anew and compared, and then two worlds come to
 * rest: one in which all that is open answers, and one in which the coordinator crashes first.
 *
 * One to three steps: all shapes of the DAG and all classes of step, every outcome, two attempts a
 * key, a person at any point, a crash at any point besides. Four steps: all 64 shapes, every step
 * succeeds, is refused or stays in doubt, one crash. A fan-out has two items, which count as steps.
 *
 * What must hold (each was seen to fail, with the engine broken as said):
 *
 *   replay       the rows folded anew give the same state     (counted++ in call_send)
 *   no_spin      a timer that has fired lies in the future    (undo's gate without condition)
 *   key          one key, one request                         (in_doubt of a task not frozen)
 *   attempt      attempt numbers of a key ascend              (every attempt is number 1)
 *   order        an undo leaves after those of all dependents (undo_parallel: all are clear)
 *   overtake     no do can take effect after its undo left    (attempt_quiet_ms: never waits)
 *   needless     undo only what may have been done            (a failure taken for a doubt)
 *   once         what was undone is not undone again          (an undo that stays due after ok)
 *   completed    all effects stand                            (done when the last step is)
 *   compensated  nothing stands but what is readonly          (a failed undo taken for done)
 *   cancel       a roll-back that was taken comes to its end  (forward() deaf to back_wanted)
 *   twice        only the last key's effect stands            (attempt_is_of_old_key: never)
 *   late         what an old key did late is undone           (late_effects_undo: none is)
 *   forgotten    no retry in doubt of a forgotten key         (retry_due deaf to key's age)
 *   settled twice  nor of one that a check has settled        (the ok of an undo's is lost)
 *   unasked      no undo is given up before its check is      (undo_end_doubt: gives up at once)
 *   in_time      nothing begins past a deadline's lead        (deadline_expire: never)
 *   told         what was recorded is told, once, in order    (tell_record() before the fold)
 *   child        a parent ends after its children, and tells   (is_done: waiting is done;
 *                them when it turns back                       BACK is never asked)
 *   renewed      coming back gives no attempt more time       (adopt() renews whatever it is)
 *   placed       an attempt is for whom its record says       (no session in the task)
 *   returned     what a returning instance does not name was  (returns_note: none is)
 *                never taken
 *   settled      at rest a saga is final or parked            (a loaded saga not looked at)
 *   image        a world that is put back is as it was        (a counter of turns in static memory)
 *   leak         what was allocated is freed at the end       (map_close() of tokens left out)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "engine/engine.h"
#include "journal/verb.h"
#include "language/definition.h"
#include "language/step_kind.h"
#include "reading/problem.h"
#include "saga/saga.h"
#include "saga/steps.h"
#include "small.h"
#include "small_image.h"
#include "small_seen.h"

enum {
    DEPTH_MAX = 60,
    CHOICES_MAX = 256,
    DEFINITION_SIZE = 1024,
    CHECKED_IMAGES = 50, /* one of so many */
    MORE_MAX = 30,
    PARTS_MAX = 1000,
};

enum choice_kind {
    CHOICE_OK,
    CHOICE_REFUSED,
    CHOICE_FAILED,
    CHOICE_LOST_APPLIED,
    CHOICE_LOST,
    CHOICE_LATE_FAILED,
    CHOICE_TIME,
    CHOICE_TIME_APPLIED,
    CHOICE_ADOPT,
    CHOICE_UNTAKEN,
    CHOICE_RETURNED, /* an instance */
    CHOICE_PERSON,
    CHOICE_SKIP,    /* a person leaves out the step */
    CHOICE_APPROVE, /* or answers what it asks */
    CHOICE_REJECT,
    CHOICE_BACK, /* to the step, and forward again */
    CHOICE_CRASH,
    CHOICE_CHILD_DONE,
    CHOICE_CHILD_FAILED,
};

static const char *const choice_names[] = {
    "ok",           "refused", "failed",  "lost-applied", "lost",        "late-failed", "time",
    "time-applied", "adopt",   "untaken", "returned",     "person",      "skip",        "approve",
    "reject",       "back",    "crash",   "child-done",   "child-failed"};

struct choice {
    enum choice_kind kind;
    uint32_t task;
    bool lost; /* what it means to a child, or its parent, is lost in a crash right after */
};

/* What is enumerated, and how far. */
struct extent {
    int depth;         /* events after the start */
    int attempts;      /* of each do; undos have two */
    bool few_outcomes; /* ok, refused, in doubt; no person */
    uint64_t sagas;
    uint64_t states;
    uint64_t states_cut; /* at the bound of events: more may follow */
};

/* By the number of steps. */
static struct extent extents[SMALL_STEPS_MAX] = {
    {.depth = 7, .attempts = 2},
    {.depth = 5, .attempts = 2},
    {.depth = 4, .attempts = 2},
    {.depth = 5, .attempts = 1, .few_outcomes = true},
};

#define STEP(name, more) "{'step':'" name "','action':'s.a'" more "}"
#define UNDO             ",'compensate':'s.u'"
#define NONE             ",'compensate':'none'"
#define CHECKED          ",'check':'s.c'"
#define UNDO_CHECKED     ",'compensate':{'action':'s.u','check':'s.c'}"
#define UNDO_KEYED       ",'compensate':{'action':'s.u','check':'s.c','key_ttl':'30s'}"
#define FREE             ",'needs':[]"
#define PIVOT            ",'pivot':true"
#define WHEN             ",'when':'$.steps.a.output == 1'"
#define ASK(name, more)                                                                            \
    "{'step':'" name "','approve':{'question':'Go?','who':'alice','timeout':'10s'" more "}}"
#define EACH                    ",'for_each':'$.input'"
#define GOES_ON                 ",'on_item_failure':'continue'"
#define CHILD(name, more)       "{'step':'" name "','saga':'x'" more "}"
#define REVERSE                 ",'compensate':'reverse'"
#define SAGA(name, more, steps) "{'saga':'" name "'," more "'steps':[" steps "]}"
static const char *const documents[] = {
    SAGA("read", "", STEP("a", UNDO) "," STEP("b", NONE) "," STEP("c", UNDO)),
    SAGA("pivot", "", STEP("a", UNDO) "," STEP("b", PIVOT)),
    SAGA("after", "", STEP("a", UNDO) "," STEP("b", PIVOT) "," STEP("c", "")),
    SAGA("refund", "'reversal_window':'1h',", STEP("a", UNDO) "," STEP("b", UNDO PIVOT)),
    SAGA("sure", "", STEP("a", UNDO) "," STEP("b", PIVOT CHECKED)),
    SAGA("check", "", STEP("a", UNDO CHECKED) "," STEP("b", NONE)),
    SAGA("strict", "'compensation_order':'strict',",
         STEP("a", UNDO FREE) "," STEP("b", UNDO FREE) "," STEP("c", UNDO)),
    SAGA("limit", "'timeout':'90s',", STEP("a", UNDO) "," STEP("b", UNDO)),
    SAGA("failed", "", STEP("a", UNDO ",'compensate_on':'failed'") "," STEP("b", UNDO)),
    SAGA("key", "", STEP("a", UNDO ",'key_ttl':'30s'") "," STEP("b", UNDO)),
    SAGA("keys", "", STEP("a", UNDO CHECKED ",'key_ttl':'30s'") "," STEP("b", PIVOT)),
    SAGA("until", "",
         STEP("a", ",'compensate':{'action':'s.u','before':190000,'key_ttl':'30s'}") "," STEP(
             "b", UNDO) "," STEP("c", UNDO)),
    SAGA("undo-check", "'reversal_window':'1h',", STEP("a", UNDO_CHECKED)),
    SAGA("undo-key", "'reversal_window':'1h',", STEP("a", UNDO_KEYED)),
    SAGA("undo-and-do", "'reversal_window':'1h',", STEP("a", CHECKED UNDO_CHECKED)),
    SAGA("undo-after", "", STEP("a", UNDO_CHECKED) "," STEP("b", UNDO)),
    SAGA("undo-first", "", STEP("a", UNDO) "," STEP("b", CHECKED UNDO_CHECKED)),
    SAGA("undo-items", "", STEP("a", EACH GOES_ON UNDO_CHECKED)),
    SAGA("sleep", "",
         STEP("a", UNDO FREE) ",{'step':'b','needs':[],'sleep':'1m'}," STEP("c", UNDO)),
    SAGA("items", "", STEP("a", UNDO EACH)),
    SAGA("items-one", "", STEP("a", UNDO EACH ",'max_parallel':1")),
    SAGA("items-go-on", "", STEP("a", UNDO EACH GOES_ON)),
    SAGA("items-check", "", STEP("a", UNDO EACH GOES_ON CHECKED)),
    SAGA("items-failed", "", STEP("a", UNDO EACH GOES_ON ",'compensate_on':'failed'")),
    SAGA("items-read", "", STEP("a", NONE EACH GOES_ON)),
    SAGA("items-refund", "'reversal_window':'1h',", STEP("a", UNDO EACH)),
    SAGA("items-first", "", STEP("a", UNDO EACH) "," STEP("b", UNDO)),
    SAGA("items-last", "", STEP("a", UNDO) "," STEP("b", UNDO EACH)),
    SAGA("items-strict", "'compensation_order':'strict',",
         STEP("a", UNDO EACH) "," STEP("b", UNDO)),
    SAGA("items-after", "", STEP("a", PIVOT) "," STEP("b", EACH)),
    SAGA("items-beside", "", STEP("a", UNDO FREE) "," STEP("b", UNDO EACH GOES_ON FREE)),
    SAGA("child", "", STEP("a", UNDO) "," CHILD("b", REVERSE) "," STEP("c", UNDO)),
    SAGA("children", "",
         CHILD("a", REVERSE FREE) "," CHILD("b", NONE FREE) "," STEP("c", UNDO ",'needs':['a']")),
    SAGA("child-pivot", "", STEP("a", UNDO) "," CHILD("b", PIVOT) "," CHILD("c", REVERSE)),
    SAGA("child-time", "'timeout':'3m',",
         CHILD("a", REVERSE ",'timeout':{'schedule_to_close':'1m'}") "," STEP("b", UNDO)),
    SAGA("child-refund", "'reversal_window':'1h',", CHILD("a", REVERSE) "," CHILD("b", REVERSE)),
    SAGA("when", "", STEP("a", UNDO) "," STEP("b", UNDO WHEN) "," STEP("c", UNDO)),
    SAGA("when-pivot", "", STEP("a", UNDO) "," STEP("b", PIVOT WHEN) "," STEP("c", "")),
    SAGA("ask", "", STEP("a", UNDO) "," ASK("b", "") "," STEP("c", UNDO)),
    SAGA("ask-yes", "",
         STEP("a", UNDO) "," ASK("b", ",'on_timeout':'approve'") "," STEP("c", PIVOT)),
    SAGA("reverse", "'reversal_window':'1h',", STEP("a", UNDO) "," STEP("b", UNDO FREE)),
};

static struct choice path[DEPTH_MAX];
static int path_size;
static const char *document;    /* at work */
static const char *wanted = ""; /* documents that contain this */
static long part = 1;           /* and of those each PARTSth, from the PARTth on */
static long parts = 1;

void small_fail(const char *invariant)
{
    printf("VIOLATED %s by %s:", invariant, document);
    for (int i = 0; i < path_size; i++) {
        printf(" %s/%u%s", choice_names[path[i].kind], path[i].task, path[i].lost ? "!" : "");
    }
    printf("\n");
    exit(1);
}

static void perform(struct small *world, struct choice choice)
{
    struct sent *task = &world->tasks[choice.task];
    world->deaf = choice.lost;
    switch (choice.kind) {
    case CHOICE_OK:
        small_succeed(world, task);
        break;
    case CHOICE_REFUSED:
        small_answer(world, task, RESULT_FAILED, "refused");
        break;
    case CHOICE_FAILED:
    case CHOICE_LATE_FAILED:
        small_answer(world, task, RESULT_FAILED, "failed");
        break;
    case CHOICE_LOST_APPLIED:
        small_apply(world, task);
        small_lose(world, task);
        break;
    case CHOICE_LOST:
        small_lose(world, task);
        break;
    case CHOICE_TIME_APPLIED:
        small_apply(world, task);
        small_pass_time(world);
        break;
    case CHOICE_TIME:
        small_pass_time(world);
        break;
    case CHOICE_ADOPT:
        small_adopt(world, task);
        break;
    case CHOICE_UNTAKEN:
        small_untaken(world, task);
        break;
    case CHOICE_RETURNED:
        small_return(world, choice.task);
        break;
    case CHOICE_PERSON:
        small_verb(world, world->state == SAGA_STATE_COMPLETED ? VERB_REVERSE : VERB_ROLLBACK);
        break;
    case CHOICE_SKIP:
        small_skip(world, choice.task);
        break;
    case CHOICE_APPROVE:
    case CHOICE_REJECT:
        small_decide(world, choice.task, choice.kind == CHOICE_APPROVE);
        break;
    case CHOICE_BACK:
        small_back(world, choice.task);
        break;
    case CHOICE_CHILD_DONE:
    case CHOICE_CHILD_FAILED:
        small_child_ends(world, choice.task, choice.kind == CHOICE_CHILD_DONE);
        break;
    case CHOICE_CRASH:
        small_crash(world);
        break;
    }
    world->deaf = false;
    if (choice.lost && small_saga(world)) {
        small_crash(world);
    }
}

/* ---- what may come next ---- */

struct choices {
    struct choice items[CHOICES_MAX];
    uint32_t count;
};

static void add(struct choices *choices, enum choice_kind kind, uint32_t task)
{
    must(choices->count < CHOICES_MAX, "too many choices");
    choices->items[choices->count++] = (struct choice){kind, task, false};
}

static void add_children(const struct small *world, struct choices *choices)
{
    for (uint32_t i = 0; i < world->child_count; i++) {
        if (small_child_is_open(&world->children[i])) {
            add(choices, CHOICE_CHILD_DONE, i);
        }
        if (world->children[i].state == SAGA_STATE_RUNNING) {
            add(choices, CHOICE_CHILD_FAILED, i);
        }
    }
}

/* Whatever a parent or a child may decide can be all that is left of a turn, when a crash follows.
 */
static void add_losses(const struct small *world, struct choices *choices)
{
    bool has_child = false;
    for (uint32_t i = 0; i < world->definition->step_count; i++) {
        has_child |= world->definition->steps[i].kind == STEP_KIND_SAGA;
    }
    uint32_t count = has_child && world->crashes == 0 ? choices->count : 0;
    for (uint32_t i = 0; i < count; i++) {
        enum choice_kind kind = choices->items[i].kind;
        if (kind == CHOICE_OK || kind == CHOICE_REFUSED || kind == CHOICE_PERSON ||
            kind == CHOICE_TIME || kind == CHOICE_CHILD_DONE || kind == CHOICE_CHILD_FAILED) {
            add(choices, kind, choices->items[i].task);
            choices->items[choices->count - 1].lost = true;
        }
    }
}

/* Of a task that its participant has, in time and in touch. */
static void add_task(const struct extent *extent, const struct small *world, uint32_t index,
                     struct choices *choices)
{
    const struct sent *task = &world->tasks[index];
    bool last = task->attempt >= 2;
    bool timed = engine_next_due(world->engine, 0) != INT64_MAX;
    add(choices, CHOICE_OK, index);
    if (task->orphan && !extent->few_outcomes) {
        add(choices, CHOICE_ADOPT, index);
    }
    if (task->orphan && !task->applied) {
        add(choices, CHOICE_UNTAKEN, index);
    }
    if (!task->applied && task->kind == TASK_DO) {
        add(choices, CHOICE_REFUSED, index);
    }
    if (extent->few_outcomes) {
        if (!task->applied && task->kind == TASK_DO && timed) {
            add(choices, CHOICE_TIME_APPLIED, index);
        }
        return;
    }
    if (!task->applied) {
        add(choices, CHOICE_FAILED, index);
    }
    bool checked = task->kind == TASK_UNDO && small_spec(world, task->step)->undo.check.size > 0;
    if (!task->applied && (task->kind == TASK_DO || checked) && timed) {
        add(choices, CHOICE_TIME_APPLIED, index);
    }
    if (!task->applied && task->kind != TASK_CHECK && !last) {
        add(choices, CHOICE_LOST_APPLIED, index);
    }
    if (!last) {
        add(choices, CHOICE_LOST, index);
    }
}

/* Of one step: what a person may say of it. */
static void add_step(const struct small *world, const struct step *step, struct choices *choices)
{
    bool asks = step->spec->kind == STEP_KIND_APPROVE && step->state != STEP_STATE_PENDING;
    bool last = step->spec->needed_by_count == 0;
    if (asks) {
        add(choices, CHOICE_APPROVE, step->index);
        add(choices, CHOICE_REJECT, step->index);
    }
    if (world->acts == 0 && !last && step_satisfies(step)) {
        add(choices, CHOICE_BACK, step->index);
    }
    bool skips = strstr(document, "'saga':'when") || strstr(document, "'saga':'ask") ||
                 strstr(document, "'saga':'after");
    if (world->acts == 0 && skips) {
        add(choices, CHOICE_SKIP, step->index);
    }
}

/* Has another attempt of the key spoken? Then one of a do that comes after its undo is refused by
 * the participant's barrier alone. */
static bool key_has_spoken(const struct small *world, const struct sent *task)
{
    for (uint32_t i = 0; i < world->task_count; i++) {
        const struct sent *other = &world->tasks[i];
        if (other != task && other->answered && !other->disowned &&
            strcmp(other->key, task->key) == 0) {
            return true;
        }
    }
    return false;
}

/* Whoever said that nobody took it was wrong, and it answers. A pivot's effect that comes so late
 * can only be told to a person. */
static bool may_own(const struct extent *extent, const struct small *world, const struct sent *task)
{
    return task->disowned && !extent->few_outcomes && small_in_time(world, task) &&
           !key_has_spoken(world, task) &&
           (task->kind != TASK_DO || small_spec(world, task->step)->has_undo);
}

static void next_choices(const struct extent *extent, const struct small *world,
                         struct choices *choices)
{
    bool final = saga_state_is_final(world->state);
    bool reversible =
        world->state == SAGA_STATE_COMPLETED && world->definition->reversal_window_ms > 0;
    choices->count = 0;
    for (uint32_t i = 0; i < world->task_count; i++) {
        const struct sent *task = &world->tasks[i];
        bool late = task->lost || !small_in_time(world, task);
        if (!task->answered && !late) {
            add_task(extent, world, i, choices);
        } else if (!task->answered && (task->applied || small_may_act(world, task))) {
            add(choices, CHOICE_OK, i);
            if (!task->applied) {
                add(choices, CHOICE_LATE_FAILED, i);
            }
            if (task->lost && !extent->few_outcomes) {
                add(choices, CHOICE_ADOPT, i);
            }
        } else if (may_own(extent, world, task)) {
            add(choices, CHOICE_OK, i);
        }
    }
    for (uint32_t i = 0; i < SMALL_INSTANCES; i++) {
        if (small_may_return(world, i)) {
            add(choices, CHOICE_RETURNED, i);
        }
    }
    if (engine_next_due(world->engine, 0) != INT64_MAX) {
        add(choices, CHOICE_TIME, 0);
    }
    bool may_act = world->acts == 0 || (world->acts == 1 && world->went_back);
    if (!extent->few_outcomes && may_act && (!final || reversible)) {
        add(choices, CHOICE_PERSON, 0);
    }
    const struct saga *saga = small_saga(world);
    for (uint32_t i = 0; saga && i < saga->step_total; i++) {
        if (!extent->few_outcomes) {
            add_step(world, saga_step(saga, i), choices);
        }
    }
    add_children(world, choices);
    add_losses(world, choices);
    if (!final && world->crashes == 0) {
        add(choices, CHOICE_CRASH, 0);
    }
}

/* ---- the enumeration ---- */

/* Where a history has come to, before anything follows; by its number of events. */
static struct small_image images[DEPTH_MAX + 1];
static struct small world;

/* Not seen yet after so few events. */
static bool is_new(struct extent *extent, uint64_t digest)
{
    enum seen before = small_seen(digest, (uint8_t)path_size);
    extent->states += before == SEEN_NEVER;
    return before != SEEN_SOONER;
}

/* Putting an image back is as good as running the history from its beginning in a fresh world. */
static void check_image(const struct definition *definition, uint64_t digest)
{
    small_image_restore(&images[0], &world);
    small_close(&world);
    small_open(&world, definition);
    for (int i = 0; i < path_size; i++) {
        perform(&world, path[i]);
    }
    must(small_digest(&world) == digest, "image");
}

/* The choices of a state that is new, after all that must hold there was checked. */
static void enter(struct extent *extent, const struct definition *definition,
                  struct choices *choices)
{
    small_check_replay(&world);
    small_check_outcome(&world);
    choices->count = 0;
    uint64_t digest = small_digest(&world);
    if (!is_new(extent, digest)) {
        return;
    }
    next_choices(extent, &world, choices);
    extent->states_cut += path_size == extent->depth && choices->count > 0;
    small_image_save(&images[path_size], &world);
    small_drive_to_rest(&world);
    small_image_restore(&images[path_size], &world);
    if (!saga_state_is_final(world.state)) {
        small_crash(&world);
        small_check_replay(&world);
        small_drive_to_rest(&world);
    }
    if (digest % CHECKED_IMAGES == 0) {
        check_image(definition, digest);
    }
}

static void enumerate(struct extent *extent, const struct definition *definition)
{
    static struct choices choices[DEPTH_MAX + 1];
    uint32_t at[DEPTH_MAX + 1];
    small_seen_clear();
    small_image_begin();
    small_open(&world, definition);
    path_size = 0;
    enter(extent, definition, &choices[0]);
    at[0] = 0;
    for (int depth = 0; depth >= 0;) {
        path_size = depth;
        if (depth == extent->depth || at[depth] == choices[depth].count) {
            depth--;
            continue;
        }
        small_image_restore(&images[depth], &world);
        path[depth] = choices[depth].items[at[depth]++];
        path_size = ++depth;
        perform(&world, path[depth - 1]);
        enter(extent, definition, &choices[depth]);
        at[depth] = 0;
    }
    small_image_restore(&images[0], &world);
    small_close(&world);
    small_image_end();
}

static const struct definition *compile(struct arena *arena)
{
    char json[DEFINITION_SIZE];
    struct buf source;
    struct json_problem problem;
    struct problems problems;
    const struct definition *definition = NULL;
    size_t size = strlen(document);
    must(size < sizeof(json), "definition");
    for (size_t i = 0; i <= size; i++) {
        json[i] = document[i] == '\'' ? '"' : document[i];
    }
    buf_open(&source, 1 << 20);
    must(json_to_mp(span_text(json), &source, &problem) == SAGA_OK, "definition");
    enum saga_error rc = definition_compile(buf_span(&source), arena, &definition, &problems);
    must(rc == SAGA_OK, problems.count > 0 ? problems.items[0].detail : "definition");
    buf_close(&source);
    return definition;
}

static void bound_attempts(const struct definition *definition, int attempts)
{
    for (uint32_t i = 0; i < definition->step_count; i++) {
        struct step_spec *step = (struct step_spec *)(uintptr_t)&definition->steps[i];
        step->action.retry.attempts_max = (uint32_t)attempts;
        step->action.retry.jitter = 0;
        step->undo.retry.attempts_max = 2;
        step->undo.retry.jitter = 0;
    }
}

static void explore(const char *text)
{
    struct arena arena;
    static long number = 0;
    document = text;
    if (!strstr(text, wanted) || number++ % parts != part - 1) {
        return;
    }
    arena_open(&arena, &arena_heap, 1 << 20);
    const struct definition *definition = compile(&arena);
    must(small_step_count(definition) <= SMALL_STEPS_MAX, "definition");
    struct extent *extent = &extents[small_step_count(definition) - 1];
    bound_attempts(definition, extent->attempts);
    enumerate(extent, definition);
    extent->sagas++;
    arena_close(&arena);
}

/* Step i needs step j when bit i * (i - 1) / 2 + j is set. */
static void explore_shape(int steps, unsigned shape)
{
    static char text[DEFINITION_SIZE];
    int size = snprintf(text, sizeof(text), "{'saga':'dag%d-%u','steps':[", steps, shape);
    for (int i = 0; i < steps; i++) {
        size += snprintf(text + size, sizeof(text) - (size_t)size, "%s{'step':'%c','needs':[",
                         i > 0 ? "," : "", 'a' + i);
        const char *comma = "";
        for (int j = 0; j < i; j++) {
            if (shape >> (i * (i - 1) / 2 + j) & 1) {
                size +=
                    snprintf(text + size, sizeof(text) - (size_t)size, "%s'%c'", comma, 'a' + j);
                comma = ",";
            }
        }
        size += snprintf(text + size, sizeof(text) - (size_t)size, "],'action':'s.a'" UNDO "}");
    }
    (void)snprintf(text + size, sizeof(text) - (size_t)size, "]}");
    explore(text);
}

static void report(const struct extent *extent)
{
    printf(
        "%d steps: %2llu sagas, up to %2d events: %9llu states, %llu of them with more to come\n",
        (int)(extent - extents) + 1, (unsigned long long)extent->sagas, extent->depth,
        (unsigned long long)extent->states, (unsigned long long)extent->states_cut);
}

/* False: it is no number between these. */
static bool read_number(const char *text, long min, long max, long *number)
{
    char *end = NULL;
    *number = strtol(text, &end, 10);
    return *text && !*end && *number >= min && *number <= max;
}

int main(int argc, char **argv)
{
    long more = 0;
    bool is_good = argc <= 3 || argc == 5;
    is_good = is_good && (argc < 2 || read_number(argv[1], -MORE_MAX, MORE_MAX, &more));
    is_good = is_good && (argc < 5 || (read_number(argv[4], 1, PARTS_MAX, &parts) &&
                                       read_number(argv[3], 1, parts, &part)));
    wanted = argc > 2 ? argv[2] : wanted;
    if (!is_good) {
        (void)fprintf(stderr, "usage: exhaustive [MORE [NAME [PART PARTS]]]\n");
        return 64;
    }
    for (size_t i = 0; i < ARRAY_COUNT(extents); i++) {
        extents[i].depth += (int)more;
    }
    for (size_t i = 0; i < ARRAY_COUNT(documents); i++) {
        explore(documents[i]);
    }
    for (int steps = 1; steps <= SMALL_STEPS_MAX; steps++) {
        for (unsigned shape = 0; shape < 1u << (steps * (steps - 1) / 2); shape++) {
            explore_shape(steps, shape);
        }
    }
    for (size_t i = 0; i < ARRAY_COUNT(extents); i++) {
        report(&extents[i]);
    }
    for (size_t i = 0; i < ARRAY_COUNT(images); i++) {
        small_image_free(&images[i]);
    }
    small_seen_free();
    return 0;
}
