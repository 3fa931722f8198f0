/* log.c - composes a line on the stack and writes it with one call.
 *
 *   ts=2026-11-24T04:52:30.123Z level=warn event=undo_stuck saga=trip-17 step="a b"
 *   {"ts":"2026-11-24T04:52:30.123Z","level":"warn","event":"undo_stuck","saga":"trip-17"}
 *
 * Whatever a value holds, a line is one line and valid UTF-8: control characters and quotes are
 * escaped, bytes that are not UTF-8 become U+FFFD, long values are cut. This file holds the one
 * piece of static state that is allowed: how to log, and what each event has said this second. */
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <pthread.h>
#include <unistd.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/span.h"
#include "base/utf8.h"

enum {
    LINE_SIZE = 8192,
    VALUE_MAX = 512,       /* bytes of a value that are shown */
    ESCAPED_MAX = 6,       /* bytes of output for one byte of input at most */
    TAIL_SIZE = 32,        /* kept free for the mark of a cut line and its end */
    LINES_PER_SECOND = 20, /* of one event; more are counted */
    EVENT_MAX = 64,        /* events that are watched at once */
    EVENT_NAME_MAX = 48,   /* longer names are one event if they begin alike */
};

struct line {
    enum log_format format;
    size_t size; /* bytes used */
    char text[LINE_SIZE];
};

/* How often an event came in the second that began at since_ns. */
struct event_rate {
    char name[EVENT_NAME_MAX]; /* "" for a free row */
    enum log_level level;      /* of the last line */
    int64_t since_ns;
    uint32_t lines;    /* written */
    uint64_t left_out; /* not written */
};

static struct {
    enum log_level lowest;
    enum log_format format;
    pthread_mutex_t lock; /* guards rates and keeps lines whole */
    struct event_rate rates[EVENT_MAX];
} state = {.lowest = LOG_INFO, .format = LOG_LOGFMT, .lock = PTHREAD_MUTEX_INITIALIZER};

static const char *const level_names[] = {
    [LOG_DEBUG] = "debug",
    [LOG_INFO] = "info",
    [LOG_WARN] = "warn",
    [LOG_ERROR] = "error",
};

void log_open(enum log_level lowest, enum log_format format)
{
    state.lowest = lowest;
    state.format = format;
}

static void add(struct line *line, const char *data, size_t size)
{
    CHECK(size <= LINE_SIZE - line->size);
    memcpy(line->text + line->size, data, size);
    line->size += size;
}

static void add_text(struct line *line, const char *text)
{
    add(line, text, strlen(text));
}

static void add_escaped(struct line *line, uint8_t byte)
{
    static const struct {
        char byte;
        char letter;
    } short_forms[] = {{'"', '"'}, {'\\', '\\'}, {'\n', 'n'}, {'\r', 'r'}, {'\t', 't'}};
    for (size_t i = 0; i < ARRAY_COUNT(short_forms); i++) {
        if (byte == (uint8_t)short_forms[i].byte) {
            add(line, (char[]){'\\', short_forms[i].letter}, 2);
            return;
        }
    }
    char text[ESCAPED_MAX + 1];
    snprintf(text, sizeof(text), "\\u%04x", byte);
    add(line, text, ESCAPED_MAX);
}

static bool needs_escape(uint8_t byte)
{
    return byte < 0x20 || byte == 0x7f || byte == '"' || byte == '\\';
}

static void add_value(struct line *line, struct span value, bool quoted)
{
    if (quoted) {
        add_text(line, "\"");
    }
    for (size_t at = 0; at < value.size;) {
        size_t size = utf8_size(value.data + at, value.size - at);
        if (size == 0) {
            add_text(line, "\xef\xbf\xbd"); /* U+FFFD */
        } else if (size == 1 && needs_escape(value.data[at])) {
            add_escaped(line, value.data[at]);
        } else {
            add(line, (const char *)value.data + at, size);
        }
        at += size == 0 ? 1 : size;
    }
    if (quoted) {
        add_text(line, "\"");
    }
}

/* Must the value stand in quotes, for it would not be one word of logfmt? */
static bool needs_quotes(struct span value)
{
    for (size_t i = 0; i < value.size; i++) {
        uint8_t byte = value.data[i];
        if (byte == ' ' || byte == '=' || needs_escape(byte)) {
            return true;
        }
    }
    return value.size == 0;
}

static struct span cut(const char *text)
{
    size_t size = strnlen(text, VALUE_MAX + 1);
    if (size <= VALUE_MAX) {
        return span_of(text, size);
    }
    size = VALUE_MAX;
    /* Not in the middle of a character. */
    while (size > 0 && ((uint8_t)text[size] & 0xc0) == 0x80) {
        size--;
    }
    return span_of(text, size == 0 ? VALUE_MAX : size);
}

/* Is the text a number as JSON writes integers? */
static bool is_number(struct span text)
{
    size_t first = text.size > 0 && text.data[0] == '-' ? 1 : 0;
    bool has_zero = text.size > first + 1 && text.data[first] == '0';
    for (size_t i = first; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return false;
        }
    }
    return text.size > first && !has_zero;
}

/* False when there may not be room: the pair is left out then. */
static bool add_pair(struct line *line, const char *key, const char *value)
{
    bool is_marked = key[0] == '#';
    struct span name = cut(is_marked ? key + 1 : key);
    struct span shown = cut(value);
    size_t worst = (name.size + shown.size) * ESCAPED_MAX + 8;
    if (worst + TAIL_SIZE > LINE_SIZE - line->size) {
        return false;
    }
    bool is_json = line->format == LOG_JSON;
    if (line->size > 0) {
        add_text(line, is_json ? "," : " ");
    } else if (is_json) {
        add_text(line, "{");
    }
    add_value(line, name, is_json);
    add_text(line, is_json ? ":" : "=");
    bool is_plain = is_json ? is_marked && is_number(shown) : !needs_quotes(shown);
    add_value(line, shown, !is_plain);
    return true;
}

static void begin(struct line *line, enum log_level level, const char *event)
{
    line->format = state.format;
    line->size = 0;
    char text[CLOCK_TEXT_SIZE];
    clock_format(clock_wall_ms(), text);
    bool ok = add_pair(line, "ts", text) && add_pair(line, "level", level_names[level]) &&
              add_pair(line, "event", event);
    CHECK(ok);
}

static void finish(struct line *line)
{
    add_text(line, line->format == LOG_JSON ? "}\n" : "\n");
    for (size_t done = 0; done < line->size;) {
        ssize_t count = write(STDERR_FILENO, line->text + done, line->size - done);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            return; /* nobody is left to be told */
        }
        done += (size_t)count;
    }
}

/* Says what was left out of an event whose second is over, and starts the next one. */
static void close_second(struct event_rate *rate, int64_t now_ns)
{
    if (rate->left_out > 0) {
        struct line line;
        char count[24];
        snprintf(count, sizeof(count), "%llu", (unsigned long long)rate->left_out);
        begin(&line, rate->level, "log_left_out");
        MAYBE(add_pair(&line, "of", rate->name));
        MAYBE(add_pair(&line, "#lines", count));
        finish(&line);
    }
    rate->since_ns = now_ns;
    rate->lines = 0;
    rate->left_out = 0;
}

/* The row of an event: its own, a free one, or that of the event which is quiet the longest. */
static struct event_rate *rate_of(const char *event, int64_t now_ns)
{
    struct event_rate *oldest = &state.rates[0];
    for (size_t i = 0; i < EVENT_MAX; i++) {
        struct event_rate *rate = &state.rates[i];
        if (strncmp(rate->name, event, EVENT_NAME_MAX - 1) == 0) {
            return rate;
        }
        if (rate->since_ns < oldest->since_ns) {
            oldest = rate;
        }
    }
    close_second(oldest, now_ns);
    snprintf(oldest->name, sizeof(oldest->name), "%s", event);
    return oldest;
}

/* May the event be written now? If not, it is counted. */
static bool is_within_rate(enum log_level level, const char *event)
{
    int64_t now_ns = clock_monotonic_ns();
    struct event_rate *rate = rate_of(event, now_ns);
    for (size_t i = 0; i < EVENT_MAX; i++) {
        if (now_ns - state.rates[i].since_ns >= 1000000000 &&
            (state.rates[i].left_out > 0 || &state.rates[i] == rate)) {
            close_second(&state.rates[i], now_ns);
        }
    }
    rate->level = level;
    if (rate->lines >= LINES_PER_SECOND) {
        rate->left_out++;
        return false;
    }
    rate->lines++;
    return true;
}

void log_line(enum log_level level, const char *event, ...)
{
    if (level < state.lowest) {
        return;
    }
    PRE(event != NULL);
    pthread_mutex_lock(&state.lock);
    if (is_within_rate(level, event)) {
        struct line line;
        begin(&line, level, event);
        va_list pairs;
        va_start(pairs, event);
        bool fits = true;
        for (const char *key = va_arg(pairs, const char *); key != NULL && fits;
             key = va_arg(pairs, const char *)) {
            const char *value = va_arg(pairs, const char *);
            fits = add_pair(&line, key, value ? value : "");
            if (!value) {
                break; /* it may have been the end of the list */
            }
        }
        va_end(pairs);
        if (!fits) {
            add_text(&line, line.format == LOG_JSON ? ",\"cut\":true" : " cut=true");
        }
        finish(&line);
    }
    pthread_mutex_unlock(&state.lock);
}

void log_ready(void)
{
    struct line line = {.format = state.format};
    if (state.format == LOG_JSON) {
        begin(&line, LOG_INFO, "ready");
    } else {
        add_text(&line, "ready");
    }
    finish(&line);
}
