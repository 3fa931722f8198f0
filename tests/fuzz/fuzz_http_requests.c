/* fuzz_http_requests.c - whole HTTP requests, bent, to a whole coordinator in this process.
 *
 * The input is a list of requests: which of the list below comes next, and what is changed in it: a
 * value of its body becomes a word from a list, or bytes of it are overwritten. The coordinator
 * lives for the whole run, on a store in memory of the machine, so what one input has started is
 * there for the next. Held: every assert of the code, no answer is an error of the server, and it
 * goes on answering. Seen to fail: an event without a header of its time, and an empty `when`, took
 * a step from NULL. */
#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/check.h"
#include "base/log.h"
#include "loop.h"
#include "options.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

enum { TEXT_SIZE = 8192, ANSWER_SIZE = 1 << 20, REQUESTS_MAX = 8, WAIT_MS = 20, STARTS_MAX = 1000 };

#define DEFINITION                                                                                 \
    "{'saga':'d','timeout':'15m','reversal_window':'30d','input_schema':{'type':'object'},"        \
    "'budget':{'max_cost_usd':2.5},'sensitive':['$.input.card'],'concurrency':{'limit':1,"         \
    "'key':'$.input.k ?? 1','on_conflict':'queue'},'on':[{'event':'e','id':'$.event.id'},"         \
    "{'schedule':'0 3 * * *','timezone':'UTC','catch_up':'one'}],'steps':[{'step':'a',"            \
    "'action':'f.a','input':{'x':'s${$.input.a ?? 1}'},'check':'f.c','key_ttl':'24h',"             \
    "'when':'$.input.n > 0 || true == true','compensate':{'action':'f.u','stuck_after':'5m'},"     \
    "'retry':{'max_attempts':3,'backoff':2.0,'jitter':0.3}},{'step':'nap','sleep':'1h'},"          \
    "{'step':'q','approve':{'question':'Q?','who':['ada'],'timeout':'3d'}}],"                      \
    "'output':{'a':'$.steps.a.output ?? null'}}"

static const struct {
    const char *line;
    const char *headers;
    const char *body;
} requests[] = {
    {"PUT /v1/definitions/d", "", DEFINITION},
    {"PUT /v1/definitions/nap?dry_run=true", "",
     "{'saga':'nap','steps':[{'step':'n','sleep':'1h'}]}"},
    {"POST /v1/sagas", "Idempotency-Key: k1\r\nPrefer: wait=0\r\n",
     "{'definition':'d','id':'s1','input':{'a':1,'n':2},'labels':{'a':'b'},"
     "'start_at':'2026-11-30T20:00:00Z'}"},
    {"POST /v1/sagas", "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n",
     "{'definition':'d','version':1}"},
    {"GET /v1/sagas?status=running&since=2026-01-01T00:00:00Z&until=2026-12-01T00:00:00Z&limit=5",
     "", NULL},
    {"GET /v1/sagas?definition=d&parent=s1&cursor=5-00000000", "", NULL},
    {"GET /v1/sagas/s1", "", NULL},
    {"GET /v1/sagas/s1/history?since=1&limit=5", "", NULL},
    {"GET /v1/sagas/s1/rollback-plan?to=a&steps=a,nap", "", NULL},
    {"GET /v1/sagas/s1/migration-plan?version=1", "", NULL},
    {"POST /v1/sagas/s1/rollback", "If-Match: \"3\"\r\n",
     "{'reason':'r','to':'a','then':'pause','accept':['a']}"},
    {"POST /v1/sagas/s1/reverse", "", "{'reason':'r','steps':['a']}"},
    {"POST /v1/sagas/s1/retry", "Idempotency-Key: k2\r\n",
     "{'reason':'r','step':'a','input':{'a':1}}"},
    {"POST /v1/sagas/s1/resolve", "",
     "{'reason':'r','step':'a','outcome':'succeeded','output':{'a':1},'evidence':'e'}"},
    {"POST /v1/sagas/s1/skip", "", "{'reason':'r','step':'nap'}"},
    {"POST /v1/sagas/s1/pause", "", "{'reason':'r'}"},
    {"POST /v1/sagas/s1/resume", "", "{'reason':'r'}"},
    {"POST /v1/sagas/s1/terminate", "", "{'reason':'r'}"},
    {"POST /v1/sagas/s1/migrate", "", "{'reason':'r','version':1}"},
    {"POST /v1/sagas/s1/signal", "", "{'reason':'r','event':'e','data':{'a':1}}"},
    {"POST /v1/sagas/s1/steps/q/approve", "", "{'reason':'r','question_digest':'00'}"},
    {"POST /v1/events", "Content-Type: application/cloudevents+json\r\n",
     "{'specversion':'1.0','type':'e','source':'/"
     "b','id':'1','time':'2026-11-30T20:00:00Z','data':{'a':1}}"},
    {"POST /v1/events", "Content-Type: application/cloudevents-batch+json\r\n",
     "[{'specversion':'1.0','type':'e','source':'/b','id':'2','data':1}]"},
    {"POST /v1/events",
     "ce-specversion: 1.0\r\nce-type: e\r\nce-source: /b\r\nce-id: 3\r\nce-time: "
     "2026-11-30T20:00:00Z\r\n"
     "Content-Type: application/json\r\n",
     "{'a':1}"},
    {"POST /v1/tasks/9f86d081884c7d659a2feaa0c55ad015/finish", "",
     "{'status':'failed','key':'s1/a/do','attempt':1,'cost_usd_micros':1,'error':{'code':'c',"
     "'message':'m','retryable':true,'retry_after_ms':5,'in_doubt':false,'details':{}}}"},
    {"POST /v1/sagas/o1/begin", "",
     "{'name':'o','timeout_ms':60000,'reversal_window_ms':5,'budget_usd_micros':9,"
     "'sensitive':['$.input.card'],'labels':{'a':'b'},'input':{'card':'1'}}"},
    {"POST /v1/sagas", "Idempotency-Key: k9\r\n", "{'name':'o','timeout_ms':1}"},
    {"POST /v1/sagas/o1/steps", "",
     "{'step':'a','input':1,'needs':[],'compensate':{'action':'p.u','input':{},'retry':"
     "{'max_attempts':3},'stuck_after':'5m'},'confirm':'p.c'}"},
    {"POST /v1/sagas/o1/steps/a/complete", "",
     "{'status':'failed','key':'o1/a/"
     "do','cost_usd_micros':1,'error':{'code':'c','in_doubt':true}}"},
    {"POST /v1/sagas/o1/commit", "", "{'output':1,'wait':'stored','reason':'r'}"},
    {"POST /v1/sagas/o1/abort", "", "{'reason':{'code':'c','message':'m'}}"},
    {"GET /v1/definitions/d/versions/1", "", NULL},
    {"GET /v1/schedules", "", NULL},
    {"GET /v1/webhooks/w/dead?limit=5", "", NULL},
};

static const char *const words[] = {
    "null",
    "true",
    "0",
    "-1",
    "0.5",
    "1e300",
    "-0.0",
    "9007199254740991",
    "9223372036854775807",
    "1e999",
    "18446744073709551616",
    "''",
    "' '",
    "'$.'",
    "'$.input'",
    "'${'",
    "'$[?@.a]'",
    "'a'",
    "'s1'",
    "'..'",
    "'~'",
    "'0000-01-01T00:00:00Z'",
    "'0489-06-01T00:00:00Z'",
    "'9999-12-31T23:59:60Z'",
    "'2026-11-30T00:00:00+23:59'",
    "'P99999999D'",
    "'3650d'",
    "'0s'",
    "'0 0 29 2 *'",
    "'0 0 30 2 *'",
    "'Europe/Berlin'",
    "'../../etc/passwd'",
    "[]",
    "{}",
    "[[[[1]]]]",
    "{'':null}",
    "['a','a']",
    "'\\\\u0000'",
    "'\\\\ud800'",
    "{'a':1,'a':2}",
};

static struct options settings;
static struct sockaddr_in server;
static char token[128];
static char folder[] = "/dev/shm/fuzz-http-XXXXXX";

static void *serve(void *arg)
{
    CHECK(loop_run(arg) == 0);
    return NULL;
}

static void remove_folder(void)
{
    char command[128];
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    MAYBE(system(command) == 0);
}

static int connect_to_it(void)
{
    const struct timeval patience = {.tv_sec = 10};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(fd >= 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    if (connect(fd, (const struct sockaddr *)&server, sizeof(server)) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* A port that nobody has just now. */
static uint16_t free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(fd >= 0 && bind(fd, (const struct sockaddr *)&address, size) == 0);
    CHECK(getsockname(fd, (struct sockaddr *)&address, &size) == 0);
    close(fd);
    return ntohs(address.sin_port);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    char http[32];
    char path[64];
    pthread_t thread;
    MAYBE(*argc > 0 && argv);
    log_open(LOG_ERROR, LOG_LOGFMT);
    CHECK(mkdtemp(folder) != NULL);
    atexit(remove_folder);
    setenv("SAGAD_HTTP_PATIENCE_MS", "300", 1);
    server = (struct sockaddr_in){.sin_family = AF_INET,
                                  .sin_port = htons(free_port()),
                                  .sin_addr = {htonl(INADDR_LOOPBACK)}};
    snprintf(http, sizeof(http), "127.0.0.1:%u", ntohs(server.sin_port));
    char *flags[] = {"sagad",  "--data", folder, "--listen", "tcp://127.0.0.1:*",
                     "--http", http,     NULL};
    CHECK(options_read(&settings, (int)ARRAY_COUNT(flags) - 1, flags, stdout, stderr) ==
          OPTIONS_RUN);
    CHECK(pthread_create(&thread, NULL, serve, &settings) == 0);
    int fd = -1;
    for (int i = 0; i < STARTS_MAX && fd < 0; i++) {
        usleep(WAIT_MS * 1000);
        fd = connect_to_it();
    }
    CHECK(fd >= 0);
    close(fd);
    snprintf(path, sizeof(path), "%s/admin.token", folder);
    FILE *file = fopen(path, "r");
    CHECK(file && fgets(token, sizeof(token), file));
    fclose(file);
    token[strcspn(token, "\n")] = '\0';
    return 0;
}

struct input {
    const uint8_t *at;
    const uint8_t *end;
};

static uint32_t draw(struct input *input, uint32_t below)
{
    return input->at < input->end ? *input->at++ % below : 0;
}

static size_t draw_place(struct input *input, size_t below)
{
    size_t high = draw(input, 256);
    return (high << 8 | draw(input, 256)) % below;
}

/* The text with the value behind one of its colons, or one of an array's, replaced by a word. */
static void replace_value(struct input *input, char *text)
{
    char changed[TEXT_SIZE];
    size_t size = strlen(text);
    const char *word = words[draw(input, ARRAY_COUNT(words))];
    if (size == 0) {
        return;
    }
    size_t first = draw_place(input, size);
    first += strcspn(text + first, ":[");
    first += text[first] != '\0';
    size_t end = first + strcspn(text + first, ",}]");
    snprintf(changed, sizeof(changed), "%.*s%s%s", (int)first, text, word, text + end);
    memcpy(text, changed, sizeof(changed));
}

static void overwrite(struct input *input, char *text)
{
    size_t size = strlen(text);
    uint8_t byte = (uint8_t)draw(input, 256);
    if (size > 0 && byte != 0) {
        text[draw_place(input, size)] = (char)byte;
    }
}

static void bend(struct input *input, char *text, bool has_values)
{
    uint32_t count = draw(input, 4);
    for (uint32_t i = 0; i < count; i++) {
        if (has_values && draw(input, 4) != 0) {
            replace_value(input, text);
        } else {
            overwrite(input, text);
        }
    }
}

static void quote(char *text)
{
    for (; *text != '\0'; text++) {
        *text = *text == '\'' ? '"' : *text;
    }
}

/* One request behind those that are there. */
static size_t put_request(struct input *input, char *text, size_t room, bool is_last)
{
    char line[TEXT_SIZE];
    char headers[TEXT_SIZE];
    char body[TEXT_SIZE] = "";
    uint32_t which = draw(input, ARRAY_COUNT(requests));
    uint32_t what = draw(input, 8);
    snprintf(line, sizeof(line), "%s", requests[which].line);
    snprintf(headers, sizeof(headers), "%s", requests[which].headers);
    if (requests[which].body) {
        snprintf(body, sizeof(body), "%s", requests[which].body);
        bend(input, body, true);
    }
    if (what == 6) {
        bend(input, line, false);
    } else if (what == 7) {
        bend(input, headers, false);
    }
    quote(body);
    int size =
        snprintf(text, room,
                 "%s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n%s%sContent-Length: "
                 "%zu\r\n\r\n%s",
                 line, token, headers, is_last ? "Connection: close\r\n" : "", strlen(body), body);
    return size > 0 && (size_t)size < room ? (size_t)size : 0;
}

static void send_all(int fd, const char *text, size_t size)
{
    while (size > 0) {
        ssize_t sent = send(fd, text, size, MSG_NOSIGNAL);
        if (sent <= 0) {
            return; /* refused, and closed */
        }
        text += sent;
        size -= (size_t)sent;
    }
}

/* Reads until the end. */
static void look_at_answers(int fd)
{
    static char text[ANSWER_SIZE];
    size_t size = 0;
    ssize_t got = 1;
    while (got > 0 && size < sizeof(text) - 1) {
        got = recv(fd, text + size, sizeof(text) - 1 - size, 0);
        size += got > 0 ? (size_t)got : 0;
    }
    text[size] = '\0';
    if (strstr(text, "HTTP/1.1 500 ")) {
        fprintf(stderr, "%s\n", strstr(text, "HTTP/1.1 500 "));
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char text[REQUESTS_MAX * 3 * TEXT_SIZE];
    struct input input = {.at = data, .end = data + size};
    size_t used = 0;
    uint32_t count = 1 + draw(&input, REQUESTS_MAX);
    for (uint32_t i = 0; i < count; i++) {
        used += put_request(&input, text + used, sizeof(text) - used, i + 1 == count);
    }
    int fd = connect_to_it();
    CHECK(fd >= 0);
    send_all(fd, text, used);
    look_at_answers(fd);
    close(fd);
    return 0;
}
