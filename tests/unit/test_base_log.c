/* test_base_log.c - the lines of the log, as an operator's tools would read them. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include <unistd.h>

#include <criterion/criterion.h>

#include "base/check.h"
#include "base/log.h"
#include "base/span.h"

enum { OUTPUT_SIZE = 256 * 1024 };

static char output[OUTPUT_SIZE];
static int saved;
static FILE *captured;

/* Standard error goes to a file until read_output(). */
static void capture(void)
{
    captured = tmpfile();
    cr_assert_not_null(captured);
    saved = dup(STDERR_FILENO);
    dup2(fileno(captured), STDERR_FILENO);
}

static const char *read_output(void)
{
    dup2(saved, STDERR_FILENO);
    close(saved);
    rewind(captured);
    size_t size = fread(output, 1, OUTPUT_SIZE - 1, captured);
    output[size] = '\0';
    fclose(captured);
    return output;
}

/* The line after "ts=2026-11-24T04:52:30.123Z " or its JSON form. */
static const char *after_time(const char *line, const char *before)
{
    cr_assert(strncmp(line, before, strlen(before)) == 0, "%s", line);
    return line + strlen(before) + 24;
}

static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;
    for (const char *at = strstr(text, part); at != NULL; at = strstr(at + 1, part)) {
        count++;
    }
    return count;
}

Test(log, writes_logfmt)
{
    log_open(LOG_INFO, LOG_LOGFMT);
    capture();
    log_line(LOG_WARN, "undo_stuck", "saga", "trip-17", "step", "hotel", NULL);
    cr_assert_str_eq(after_time(read_output(), "ts="),
                     " level=warn event=undo_stuck saga=trip-17 step=hotel\n");
}

Test(log, quotes_what_would_not_be_one_word)
{
    log_open(LOG_INFO, LOG_LOGFMT);
    capture();
    log_line(LOG_INFO, "e", "a", "", "b", "two words", "c", "x=y", "d", "say \"hi\"\\", "e",
             "one\ntwo\r\t\x01\x7f", "f",
             "stra\xc3\x9f"
             "e",
             "g", "\xff\xc0", NULL);
    cr_assert_str_eq(after_time(read_output(), "ts="),
                     " level=info event=e a=\"\" b=\"two words\" c=\"x=y\" d=\"say \\\"hi\\\"\\\\\""
                     " e=\"one\\ntwo\\r\\t\\u0001\\u007f\" f=stra\xc3\x9f"
                     "e g=\xef\xbf\xbd\xef\xbf\xbd\n");
}

Test(log, writes_json_that_stays_json)
{
    log_open(LOG_INFO, LOG_JSON);
    capture();
    log_line(LOG_ERROR, "store_failed", "why", "disk \"full\"\n\x02", "bad", "\xed\xa0\x80", NULL);
    cr_assert_str_eq(after_time(read_output(), "{\"ts\":\""),
                     "\",\"level\":\"error\",\"event\":\"store_failed\","
                     "\"why\":\"disk \\\"full\\\"\\n\\u0002\","
                     "\"bad\":\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"}\n");
}

Test(log, writes_numbers_as_numbers)
{
    log_open(LOG_INFO, LOG_JSON);
    capture();
    log_line(LOG_INFO, "e", "#a", "17", "#b", "-1", "#c", "0", "saga", "17", "#d", "01", "#e",
             "1e5", "#f", "", "#g", "-", "#h", "x", NULL);
    cr_assert_str_eq(after_time(read_output(), "{\"ts\":\""),
                     "\",\"level\":\"info\",\"event\":\"e\",\"a\":17,\"b\":-1,\"c\":0,"
                     "\"saga\":\"17\",\"d\":\"01\",\"e\":\"1e5\",\"f\":\"\",\"g\":\"-\","
                     "\"h\":\"x\"}\n");
    log_open(LOG_INFO, LOG_LOGFMT);
    capture();
    log_line(LOG_INFO, "e", "#a", "17", "#b", "x y", NULL);
    cr_assert_str_eq(after_time(read_output(), "ts="), " level=info event=e a=17 b=\"x y\"\n");
}

Test(log, says_ready_in_either_format)
{
    log_open(LOG_ERROR, LOG_LOGFMT);
    capture();
    log_ready();
    cr_assert_str_eq(read_output(), "ready\n");
    log_open(LOG_ERROR, LOG_JSON);
    capture();
    log_ready();
    cr_assert_str_eq(after_time(read_output(), "{\"ts\":\""),
                     "\",\"level\":\"info\",\"event\":\"ready\"}\n");
}

Test(log, leaves_out_what_is_below_the_level)
{
    log_open(LOG_WARN, LOG_LOGFMT);
    capture();
    log_line(LOG_INFO, "quiet", NULL);
    log_line(LOG_DEBUG, "quiet", NULL);
    log_line(LOG_WARN, "heard", NULL);
    const char *text = read_output();
    cr_assert_eq(count_of(text, "quiet"), 0);
    cr_assert_eq(count_of(text, "heard"), 1);
}

Test(log, cuts_long_values_and_long_lines)
{
    static char value[5000];
    memset(value, '\x01', sizeof(value) - 1);
    log_open(LOG_INFO, LOG_JSON);
    capture();
    log_line(LOG_INFO, "long", "a", value, "b", value, "c", value, "d", value, NULL);
    memset(value, 'x', sizeof(value) - 1);
    memcpy(value + 510, "\xf0\x9f\x9a\x82", 4);
    log_line(LOG_INFO, "character", "a", value, NULL);
    const char *text = read_output();
    cr_assert_eq(count_of(text, "\n"), 2);
    cr_assert_eq(count_of(text, ",\"cut\":true}\n"), 1);
    cr_assert_eq(count_of(text, "\xef\xbf\xbd"), 0, "no character is cut in two");
    cr_assert_eq(count_of(text, "\xf0"), 0);
    cr_assert_lt(strlen(text), 10000);
}

Test(log, bounds_one_event_a_second_and_says_what_was_left_out)
{
    log_open(LOG_INFO, LOG_LOGFMT);
    capture();
    for (int i = 0; i < 1000; i++) {
        log_line(LOG_WARN, "flood", "n", "1", NULL);
    }
    log_line(LOG_INFO, "other", NULL);
    usleep(1050000);
    log_line(LOG_INFO, "other", NULL); /* any event brings out the rest */
    const char *text = read_output();
    cr_assert_eq(count_of(text, "event=flood"), 20, "%zu", count_of(text, "event=flood"));
    cr_assert_eq(count_of(text, "event=other"), 2);
    cr_assert_eq(count_of(text, "level=warn event=log_left_out of=flood lines=980\n"), 1);
}

Test(log, has_room_for_more_events_than_it_watches)
{
    log_open(LOG_INFO, LOG_LOGFMT);
    capture();
    for (int i = 0; i < 1000; i++) {
        char event[100];
        snprintf(event, sizeof(event), "event_%d", i);
        log_line(LOG_INFO, event, NULL);
    }
    cr_assert_eq(count_of(read_output(), "\n"), 1000);
}

static void *write_lines(void *arg)
{
    for (int i = 0; i < 200; i++) {
        char event[32];
        snprintf(event, sizeof(event), "thread_%d", i % 40);
        log_line(LOG_INFO, event, "text", arg, NULL);
    }
    return NULL;
}

Test(log, keeps_lines_whole_between_threads)
{
    log_open(LOG_INFO, LOG_LOGFMT);
    capture();
    pthread_t threads[4];
    for (size_t i = 0; i < ARRAY_COUNT(threads); i++) {
        pthread_create(&threads[i], NULL, write_lines, (void *)(uintptr_t) "a text of some length");
    }
    for (size_t i = 0; i < ARRAY_COUNT(threads); i++) {
        pthread_join(threads[i], NULL);
    }
    const char *text = read_output();
    cr_assert_eq(count_of(text, "\n"), 800);
    cr_assert_eq(count_of(text, " text=\"a text of some length\"\nts="), 799);
}
