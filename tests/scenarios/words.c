/* words.c - the lines of a script: a word that says what happens, and what to.
 *
 *   start [input=JSON] [at=+1h] [digest=TEXT]
 *   ok|fail|later KEY[#N] [output=JSON] [code=] [message=] [details=JSON] [retry_after=5s] [cost=N]
 *                         [refused] [in_doubt] [by_token]
 *   sent|lost|untaken|adopt|beat KEY[#N] [barrier] [details=JSON]
 *   time +5s      crash [+5s]      participants absent|present|barrier
 *   rollback|reverse|retry|resolve|pause|resume|terminate [by=ada] because=TEXT [step=] [steps=a,b]
 *                         [accept=a,b] [input=JSON] [output=JSON] [outcome=] [evidence=]
 * [plan=last] plan [steps=a,b]      show
 *
 * KEY without #N means the newest attempt. Single quotes stand for double ones; what is in quotes,
 * braces or brackets may have spaces. */
#include "base/digest.h"
#include "base/json.h"
#include "base/mp.h"
#include "scenario.h"

struct words {
    char text[2048];
    const char *items[WORDS_MAX];
    uint32_t count;
    struct span lists[WORDS_MAX]; /* of steps= and accept= */
    uint32_t list_count;
};

static void split(struct words *words, const char *line)
{
    int depth = 0;
    bool quoted = false;
    bool between = true;
    *words = (struct words){0};
    for (size_t i = 0; line[i] != '\0'; i++) {
        if (i + 1 == sizeof words->text) {
            stop("too long", line);
        }
        char letter = line[i] == '\'' ? '"' : line[i];
        quoted ^= letter == '"';
        depth += (letter == '{' || letter == '[') - (letter == '}' || letter == ']');
        bool space = letter == ' ' && !quoted && depth == 0;
        words->text[i] = space ? '\0' : letter;
        if (!space && between) {
            if (words->count == WORDS_MAX) {
                stop("too many words", line);
            }
            words->items[words->count++] = &words->text[i];
        }
        between = space;
    }
}

static bool has_word(const struct words *words, const char *word)
{
    for (uint32_t i = 1; i < words->count; i++) {
        if (strcmp(words->items[i], word) == 0) {
            return true;
        }
    }
    return false;
}

/* What stands after "name="; without the quotes around it. Empty: it is not there. */
static struct span option(const struct words *words, const char *name)
{
    size_t size = strlen(name);
    for (uint32_t i = 1; i < words->count; i++) {
        const char *word = words->items[i];
        if (strncmp(word, name, size) == 0 && word[size] == '=') {
            struct span text = span_text(word + size + 1);
            bool quoted = text.size >= 2 && text.data[0] == '"';
            return quoted ? span_of(text.data + 1, text.size - 2) : text;
        }
    }
    return (struct span){NULL, 0};
}

static struct span json_option(struct world *world, const struct words *words, const char *name)
{
    struct span text = option(words, name);
    struct json_problem problem = {0};
    size_t before = world->value.size;
    if (text.size == 0) {
        return text;
    }
    if (json_to_mp(text, &world->value, &problem) != SAGA_OK) {
        stop("no JSON", problem.detail);
    }
    return span_of(world->value.data + before, world->value.size - before);
}

static int64_t duration(struct span text)
{
    int64_t ms = 0;
    if (text.size > 0 && text.data[0] == '+') {
        text = span_of(text.data + 1, text.size - 1);
    }
    if (!duration_parse(text, &ms)) {
        stop("no duration", (const char *)text.data);
    }
    return ms;
}

static uint32_t number(struct span text)
{
    uint32_t value = 0;
    for (size_t i = 0; i < text.size; i++) {
        value = value * 10 + (uint32_t)(text.data[i] - '0');
    }
    return value;
}

/* "a,b" as a list of names. */
static const struct span *list_option(struct words *words, const char *name, uint32_t *count)
{
    struct span text = option(words, name);
    const struct span *first = &words->lists[words->list_count];
    *count = 0;
    for (size_t from = 0, at = 0; at <= text.size && text.size > 0; at++) {
        if (at < text.size && text.data[at] != ',') {
            continue;
        }
        if (words->list_count == WORDS_MAX) {
            stop("too many names", name);
        }
        words->lists[words->list_count++] = span_of(text.data + from, at - from);
        *count += 1;
        from = at + 1;
    }
    return first;
}

static struct sent *sent_word(struct world *world, struct words *words)
{
    static struct sent none;
    const char *word = words->count > 1 ? words->items[1] : "";
    size_t size = strcspn(word, "#");
    none = (struct sent){.attempt = word[size] == '#' ? number(span_text(word + size + 1)) : 0};
    if (size == 0 || size >= sizeof none.key) {
        stop("names no key", words->text);
    }
    memcpy(none.key, word, size);
    struct sent *sent = world_sent(world, none.key, none.attempt);
    return sent ? sent : &none;
}

static void start(struct world *world, struct words *words)
{
    struct event event = {.kind = EVENT_START};
    struct span digest = option(words, "digest");
    struct span at = option(words, "at");
    event.start = (struct start_request){.definition = world->definition,
                                         .name = span_text("s"),
                                         .input = json_option(world, words, "input"),
                                         .actor = option(words, "by")};
    event.start.start_at_ms = at.size > 0 ? world->now_ms + duration(at) : 0;
    digest_pair(digest, event.start.input, event.start.digest);
    world_step(world, &event);
}

static void result(struct world *world, struct words *words)
{
    struct event event = {.kind = EVENT_RESULT};
    const struct sent *sent = sent_word(world, words);
    struct span retry_after = option(words, "retry_after");
    bool by_token = has_word(words, "by_token");
    bool fails = strcmp(words->text, "fail") == 0;
    bool later = strcmp(words->text, "later") == 0;
    struct span code = option(words, "code");
    event.result =
        (struct result){.key = by_token ? (struct span){NULL, 0} : span_text(sent->key),
                        .attempt = by_token ? 0 : sent->attempt,
                        .status = fails ? RESULT_FAILED : (later ? RESULT_LATER : RESULT_OK),
                        .output = json_option(world, words, "output"),
                        .details = json_option(world, words, "details"),
                        .code = fails && code.size == 0 ? span_text("failed") : code,
                        .message = option(words, "message"),
                        .retryable = !has_word(words, "refused"),
                        .in_doubt = has_word(words, "in_doubt"),
                        .retry_after_ms = retry_after.size > 0 ? duration(retry_after) : -1,
                        .cost_micros = number(option(words, "cost"))};
    memcpy(event.result.token, sent->token, TOKEN_SIZE);
    world_step(world, &event);
}

static void task(struct world *world, struct words *words)
{
    static const struct {
        const char *word;
        enum event_kind kind;
    } kinds[] = {{"sent", EVENT_SENT},
                 {"lost", EVENT_LOST},
                 {"untaken", EVENT_UNTAKEN},
                 {"adopt", EVENT_ADOPT},
                 {"beat", EVENT_BEAT}};
    struct event event = {.kind = EVENT_SENT};
    struct sent *sent = sent_word(world, words);
    for (size_t i = 0; i < ARRAY_COUNT(kinds); i++) {
        event.kind = strcmp(words->text, kinds[i].word) == 0 ? kinds[i].kind : event.kind;
    }
    event.task.key = span_text(sent->key);
    event.task.attempt = sent->attempt;
    event.task.barrier = has_word(words, "barrier");
    event.task.details = json_option(world, words, "details");
    memcpy(event.task.token, sent->token, TOKEN_SIZE);
    sent->waits = false;
    world_step(world, &event);
}

static void verb(struct world *world, struct words *words)
{
    struct event event = {.kind = EVENT_VERB};
    struct verb_request *request = &event.verb;
    struct span actor = option(words, "by");
    struct span outcome = option(words, "outcome");
    while (strcmp(verb_name(request->verb), words->text) != 0) {
        request->verb++;
    }
    request->saga = span_text("s");
    request->actor = actor.size > 0 ? actor : span_text("ada");
    request->reason = option(words, "because");
    request->step = option(words, "step");
    request->steps = list_option(words, "steps", &request->steps_count);
    request->accept = list_option(words, "accept", &request->accept_count);
    request->input = json_option(world, words, "input");
    request->output = json_option(world, words, "output");
    request->evidence = option(words, "evidence");
    request->if_seq = number(option(words, "if_seq"));
    for (int state = 0; state < STEP_STATE_COUNT && outcome.size > 0; state++) {
        if (span_is(outcome, step_state_name((enum step_state)state))) {
            request->outcome = (enum step_state)state;
        }
    }
    if (option(words, "plan").size > 0) {
        request->plan_digest = span_text(world->plan_digest);
    }
    world_step(world, &event);
}

static void plan(struct world *world, struct words *words)
{
    struct arena arena;
    struct plan plan;
    struct saga_image image = world_image(world);
    struct plan_request request = {.definition = world->definition, .now_ms = world->now_ms};
    const char *why = NULL;
    arena_open(&arena, &arena_heap, 1 << 24);
    request.steps = list_option(words, "steps", &request.steps_count);
    enum saga_error rc = view_plan(&image, &request, &arena, &plan, &why);
    if (rc == SAGA_OK) {
        memcpy(world->plan_digest, plan.digest, sizeof world->plan_digest);
        print_plan(world, &plan);
    } else {
        buf_format(&world->out, "  no plan, %s: %s\n", error_code(rc), why ? why : "");
    }
    arena_close(&arena);
}

static void pass(struct world *world, struct words *words)
{
    world_pass(world, duration(span_text(words->count > 1 ? words->items[1] : "")));
}

static void crash(struct world *world, struct words *words)
{
    world_crash(world, words->count > 1 ? duration(span_text(words->items[1])) : 0);
}

static void participants(struct world *world, struct words *words)
{
    world->participants = has_word(words, "absent")    ? PARTICIPANTS_ABSENT
                          : has_word(words, "barrier") ? PARTICIPANTS_BARRIER
                                                       : PARTICIPANTS_PRESENT;
    world_send_waiting(world);
}

static void show(struct world *world, struct words *words)
{
    MAYBE(words->count > 1);
    print_view(world);
}

void obey(struct world *world, const char *line)
{
    static const struct {
        const char *word;
        void (*fn)(struct world *world, struct words *words);
    } orders[] = {
        {"start", start},    {"ok", result},    {"fail", result},
        {"later", result},   {"sent", task},    {"lost", task},
        {"untaken", task},   {"adopt", task},   {"beat", task},
        {"rollback", verb},  {"reverse", verb}, {"retry", verb},
        {"resolve", verb},   {"pause", verb},   {"resume", verb},
        {"terminate", verb}, {"plan", plan},    {"time", pass},
        {"crash", crash},    {"show", show},    {"participants", participants},
    };
    static struct words words;
    split(&words, line);
    buf_clear(&world->value);
    (void)buf_reserve(&world->value, 1 << 16);
    buf_clear(&world->value);
    for (size_t i = 0; i < ARRAY_COUNT(orders); i++) {
        if (strcmp(words.text, orders[i].word) == 0) {
            orders[i].fn(world, &words);
            world_print_timer(world);
            return;
        }
    }
    stop("an unknown word", line);
}
