/* test_regexp.c - I-Regexps: what matches, what is refused, and evil ones.
 *
 * Seen to fail: with the marks in push() taken out ((a*)* never ends), with `i * size + 1` for
 * `i * (size + 1)` in repeat(), without the chain of jumps in close_group() (a|b|c), with is_end
 * always false, without a new start at each character of a search, and with is_other always false
 * in regexp_category_of(). */
#include <criterion/criterion.h>

#include "regexp/regexp.h"

enum { STEPS = 1000000 };

enum outcome {
    NONE,  /* no part of the text matches */
    PART,  /* a part of it does, not all of it */
    WHOLE, /* all of it does */
};

struct pattern {
    const char *pattern;
    const char *text;
    enum outcome outcome;
};

static const struct pattern patterns[] = {
    {"", "", WHOLE},
    {"", "a", PART},
    {"abc", "abc", WHOLE},
    {"abc", "xabcx", PART},
    {"abc", "abx", NONE},
    {"a|b|c|", "b", WHOLE},
    {"a|b|c", "c", WHOLE},
    {"a|b|c", "d", NONE},
    {"ab|cd", "acd", PART},
    {"x(a|(b|c)d)y", "xcdy", WHOLE},
    {"x(a|(b|c)d)y", "xcy", NONE},
    {"a*", "", WHOLE},
    {"a*b", "aaab", WHOLE},
    {"a+", "", NONE},
    {"(ab)+", "ababab", WHOLE},
    {"(ab)+", "aba", PART},
    {"colou?r", "color", WHOLE},
    {"a{3}", "aaa", WHOLE},
    {"a{3}", "aa", NONE},
    {"a{2,}", "aaaaa", WHOLE},
    {"a{0,}b", "aab", WHOLE},
    {"a{2,4}", "aaaa", WHOLE},
    {"a{2,4}", "aaaaa", PART},
    {"(a|bc){2,5}", "abcabc", WHOLE},
    {"(a|bc){2,5}", "bcbcbcbcbc", WHOLE},
    {"(a|bc){2,5}", "bcbcbcbcbcbc", PART},
    {"(a|bc){2,5}", "aaac", PART},
    {"xa{0}y", "xy", WHOLE},
    {"xa{0,2}y", "xaay", WHOLE},
    {"(a*)*", "aaa", WHOLE},
    {"(a*)*b", "aaa", NONE},
    {"(a?){3}", "aa", WHOLE},
    {"()", "", WHOLE},
    {"(()*)+x", "x", WHOLE},
    {".", "\n", NONE},
    {".", "\xe2\x80\xa8", WHOLE},
    {"..", "\xf0\x90\x84\x81\xc3\xa9", WHOLE},
    {"[a-c]", "b", WHOLE},
    {"[^a-c]", "b", NONE},
    {"[^a-c]", "d", WHOLE},
    {"[-a]", "-", WHOLE},
    {"[a-]", "-", WHOLE},
    {"[.$^*]+", ".$^*", WHOLE},
    {"[\\]\\[\\-\\n]+", "][-\n", WHOLE},
    {"[\xc3\xa0-\xc3\xbf]", "\xc3\xa9", WHOLE},
    {"\\.\\*\\\\\\{\\t", ".*\\{\t", WHOLE},
    {"\\p{Lu}\\p{Ll}*", "\xc3\x89t\xc3\xa9", WHOLE},
    {"\\p{Lu}\\p{Ll}", "\xc4\x80\xc4\x81", WHOLE}, /* Lu and Ll take turns here */
    {"\\p{Ll}\\p{Lu}", "\xc4\x80\xc4\x81", NONE},
    {"\\p{L}", "1", NONE},
    {"\\P{L}", "1", WHOLE},
    {"[\\p{Nd}\\P{C}x]", "\x01", NONE},
    {"[^\\p{Nd}]", "\xd9\xa3", NONE},
    {"\\p{Nd}", "\xd9\xa3", WHOLE},
    {"\\p{Sc}\\p{Zs}\\p{Lo}", "\xe2\x82\xac \xe4\xb8\xad", WHOLE},
    {"^ab$", "ab", WHOLE},
    {"^b", "ab", NONE},
    {"a$", "ab", NONE},
    {"b$", "ab", PART},
    {"(^a|b)c", "xbc", PART},
    {"(^a|b)c", "xac", NONE},
    {"$", "a", PART},
    {"a b", "a b", WHOLE},
};

static enum outcome outcome_of(const struct pattern *p)
{
    static struct regexp_room room;
    struct regexp regexp;
    uint64_t steps = STEPS;
    struct span text = span_text(p->text);
    const char *why = regexp_compile(span_text(p->pattern), &room, &regexp);
    cr_assert(!why, "%s: %s", p->pattern, why);
    bool is_whole = regexp_matches(&regexp, text, true, &steps);
    bool is_part = regexp_matches(&regexp, text, false, &steps);
    cr_assert(is_part || !is_whole, "%s: %s", p->pattern, p->text);
    cr_assert(steps > 0);
    return is_whole ? WHOLE : is_part ? PART : NONE;
}

Test(engine_jsonpath_regexp, matches_wholes_and_parts)
{
    for (size_t i = 0; i < ARRAY_COUNT(patterns); i++) {
        cr_assert_eq(outcome_of(&patterns[i]), patterns[i].outcome, "%s: %s", patterns[i].pattern,
                     patterns[i].text);
    }
}

Test(engine_jsonpath_regexp, refuses_what_is_no_i_regexp)
{
    static const struct {
        const char *pattern;
        const char *part; /* of the sentence */
    } cases[] = {
        {"(", "not closed"},
        {")", "closes nothing"},
        {"*a", "nothing to repeat"},
        {"a**", "nothing"},
        {"a|*", "nothing"},
        {"(?:a)", "nothing"},
        {"a{", "number"},
        {"a{1", "'}'"},
        {"a{2,1}", "before it begins"},
        {"a{1001}", "too large"},
        {"[", "cut short"},
        {"[]", "holds nothing"},
        {"[z-a]", "before"},
        {"[a[b]", "backslash"},
        {"[a--]", "backslash"},
        {"a]", "backslash"},
        {"a}", "backslash"},
        {"\\d", "no such escape"},
        {"\\b", "no such escape"},
        {"\\", "no such escape"},
        {"\\p", "in braces"},
        {"\\p{", "category"},
        {"\\p{Cs}", "category"},
        {"\\p{IsGreek}", "category"},
        {"\\p{Lx}", "category"},
        {"\\p{}", "category"},
        {"\xff", "not UTF-8"},
        {"(a{100}){100}", "large"},
        {"((a{30}){30}){30}", "large"},
    };
    static struct regexp_room room;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct regexp regexp;
        const char *why = regexp_compile(span_text(cases[i].pattern), &room, &regexp);
        cr_assert(why != NULL && strstr(why, cases[i].part) != NULL, "%s: %s", cases[i].pattern,
                  why ? why : "taken");
    }
}

/* Long, though nothing remains of it. */
Test(engine_jsonpath_regexp, refuses_patterns_of_too_many_bytes)
{
    static struct regexp_room room;
    static char text[REGEXP_BYTES_MAX + 8];
    struct regexp regexp;
    for (size_t i = 0; i < sizeof(text); i += 4) {
        memcpy(text + i, "a{0}", 4);
    }
    cr_assert_null(regexp_compile(span_of(text, REGEXP_BYTES_MAX), &room, &regexp));
    cr_assert_eq(regexp.step_count, 1);
    cr_assert_not_null(regexp_compile(span_of(text, REGEXP_BYTES_MAX + 4), &room, &regexp));
}

Test(engine_jsonpath_regexp, refuses_groups_too_deep_and_too_many_ranges)
{
    static struct regexp_room room;
    static char text[8 * REGEXP_RANGES_MAX];
    struct regexp regexp;
    memset(text, '(', REGEXP_GROUPS_MAX);
    memset(text + REGEXP_GROUPS_MAX, ')', REGEXP_GROUPS_MAX);
    const char *why = regexp_compile(span_of(text, 2 * REGEXP_GROUPS_MAX), &room, &regexp);
    cr_assert(why != NULL && strstr(why, "too many groups") != NULL, "%s", why);
    why = regexp_compile(span_of(text + 1, 2 * REGEXP_GROUPS_MAX - 2), &room, &regexp);
    cr_assert(!why, "%s", why);

    for (size_t i = 0; i <= REGEXP_RANGES_MAX; i++) {
        memcpy(text + 3 * i, "[a]", 3);
    }
    why = regexp_compile(span_of(text, 3 * REGEXP_RANGES_MAX), &room, &regexp);
    cr_assert(!why, "%s", why);
    why = regexp_compile(span_of(text, 3 * REGEXP_RANGES_MAX + 3), &room, &regexp);
    cr_assert(why != NULL && strstr(why, "too many ranges") != NULL, "%s", why);
}

/* Patterns that take a backtracking engine longer than the age of the world. */
Test(engine_jsonpath_regexp, takes_few_steps_for_evil_patterns)
{
    static const char *const evil[] = {
        "(a+)+b",           "(a*)*b",    "(a|a)*b",    "(a|aa)+b", "(.*)(.*)(.*)(.*)(.*)b",
        "(a?){50}(a){50}b", "((a*)*)*b", "(.*a){20}b",
    };
    static struct regexp_room room;
    char text[1001];
    memset(text, 'a', sizeof(text));
    for (size_t i = 0; i < ARRAY_COUNT(evil); i++) {
        struct regexp regexp;
        cr_assert(!regexp_compile(span_text(evil[i]), &room, &regexp), "%s", evil[i]);
        for (int is_whole = 0; is_whole < 2; is_whole++) {
            uint64_t steps = STEPS;
            struct span a = span_of(text, 1000);
            cr_assert_not(regexp_matches(&regexp, a, is_whole != 0, &steps));
            cr_assert(steps > 0, "%s took more than %d steps", evil[i], STEPS);
        }
    }
}

/* What the last character costs is paid too, and the beginning when there is none. */
Test(engine_jsonpath_regexp, takes_steps_for_the_shortest_text)
{
    static struct regexp_room room;
    struct regexp regexp;
    uint64_t steps = STEPS;
    cr_assert_null(regexp_compile(span_text("(a?){300}"), &room, &regexp));
    cr_assert(regexp_matches(&regexp, span_text(""), true, &steps));
    cr_assert(STEPS - steps >= 600);
    uint64_t before = steps;
    cr_assert(regexp_matches(&regexp, span_text("a"), true, &steps));
    cr_assert(before - steps >= 1200);
}

Test(engine_jsonpath_regexp, stops_where_its_steps_end)
{
    static struct regexp_room room;
    static char text[100001];
    struct regexp regexp;
    uint64_t steps = STEPS;
    memset(text, 'a', sizeof(text));
    cr_assert(!regexp_compile(span_text("(.*a){100}b"), &room, &regexp));
    cr_assert_not(regexp_matches(&regexp, span_of(text, 100000), false, &steps));
    cr_assert_eq(steps, 0);
}
