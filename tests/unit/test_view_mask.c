/* test_view_mask.c - what is sensitive is not shown, wherever it turns up. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "base/json.h"
#include "base/limits.h"
#include "base/mp.h"
#include "view/view_mask.h"
#include "reading/problem.h"
#include "journal/verb.h"
#include "base/arena.h"
#include "language/definition.h"
#include "view/mask.h"
#include "language/template_form.h"
#include "journal/record.h"
#include "base/error.h"

static struct arena arena;

static struct span pack(const char *text)
{
    char json[4096];
    size_t size = strlen(text);
    struct buf out;
    struct json_problem problem;
    bool ok = true;
    cr_assert(size < sizeof(json));
    for (size_t i = 0; i <= size; i++) {
        json[i] = text[i] == '\'' ? '"' : text[i];
    }
    buf_open(&out, 1 << 16);
    cr_assert(json_to_mp(span_text(json), &out, &problem) == SAGA_OK, "%s", problem.detail);
    struct span kept = arena_copy(&arena, buf_span(&out), &ok);
    buf_close(&out);
    return kept;
}

static const char *print(struct span value)
{
    static char text[4096];
    struct buf out;
    buf_open(&out, sizeof(text) - 1);
    cr_assert(json_canonical(value, &out) == SAGA_OK);
    memcpy(text, out.data, out.size);
    text[out.size] = '\0';
    buf_close(&out);
    for (char *c = text; *c; c++) {
        *c = *c == '"' ? '\'' : *c;
    }
    return text;
}

/* A mask for these places of a saga with the steps a and b. */
static void open_mask(struct mask *mask, const char *places)
{
    char text[1024];
    struct problems problems;
    const struct definition *definition = NULL;
    arena_open(&arena, &arena_heap, 1 << 24);
    snprintf(text, sizeof(text),
             "{'saga':'s','timeout':'1m','sensitive':[%s],'steps':["
             "{'step':'a','action':'s.a','compensate':'none'},"
             "{'step':'b','action':'s.b','compensate':'none'}]}",
             places);
    enum saga_error rc = definition_compile(pack(text), &arena, &definition, &problems);
    cr_assert(rc == SAGA_OK, "%s", problems.count > 0 ? problems.items[0].detail : "?");
    mask_open(mask, definition, &arena);
}

static const struct mask_origin nowhere = {.is_known = false};
static const struct mask_origin input = {.is_known = true, .root = REFERENCE_INPUT};
static const struct mask_origin output_b = {.is_known = true, .root = REFERENCE_OUTPUT, .step = 1};

static void masks(struct mask *mask, struct mask_origin origin, const char *from, const char *to)
{
    const char *masked = print(mask_value(mask, origin, pack(from)));
    cr_assert_str_eq(masked, to, "%s became %s", from, masked);
}

Test(mask, hides_the_place_itself_whatever_is_there)
{
    struct mask mask;
    open_mask(&mask, "'$.input.card','$.input.list[1]'");
    cr_assert(mask_is_needed(&mask));
    masks(&mask, input, "{'card':{'n':1,'m':[true]},'list':[1,2,3],'x':null}",
          "{'card':'***','list':[1,'***',3],'x':null}");
    masks(&mask, input, "{'card':false,'list':[1]}", "{'card':'***','list':[1]}");
    masks(&mask, input, "[1]", "[1]");
    masks(&mask, output_b, "{'card':7}", "{'card':7}");
    arena_close(&arena);
}

Test(mask, hides_a_whole_input)
{
    struct mask mask;
    open_mask(&mask, "'$.input'");
    masks(&mask, input, "{'a':1}", "'***'");
    arena_close(&arena);
}

Test(mask, hides_what_it_learnt_wherever_it_is)
{
    struct mask mask;
    open_mask(&mask, "'$.input.card','$.steps.b.output.token'");
    mask_learn(&mask, input, pack("{'card':{'number':'4111-2222','pin':1234},'amount':12}"));
    mask_learn(&mask, output_b, pack("{'token':'tok_9f','id':'b1'}"));
    masks(&mask, nowhere, "['4111-2222','b1',12,1234,1234.0,'tok_9f']",
          "['***','b1',12,'***','***','***']");
    masks(&mask, nowhere, "{'text':'card 4111-2222, pin 1234, 4111-22'}",
          "{'text':'card ***, pin ***, ***'}");
    masks(&mask, nowhere, "{'4111-2222':1}", "{'4111-2222':1}");
    struct span text = mask_text(&mask, span_text("refused: tok_9ftok_9f"));
    cr_assert(span_is(text, "refused: ******"));
    arena_close(&arena);
}

/* What a template makes of a map: its JSON, and that JSON once more in an error that quotes it. */
Test(mask, hides_what_was_escaped)
{
    static const char *const texts[][2] = {
        {"key -----BEGIN\nab\"c\\d\xc3\xa9\xf0\x9f\x98\x80 end", "key *** end"},
        {"{\"key\":\"-----BEGIN\\nab\\\"c\\\\d\xc3\xa9\xf0\x9f\x98\x80\"}", "{\"key\":\"***\"}"},
        {"\\\"-----BEGIN\\\\nab\\\\\\\"c\\\\\\\\d\\u00e9\\\\uD83D\\\\uDE00\\\"", "\\\"***\\\""},
        {"'-----BEGIN\\x0aab\\u0022c\\x5cd\\xe9\\U0001f600'", "'***'"},
        {"?k=-----BEGIN%0Aab%22c%5Cd%C3%A9%f0%9f%98%80&x", "?k=***&x"},
        {"<b>-----BEGIN&#10;ab&quot;c\\d&#xe9;&#128512;</b>", "<b>***</b>"},
        {"-----BEGIN\\tab\"c\\d\xc3\xa9\xf0\x9f\x98\x80",
         "-----BEGIN\\tab\"c\\d\xc3\xa9\xf0\x9f\x98\x80"},
        {"100% & \\ + -", "100% & \\ + -"},
    };
    struct mask mask;
    open_mask(&mask, "'$.input.cred.key'");
    mask_learn(&mask, input,
               pack("{'cred':{'key':'-----BEGIN\\nab\\\"c\\\\d\\u00e9\\ud83d\\ude00'}}"));
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        struct span shown = mask_text(&mask, span_text(texts[i][0]));
        cr_expect(span_is(shown, texts[i][1]), "%s became %.*s", texts[i][0], (int)shown.size,
                  (const char *)shown.data);
    }
    arena_close(&arena);
}

Test(mask, hides_a_list_or_a_map_in_a_text_as_a_whole)
{
    struct mask mask;
    open_mask(&mask, "'$.input.cred','$.input.few'");
    mask_learn(&mask, input, pack("{'cred':{'on':true,'n':[7,null]},'few':[1]}"));
    masks(&mask, nowhere, "{'a':'cred={\\\"on\\\":true,\\\"n\\\":[7,null]} few=[1]'}",
          "{'a':'cred=*** few=[1]'}");
    arena_close(&arena);
}

Test(mask, hides_what_was_cut)
{
    static const char *const texts[][2] = {
        {"card 4111-2222-3333", "card ***"},
        {"card 4111-2222-3", "card ***"}, /* at the end of the text */
        {"card 4111-... is wrong", "card ***... is wrong"},
        {"card \"4111\xe2\x80\xa6\"", "card \"***\xe2\x80\xa6\""},
        {"card 4111-2222 is wrong", "card 4111-2222 is wrong"}, /* another one */
        {"card 411", "card 411"},                               /* too little to say anything */
        {"cut \\\"line\\", "cut \\\"***"},                      /* in the middle of an escape */
    };
    struct mask mask;
    open_mask(&mask, "'$.input.card','$.input.text'");
    mask_learn(&mask, input, pack("{'card':'4111-2222-3333','text':'line\\nfeed'}"));
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        struct span shown = mask_text(&mask, span_text(texts[i][0]));
        cr_expect(span_is(shown, texts[i][1]), "%s became %.*s", texts[i][0], (int)shown.size,
                  (const char *)shown.data);
    }
    arena_close(&arena);
}

/* A participant's message ends after LIMIT_MESSAGE bytes, wherever that is. */
Test(mask, hides_what_a_message_has_lost_the_end_of)
{
    struct mask mask;
    open_mask(&mask, "'$.input.card'");
    mask_learn(&mask, input, pack("{'card':'4111-2222'}"));
    for (size_t left = 1; left <= 9; left++) {
        char message[LIMIT_MESSAGE + 1];
        memset(message, 'x', sizeof(message));
        memcpy(message + LIMIT_MESSAGE - left, "4111-2222", left);
        struct span shown = mask_text(&mask, span_of(message, LIMIT_MESSAGE));
        size_t hidden = left > 1 ? 3 : 1;
        cr_expect(shown.size == LIMIT_MESSAGE - left + hidden, "%zu left", left);
        cr_expect((shown.data[shown.size - 1] == '*') == (left > 1));
    }
    arena_close(&arena);
}

Test(mask, hides_what_is_in_items)
{
    static const struct mask_origin item = {
        .is_known = true, .root = REFERENCE_OUTPUT, .step = 1, .is_item = true};
    struct mask mask;
    open_mask(&mask, "'$.steps.b.output[0].token'");
    mask_learn(&mask, item, pack("{'token':'tok_9f','id':'b1'}"));
    masks(&mask, item, "{'token':false,'id':'b1'}", "{'id':'b1','token':'***'}");
    masks(&mask, output_b, "[{'token':'tok_9f','id':'b1'}]", "[{'id':'b1','token':'***'}]");
    arena_close(&arena);
}

Test(mask, hides_short_texts_too)
{
    struct mask mask;
    open_mask(&mask, "'$.input.cvv','$.input.flag','$.input.none'");
    mask_learn(&mask, input, pack("{'cvv':'123','flag':true,'none':''}"));
    masks(&mask, nowhere, "['123','x123x',true,'',null]", "['***','x***x',true,'',null]");
    arena_close(&arena);
}

Test(mask, hides_the_longest_of_two)
{
    struct mask mask;
    open_mask(&mask, "'$.input'");
    mask_learn(&mask, input, pack("['abcd','abcdef']"));
    masks(&mask, nowhere, "'xabcdefx abcd'", "'x***x ***'");
    arena_close(&arena);
}

Test(mask, hides_everything_when_there_is_too_much)
{
    struct mask mask;
    open_mask(&mask, "'$.input'");
    for (int i = 0; i < 5000; i++) {
        char json[16];
        snprintf(json, sizeof(json), "%d", 100000 + i);
        mask_learn(&mask, input, pack(json));
    }
    cr_assert(mask.shuts && !mask.failed);
    masks(&mask, nowhere, "{'x':1}", "'***'");
    cr_assert(span_is(mask_text(&mask, span_text("any")), "***"));
    arena_close(&arena);
}

/* A secret whose beginning is everywhere in a long text: each place would be looked at for long. */
Test(mask, hides_everything_when_looking_for_it_would_take_long)
{
    enum { SECRET = 40000, TEXT = 400000 };
    struct mask mask;
    struct buf secret;
    static char letters[TEXT];
    open_mask(&mask, "'$.input'");
    memset(letters, 'a', sizeof(letters));
    letters[SECRET - 1] = 'b';
    buf_open(&secret, TEXT);
    mp_put_str(&secret, span_of(letters, SECRET));
    mask_learn(&mask, input, buf_span(&secret));
    letters[SECRET - 1] = 'a';
    cr_assert(span_is(mask_text(&mask, span_of(letters, TEXT)), "***"));
    cr_assert(mask.shuts && !mask.failed);
    masks(&mask, nowhere, "{'x':1}", "'***'");
    buf_close(&secret);
    arena_close(&arena);
}

Test(mask, hides_what_events_bring)
{
    struct mask mask;
    open_mask(&mask, "'$.input.card'");
    mask_learn(&mask, input, pack("{'card':'4111'}"));
    struct record started = {.type = RECORD_SAGA_STARTED,
                             .event = pack("{'name':'paid','id':'4111','data':{'card':'4112'}}")};
    view_mask_record(&mask, &started);
    cr_assert_str_eq(print(started.event), "{'data':'***','id':'***','name':'paid'}");
    struct record said = {
        .type = RECORD_OPERATOR, .verb = VERB_SIGNAL, .input = pack("{'card':'4112'}")};
    view_mask_record(&mask, &said);
    cr_assert_str_eq(print(said.input), "'***'");
    struct record retried = {
        .type = RECORD_OPERATOR, .verb = VERB_RETRY, .input = pack("{'card':'4111','n':1}")};
    view_mask_record(&mask, &retried);
    cr_assert_str_eq(print(retried.input), "{'card':'***','n':1}");
    arena_close(&arena);
}

Test(mask, leaves_all_as_it_is_where_nothing_is_sensitive)
{
    struct mask mask;
    open_mask(&mask, "");
    struct span value = pack("{'card':1}");
    cr_assert(!mask_is_needed(&mask));
    mask_learn(&mask, input, value);
    cr_assert_eq(mask_value(&mask, input, value).data, value.data);
    arena_close(&arena);
}
