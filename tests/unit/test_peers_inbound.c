/* test_peers_inbound.c - what comes in: its form, what is done about a bad one, results. */
#include "peers_world.h"

static void bad(struct world *w, const char *text)
{
    forget(w);
    says(w, "Z", "%s", text);
    SEEN(w, 1, "send Z {'v':1,'type':'error',", "'code':'bad_message'");
    SEEN(w, 1, "", NULL);
}

Test(peers_inbound, each_wrong_form_is_a_bad_message)
{
    static const char *const texts[] = {
        "1",
        "[]",
        "{}",
        "{'type':'ready'}",
        "{'v':1}",
        "{'v':2,'type':'bye'}",
        "{'v':'1','type':'bye'}",
        "{'v':null,'type':'bye'}",
        "{'v':1.5,'type':'bye'}",
        "{'v':1,'type':7}",
        "{'v':1,'type':''}",
        "{'v':1,'type':'unheard'}",
        "{'v':1,'type':'task','key':'k'}",
        "{'v':1,'type':'welcome'}",
        "{'v':1,'type':'who'}",
        "{'v':1,'type':'running','key':'k','attempt':1}",
        "{'v':1,'type':'ready','actions':[],'window':1}",
        "{'v':1,'type':'ready','instance':'i','window':1}",
        "{'v':1,'type':'ready','instance':'i','actions':[]}",
        "{'v':1,'type':'ready','instance':1,'actions':[],'window':1}",
        "{'v':1,'type':'ready','instance':'','actions':[],'window':1}",
        "{'v':1,'type':'ready','instance':'i','actions':{},'window':1}",
        "{'v':1,'type':'ready','instance':'i','actions':[1],'window':1}",
        "{'v':1,'type':'ready','instance':'i','actions':[''],'window':1}",
        "{'v':1,'type':'ready','instance':'i','actions':[],'window':-1}",
        "{'v':1,'type':'ready','instance':'i','actions':[],'window':1.5}",
        "{'v':1,'type':'ready','instance':'i','actions':[],'window':null}",
        "{'v':1,'type':'ready','instance':'i','actions':[],'window':1,'running':{}}",
        "{'v':1,'type':'ready','instance':'i','actions':[],'window':1,'running':[1]}",
        "{'v':1,'type':'ready','instance':'i','actions':[],'window':1,'running':[{'key':'k'}]}",
        "{'v':1,'type':'ready','instance':'i','actions':[],'window':1,'barrier':1}",
        "{'v':1,'type':'ready','instance':'i','actions':[],'window':1,'meta':[]}",
        "{'v':1,'type':'window'}",
        "{'v':1,'type':'window','size':'1'}",
        "{'v':1,'type':'heartbeat','running':7}",
        "{'v':1,'type':'heartbeat','running':[{'key':7,'attempt':1}]}",
        "{'v':1,'type':'bye','reason':7}",
        "{'v':1,'type':'result','attempt':1,'token':'t','status':'ok'}",
        "{'v':1,'type':'result','key':'k','token':'t','status':'ok'}",
        "{'v':1,'type':'result','key':'k','attempt':1,'status':'ok'}",
        "{'v':1,'type':'result','key':'k','attempt':1,'token':7,'status':'ok'}",
        "{'v':1,'type':'result','key':'','attempt':1,'token':'t','status':'ok'}",
        "{'v':1,'type':'result','key':'k','attempt':0,'token':'t','status':'ok'}",
        "{'v':1,'type':'result','key':'k','attempt':4294967296,'token':'t','status':'ok'}",
        "{'v':1,'type':'start','definition':'d','input':1}",
        "{'v':1,'type':'start','request':7,'definition':'d','input':1}",
    };
    struct world *w = world_new();
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        bad(w, texts[i]);
    }
    cr_assert_eq(stats_of(w).bad, ARRAY_COUNT(texts));
    cr_assert_eq(stats_of(w).sessions, 0);
    world_destroy(w);
}

Test(peers_inbound, a_clients_bad_request_is_named_in_the_error)
{
    struct world *w = world_new();
    says(w, "C", "{'v':1,'type':'start','request':'r7','definition':'d'}");
    SEEN(w, 1, "send C {'v':1,'type':'error','request':'r7','code':'bad_message'", NULL);
    says(w, "C", "{'v':2,'type':'get','request':'r8','saga':'s'}");
    SEEN(w, 1, "'request':'r8','code':'bad_message'", NULL);
    world_destroy(w);
}

Test(peers_inbound, a_request_of_no_bounds_is_not_repeated)
{
    struct world *w = world_new();
    says(w, "C", "{'v':1,'type':'get','saga':'s','request':'%0256d'}", 1);
    SEEN(w, 1, "send C {'v':1,'type':'error','code':'bad_message'", NULL);
    says(w, "C", "{'v':1,'type':'get','saga':'s','request':'%0255d'}", 1);
    SEEN(w, 1, "'code':'not_found'", NULL);
    world_destroy(w);
}

Test(peers_inbound, unknown_keys_are_ignored_whatever_they_hold)
{
    struct world *w = world_new();
    says(w, "A",
         "{'v':1,'type':'ready','instance':'i','actions':['f.book'],'window':1,'x':[{'y':1}],"
         "'size':'not this message\\u0027s','a_key_that_is_longer_than_any_other':1}");
    SEEN(w, 1, "'type':'welcome'", NULL);
    world_destroy(w);
}

Test(peers_inbound, nil_is_no_key_where_one_is_optional)
{
    struct world *w = world_new();
    says(w, "A",
         "{'v':1,'type':'ready','instance':'i','actions':[],'window':1,'running':null,"
         "'barrier':null,'meta':null}");
    SEEN(w, 1, "'type':'welcome'", NULL);
    world_destroy(w);
}

Test(peers_inbound, the_third_bad_message_within_a_minute_ends_the_session)
{
    struct world *w = world_new();
    ready(w, "A", "i1", 4);
    send_task(w, "k1", 1);
    says(w, "A", "{}");
    says(w, "A", "{}");
    cr_assert_eq(stats_of(w).sessions, 1);
    SEEN(w, 0, "LOST", NULL);
    says(w, "A", "{}");
    SEEN(w, 3, "send A {'v':1,'type':'error','code':'bad_message'", NULL);
    SEEN(w, 1, "LOST k1#1", NULL);
    cr_assert_eq(stats_of(w).sessions, 0);
    says(w, "A", "{'v':1,'type':'heartbeat'}");
    SEEN(w, 1, "send A {'v':1,'type':'who'}", NULL);
    world_destroy(w);
}

Test(peers_inbound, bad_messages_long_ago_are_forgiven)
{
    struct world *w = world_new();
    ready(w, "A", "i1", 4);
    says(w, "A", "{}");
    says(w, "A", "{}");
    for (int i = 1; i <= 30; i++) {
        run_to(w, i * 2000);
        says(w, "A", "{'v':1,'type':'heartbeat'}");
    }
    says(w, "A", "{}");
    cr_assert_eq(stats_of(w).sessions, 1);
    says(w, "A", "{}");
    says(w, "A", "{}");
    cr_assert_eq(stats_of(w).sessions, 0);
    world_destroy(w);
}

Test(peers_inbound, a_clients_connection_is_answered_each_time)
{
    struct world *w = world_new();
    for (int i = 0; i < 10; i++) {
        says(w, "C", "{}");
    }
    SEEN(w, 10, "send C {'v':1,'type':'error'", NULL);
    cr_assert_eq(stats_of(w).bad, 10);
    says(w, "C", "{'v':1,'type':'get','request':'r','saga':'trip-1'}");
    SEEN(w, 1, "'type':'reply'", NULL);
    world_destroy(w);
}

Test(peers_inbound, a_multipart_message_is_counted_and_nothing_else)
{
    struct world *w = world_new();
    peers_multipart(w->peers, span_text("A"), w->now_ms);
    SEEN(w, 0, "", NULL);
    cr_assert_eq(stats_of(w).multipart, 1);
    cr_assert_eq(stats_of(w).bad, 0);
    world_destroy(w);
}

Test(peers_inbound, a_bad_ready_changes_nothing)
{
    struct world *w = world_new();
    ready(w, "A", "i1", 4);
    says(w, "A",
         "{'v':1,'type':'ready','instance':'i1','actions':['x',7],'window':0,'running':[]}");
    send_task(w, "k1", 1);
    SEEN(w, 1, "SENT k1#1", NULL);
    says(w, "B",
         "{'v':1,'type':'ready','instance':'i1','actions':['f.book'],'window':0,"
         "'running':[{'key':'k1','attempt':1},{'key':'k2'}]}");
    SEEN(w, 0, "ADOPT", NULL);
    cr_assert_eq(stats_of(w).in_flight, 1);
    world_destroy(w);
}

Test(peers_inbound, actions_are_bounded)
{
    static char text[8192];
    struct world *w = world_new();
    size_t size = 0;
    for (int i = 0; i <= LIMIT_ACTIONS; i++) {
        size += (size_t)snprintf(text + size, sizeof(text) - size, "%s'a%d'", i > 0 ? "," : "", i);
    }
    says(w, "A", "{'v':1,'type':'ready','instance':'i','actions':[%s],'window':1}", text);
    SEEN(w, 0, "'type':'welcome'", NULL);
    SEEN(w, 1, "'type':'error'", NULL);
    *strrchr(text, ',') = '\0';
    says(w, "A", "{'v':1,'type':'ready','instance':'i','actions':[%s,'a0'],'window':1}", "'a0'");
    SEEN(w, 1, "'type':'welcome'", NULL);
    says(w, "A", "{'v':1,'type':'ready','instance':'i','actions':[%s],'window':1}", text);
    SEEN(w, 2, "'type':'welcome'", NULL);
    world_destroy(w);
}

/* ---- results ---- */

#define RESULT                                                                                     \
    "'v':1,'type':'result','key':'k','attempt':2,'token':'0123456789abcdef0123456789abcdef'"

Test(peers_inbound, a_result_is_read_whole)
{
    struct world *w = world_new();
    ready(w, "A", "i1", 4);
    says(w, "A", "{" RESULT ",'status':'ok','output':{'seat':[1,'b']},'cost_usd_micros':1200}");
    SEEN(w, 1, "RESULT k#2 token=0123456789abcdef0123456789abcdef",
         " ok code= message= retryable=1 in_doubt=0 after=-1 cost=1200 output={'seat':[1,'b']}");
    world_destroy(w);
}

Test(peers_inbound, a_failure_has_defaults)
{
    struct world *w = world_new();
    ready(w, "A", "i1", 4);
    says(w, "A", "{" RESULT ",'status':'failed','error':{'code':'full','message':'no seats'}}");
    SEEN(w, 1, " failed code=full message=no seats retryable=1 in_doubt=0 after=-1 cost=0", NULL);
    says(w, "A",
         "{" RESULT
         ",'status':'failed','error':{'code':'x','message':'m','retryable':false,"
         "'in_doubt':true,'retry_after_ms':70,'details':{}}}");
    SEEN(w, 1, " failed code=x message=m retryable=0 in_doubt=1 after=70 cost=0", NULL);
    says(w, "A", "{" RESULT ",'status':'failed'}");
    SEEN(w, 1, " failed code=failed message= retryable=1", NULL);
    says(w, "A", "{" RESULT ",'status':'ok','error':null}");
    SEEN(w, 1, " ok code= ", NULL);
    world_destroy(w);
}

/* Seen to fail: 2^53-1 was 285,616 years. */
Test(peers_inbound, a_participant_asks_for_at_most_a_day)
{
    static const struct {
        const char *asked;
        const char *taken;
    } times[] = {
        {"0", " after=0 "},
        {"86400000", " after=86400000 "},
        {"86400001", " after=86400000 "},
        {"9007199254740991", " after=86400000 "},
    };
    struct world *w = world_new();
    ready(w, "A", "i1", 4);
    for (size_t i = 0; i < ARRAY_COUNT(times); i++) {
        forget(w);
        says(w, "A", "{" RESULT ",'status':'failed','error':{'code':'busy','retry_after_ms':%s}}",
             times[i].asked);
        SEEN(w, 1, "RESULT", times[i].taken);
    }
    world_destroy(w);
}

Test(peers_inbound, long_texts_of_a_failure_are_cut_at_a_character)
{
    struct world *w = world_new();
    ready(w, "A", "i1", 4);
    char code[80];
    memset(code, 'c', sizeof(code));
    memcpy(code + 63, "\xc3\xa9\0", 3);
    says(w, "A", "{" RESULT ",'status':'failed','error':{'code':'%s','message':''}}", code);
    char line[100];
    snprintf(line, sizeof(line), "code=%.63s message=", code);
    SEEN(w, 1, line, NULL);
    world_destroy(w);
}

Test(peers_inbound, a_token_never_issued_is_unknown_and_no_error)
{
    struct world *w = world_new();
    ready(w, "A", "i1", 4);
    says(w, "A", "{'v':1,'type':'result','key':'k','attempt':1,'token':'nonsense','status':'ok'}");
    /* At once: nothing is decided of it that a release would follow. */
    SEEN(w, 1, "send A {'v':1,'type':'done','results':[['k',1,'unknown']]}", NULL);
    SEEN(w, 0, "'type':'error'", NULL);
    SEEN(w, 0, "RESULT", NULL);
    cr_assert_eq(stats_of(w).unknown_tokens, 1);
    cr_assert_eq(stats_of(w).bad, 0);
    world_destroy(w);
}

/* ---- bad results ---- */

/* A result whose last pair is given as bytes. */
static void says_with(struct world *w, const char *from, const char *key, struct span bytes)
{
    struct buf frame;
    buf_open(&frame, LIMIT_MESSAGE_IN);
    says(w, "nobody", "{" RESULT ",'status':'ok'}");
    buf_write(&frame, w->frame.data, w->frame.size);
    frame.data[0]++; /* one pair more */
    mp_put_text(&frame, key);
    buf_write(&frame, bytes.data, bytes.size);
    forget(w);
    says_bytes(w, from, buf_span(&frame));
    buf_close(&frame);
}

/* Seen to fail: each was a bad message, and the third one ended the session. */
Test(peers_inbound, a_bad_result_is_the_end_of_that_attempt_alone)
{
    static const struct {
        const char *key;
        const char *bytes;
        size_t size;
        const char *why;
    } flaws[] = {
        {"output", "\xcf\x10\x00\x00\x00\x00\x00\x00\x00", 9, "integer"}, /* 2^60 */
        {"output", "\xcf\xff\xff\xff\xff\xff\xff\xff\xff", 9, "integer"},
        {"output", "\xcb\x7f\xf0\x00\x00\x00\x00\x00\x00", 9, ""}, /* infinite */
        {"output", "\xa1\xff", 2, "UTF-8"},
        {"output", "\x82\xa1\x61\x01\xa1\x61\x01", 7, "duplicate key"},
        {"output", "\x81\x01\x01", 3, ""},         /* a key that is no text */
        {"output", "\xc4\x01\x00", 3, ""},         /* bin */
        {"output", "\xd4\x01\x00", 3, ""},         /* ext */
        {"output", "\xc7\x02\x01\x00\x00", 5, ""}, /* ext */
        {"output", "\xc1", 1, ""},                 /* no head of msgpack */
        {"output", "\xa5\x61", 2, "cut short"},
        {"output", "\xdd\xff\xff\xff\xff", 5, ""}, /* claims more than is there */
        {"cost_usd_micros", "\xff", 1, "a number is negative"},
        {"cost_usd_micros", "\xa1\x61", 2, "a value has the wrong type"},
        {"error", "\x01", 1, "a value has the wrong type"},
    };
    struct world *w = world_new();
    ready(w, "A", "i1", 4);
    for (size_t i = 0; i < ARRAY_COUNT(flaws); i++) {
        says_with(w, "A", flaws[i].key, span_of(flaws[i].bytes, flaws[i].size));
        SEEN(w, 1, "RESULT k#2 token=0123456789abcdef0123456789abcdef",
             " failed code=bad_output message=the result is bad: ");
        SEEN(w, 1, flaws[i].why, " retryable=1 in_doubt=1 after=-1 cost=0 output=");
        SEEN(w, 1, "", NULL); /* nothing is sent before it is durable */
    }
    says(w, "A", "{" RESULT "}");
    SEEN(w, 1, "RESULT", "a required key is missing");
    says(w, "A", "{" RESULT ",'status':'fine','cost_usd_micros':7}");
    SEEN(w, 1, "RESULT",
         "status is not ok, failed or later retryable=1 in_doubt=1 after=-1 cost=7");
    says(w, "A", "{" RESULT ",'status':'failed','error':{'code':'c','retryable':'no'}}");
    SEEN(w, 2, "RESULT", "a value has the wrong type");
    cr_assert_eq(stats_of(w).sessions, 1);
    cr_assert_eq(stats_of(w).bad, ARRAY_COUNT(flaws) + 3);
    world_destroy(w);
}

/* Deeper than any value may be, and far deeper than anybody's stack. */
Test(peers_inbound, a_result_of_any_depth_is_the_end_of_that_attempt)
{
    struct world *w = world_new();
    ready(w, "A", "i1", 4);
    static uint8_t deep[500000];
    memset(deep, 0x91, sizeof(deep) - 1);
    says_with(w, "A", "output", span_of(deep, sizeof(deep)));
    SEEN(w, 1, "RESULT k#2", " failed code=bad_output message=the result is bad: depth");
    world_destroy(w);
}

/* Seen to fail with a slot that only a good result gave back. */
Test(peers_inbound, a_bad_result_frees_its_slot_and_no_other)
{
    struct world *w = world_new();
    ready(w, "A", "i1", 2);
    struct task *first = send_task(w, "k1", 1);
    send_task(w, "k2", 1);
    send_task(w, "k3", 1);
    answers(w, "A", first, "fine");
    SEEN(w, 1, "RESULT k1#1", "code=bad_output");
    SEEN(w, 1, "SENT k3#1", NULL);
    SEEN(w, 0, "LOST", NULL);
    cr_assert_eq(stats_of(w).in_flight, 2);
    world_destroy(w);
}

/* What does not say whose it is, is nobody's, and counts against the session. */
Test(peers_inbound, a_bad_result_of_nobody_is_a_bad_message)
{
    struct world *w = world_new();
    ready(w, "A", "i1", 4);
    static const uint8_t twice[] = "\xa5other";
    says_with(w, "A", "key", span_of(twice, sizeof(twice) - 1));
    SEEN(w, 1, "send A {'v':1,'type':'error'", "'code':'bad_message'");
    says(w, "A", "{'v':2,'type':'result','key':'k','attempt':1,'token':'t','status':'ok'}");
    says(w, "A", "{'v':1,'type':'result','attempt':1,'token':'t','status':7}");
    SEEN(w, 0, "RESULT", NULL);
    cr_assert_eq(stats_of(w).sessions, 0);
    world_destroy(w);
}

Test(peers_inbound, a_value_may_have_960_kib)
{
    struct world *w = world_new();
    ready(w, "A", "i1", 4);
    char *text = malloc(LIMIT_VALUE + 1);
    cr_assert_not_null(text);
    memset(text, 'x', LIMIT_VALUE);
    text[LIMIT_VALUE] = '\0';
    says(w, "A", "{" RESULT ",'status':'ok','output':'%s'}", text); /* 5 bytes of head too many */
    SEEN(w, 0, "'type':'error'", NULL);
    SEEN(w, 1, "RESULT",
         " failed code=bad_output message=the result is bad: a value may have 960 KiB");
    text[LIMIT_VALUE - 5] = '\0';
    says(w, "A", "{" RESULT ",'status':'ok','output':'%s'}", text);
    SEEN(w, 1, "RESULT", " ok ");
    cr_assert_eq(stats_of(w).bad, 1);
    free(text);
    world_destroy(w);
}

/* ---- hostile bytes ---- */

static const char *const valid[] = {
    "{'v':1,'type':'ready','instance':'i1','actions':['f.book','f.cancel'],'window':4,"
    "'running':[{'key':'k1','attempt':1}],'barrier':true,'meta':{'sdk':'x'}}",
    "{'v':1,'type':'window','size':3}",
    "{'v':1,'type':'heartbeat','running':[{'key':'k1','attempt':1,'details':{'a':[1.5,null]}}]}",
    "{" RESULT
    ",'status':'failed','error':{'code':'c','message':'m','retryable':false,"
    "'retry_after_ms':300,'in_doubt':true,'details':7},'cost_usd_micros':70000}",
    "{'v':1,'type':'bye','reason':'deploy'}",
    "{'v':1,'type':'start','request':'r','definition':'d','version':1,'saga':'trip-1','input':{},"
    "'labels':{'a':'b'},'start_at':5,'traceparent':'00','wait':'settled','wait_ms':5}",
    "{'v':1,'type':'get','request':'r','saga':'trip-1','since':1,'limit':2}",
    "{'v':1,'type':'wait','request':'r','saga':'trip-1','wait_ms':2}",
    "{'v':1,'type':'finish','request':'r','token':'0123456789abcdef0123456789abcdef',"
    "'status':'ok','output':1}",
    "{'v':1,'type':'event','request':'r','event':'e','id':'1','data':null}",
};

static void drop_asks(struct world *w)
{
    const struct answer answer = {.error = SAGA_NOT_FOUND};
    for (uint32_t i = 0; i < w->ask_count; i++) {
        w->asks[i]->answer(w->asks[i], &answer);
    }
    w->ask_count = 0;
}

/* On the heap and no byte larger, so that the sanitizer sees a read past the end. */
static void say_copy(struct world *w, const uint8_t *bytes, size_t size)
{
    uint8_t *copy = malloc(size == 0 ? 1 : size);
    cr_assert_not_null(copy);
    memcpy(copy, bytes, size);
    says_bytes(w, "A", span_of(copy, size));
    free(copy);
    peers_flush(w->peers, w->now_ms);
    drop_asks(w);
    forget(w);
}

Test(peers_inbound, any_byte_changed_does_no_harm, .timeout = 300)
{
    struct world *w = world_new();
    for (size_t i = 0; i < ARRAY_COUNT(valid); i++) {
        forget(w);
        says(w, "B", "%s", valid[i]);
        SEEN(w, 0, "'code':'bad_message'", NULL);
        uint8_t bytes[1024];
        size_t size = w->frame.size;
        cr_assert_leq(size, sizeof(bytes));
        memcpy(bytes, w->frame.data, size);
        for (size_t at_byte = 0; at_byte < size; at_byte++) {
            uint8_t kept = bytes[at_byte];
            for (unsigned value = 0; value < 256; value++) {
                bytes[at_byte] = (uint8_t)value;
                say_copy(w, bytes, size);
            }
            bytes[at_byte] = kept;
            say_copy(w, bytes, at_byte); /* cut short */
        }
    }
    cr_assert_gt(stats_of(w).bad, 1000);
    world_destroy(w);
}

Test(peers_inbound, random_bytes_do_no_harm)
{
    struct world *w = world_new();
    uint64_t state = 20261124;
    for (int i = 0; i < 20000; i++) {
        uint8_t bytes[64];
        for (size_t k = 0; k < sizeof(bytes); k++) {
            state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
            bytes[k] = (uint8_t)(state >> 33);
        }
        bytes[0] = i % 2 == 0 ? 0x83 : bytes[0];
        say_copy(w, bytes, bytes[1] % sizeof(bytes));
    }
    cr_assert_gt(stats_of(w).bad, 19000);
    world_destroy(w);
}

Test(peers_inbound, a_routing_id_may_have_any_bytes)
{
    struct world *w = world_new();
    uint8_t id[255];
    memset(id, 0, sizeof(id));
    says(w, "A", "{'v':1,'type':'bye'}");
    peers_receive(w->peers, span_of(id, sizeof(id)), buf_span(&w->frame), w->now_ms);
    peers_receive(w->peers, span_of(id, 5), buf_span(&w->frame), w->now_ms);
    SEEN(w, 3, "'type':'who'", NULL);
    world_destroy(w);
}

Test(peers_inbound, details_are_not_larger_than_a_value)
{
    struct world *w = world_new();
    char *text = malloc(LIMIT_VALUE + 1);
    memset(text, 'x', LIMIT_VALUE);
    text[LIMIT_VALUE] = '\0';
    ready(w, "A", "i1", 3);
    send_task(w, "k1", 1);
    send_task(w, "k2", 1);
    send_task(w, "k3", 1);
    says(w, "A", "{'v':1,'type':'heartbeat','running':[{'key':'k1','attempt':1,'details':'%s'}]}",
         text + 5);
    SEEN(w, 1, "BEAT k1#1", NULL);
    says(w, "A",
         "{'v':1,'type':'heartbeat','running':[{'key':'k2','attempt':1,'details':1},"
         "{'key':'k3','attempt':1,'details':'%s'}]}",
         text + 4);
    SEEN(w, 1, "BEAT", NULL);
    SEEN(w, 1, "send A {'v':1,'type':'error'", "too_large");
    free(text);
    world_destroy(w);
}
