/* mask_match.c - finds a secret in a text where it was escaped, quoted or cut.
 *
 * A value that is put into a longer text seldom stays as it is: a map becomes JSON, in which a line
 * feed is \n; that text, quoted in an error, has \\n there, and in a log of that error \\\\n. So a
 * secret is compared character by character, and each may be written in any way that some program
 * writes it: with any number of backslashes before it, as \u000a, as %0A, as &#10;. What is taken
 * for a secret and is none does no harm.
 *
 * A text may also end in the middle of a secret: messages are cut at LIMIT_MESSAGE bytes, and
 * programs shorten what they quote, mostly with "..." behind it. Then the beginning is taken for
 * the secret, if it is long enough to say anything. */
#include "view/mask_match.h"

#include "base/limits.h"
#include "base/utf8.h"

enum {
    SLASHES_MAX = 64, /* for one character: JSON in JSON, six times over */
    CUT_LEAST = 4,    /* bytes of a secret before "..." or the end of a text */
    CUT_SURE = 2,     /* the same in a text that is as long as a message may be */
    ENTITY_MAX = 10,  /* bytes of "&#x10ffff;" */
};

/* Which escapes are looked for: a secret may itself look like one of another kind. */
enum escape { ESCAPE_SLASHES = 1, ESCAPE_URL = 2, ESCAPE_HTML = 4 };
static const uint32_t mixtures[] = {0, ESCAPE_SLASHES, ESCAPE_URL, ESCAPE_HTML,
                                    ESCAPE_SLASHES | ESCAPE_URL | ESCAPE_HTML};

struct match {
    struct span text;
    struct span secret;
    uint32_t escapes;   /* of enum escape */
    size_t at;          /* in the text: the next byte */
    size_t done;        /* of the secret, found so far */
    bool is_cut;        /* the text ended, perhaps in the middle of an escape */
    bool follows_slash; /* the backslashes before the next character are taken already */
    uint64_t work;      /* bytes looked at, but for a few */
};

static int byte_at(const struct match *m, size_t at)
{
    return at < m->text.size ? m->text.data[at] : -1;
}

/* The secret's next character takes `size` bytes of the text from m->at on. */
static bool take(struct match *m, size_t size, size_t secret_size)
{
    m->at += size;
    m->done += secret_size;
    m->follows_slash = false;
    return true;
}

static int digit_of(int c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    int low = c | 0x20;
    return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

/* Hexadecimal digits; -1: there are fewer. */
static int64_t hex_at(struct match *m, size_t at, size_t digits)
{
    int64_t number = 0;
    for (size_t i = 0; i < digits; i++) {
        int digit = digit_of(byte_at(m, at + i));
        m->is_cut |= at + i >= m->text.size;
        if (digit < 0) {
            return -1;
        }
        number = number * 16 + digit;
    }
    return number;
}

/* Is this number the secret's next character, or its next byte? Then takes `size` bytes. */
static bool take_number(struct match *m, int64_t number, size_t size)
{
    const uint8_t *next = m->secret.data + m->done;
    size_t length = utf8_size(next, m->secret.size - m->done);
    if (length > 0 && number == (int64_t)utf8_read(next, length)) {
        return take(m, size, length);
    }
    return number == *next && take(m, size, 1);
}

static size_t count_slashes(struct match *m, size_t at, size_t most)
{
    size_t count = 0;
    while (count < most && byte_at(m, at + count) == '\\') {
        count++;
    }
    m->work += count;
    return count;
}

/* "u00e9", or a pair of surrogates "ud83d\ude00", at the letter. */
static bool take_unicode(struct match *m, size_t at)
{
    int64_t unit = hex_at(m, at + 1, 4);
    size_t end = at + 5;
    if (unit >= 0xd800 && unit < 0xdc00) {
        end += count_slashes(m, end, SLASHES_MAX);
        int64_t low = byte_at(m, end) == 'u' ? hex_at(m, end + 1, 4) : -1;
        m->is_cut |= end >= m->text.size;
        unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
        end += 5;
    }
    return take_number(m, unit, end - m->at);
}

/* What a letter after a backslash means. */
static bool take_letter(struct match *m, size_t at)
{
    static const char letters[] = "abfnrtv0";
    static const char meanings[] = "\a\b\f\n\r\t\v\0";
    int c = byte_at(m, at);
    const char *letter = c > 0 ? strchr(letters, c) : NULL;
    uint8_t next = m->secret.data[m->done];
    if (letter && (uint8_t)meanings[letter - letters] == next) {
        return take(m, at + 1 - m->at, 1);
    }
    if (c == 'u') {
        return take_unicode(m, at);
    }
    if (c == 'U' || c == 'x') {
        size_t digits = c == 'x' ? 2 : 8;
        return take_number(m, hex_at(m, at + 1, digits), at + 1 + digits - m->at);
    }
    bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return c == next && !is_plain && take(m, at + 1 - m->at, 1);
}

/* Backslashes, and what they escape. Some of them may be the secret's own. */
static bool take_slashes(struct match *m)
{
    size_t own = 0;
    while (m->done + own < m->secret.size && m->secret.data[m->done + own] == '\\') {
        own++;
    }
    m->work += own;
    size_t count = count_slashes(m, m->at, SLASHES_MAX * (own + 1));
    int letter = byte_at(m, m->at + count);
    bool is_number = letter == 'u' || letter == 'U' || letter == 'x';
    bool is_own = m->done + own < m->secret.size && m->secret.data[m->done + own] == letter;
    if (own > 0 && is_number && !is_own && take_letter(m, m->at + count)) {
        return true; /* \x5c */
    }
    if (own > 0 && count >= own) {
        (void)take(m, count, own);
        m->follows_slash = true;
        return true;
    }
    m->is_cut |= m->at + count >= m->text.size;
    return own == 0 && count > 0 && take_letter(m, m->at + count);
}

/* "&quot;", "&#34;", "&#x22;" */
static bool take_entity(struct match *m)
{
    static const struct {
        const char *name;
        uint8_t byte;
    } entities[] = {
        {"&quot;", '"'}, {"&apos;", '\''}, {"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}};
    for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++) {
        size_t size = strlen(entities[i].name);
        if (entities[i].byte == m->secret.data[m->done] && size <= m->text.size - m->at &&
            memcmp(m->text.data + m->at, entities[i].name, size) == 0) {
            return take(m, size, 1);
        }
    }
    if (byte_at(m, m->at + 1) != '#') {
        return false;
    }
    bool is_hex = (byte_at(m, m->at + 2) | 0x20) == 'x';
    size_t end = m->at + (is_hex ? 3 : 2);
    int64_t number = 0;
    for (int digit = 0; end < m->at + ENTITY_MAX; end++) {
        digit = digit_of(byte_at(m, end));
        if (digit < 0 || (!is_hex && digit > 9)) {
            break;
        }
        number = number * (is_hex ? 16 : 10) + digit;
    }
    return byte_at(m, end) == ';' && take_number(m, number, end + 1 - m->at);
}

/* Takes the secret's next character, however it is written. */
static bool take_next(struct match *m)
{
    int c = byte_at(m, m->at);
    uint8_t next = m->secret.data[m->done];
    if (c < 0) {
        m->is_cut = true;
        return false;
    }
    if (c == '\\' && (m->escapes & ESCAPE_SLASHES)) {
        return take_slashes(m);
    }
    if (c == '%' && (m->escapes & ESCAPE_URL) && hex_at(m, m->at + 1, 2) == next) {
        return take(m, 3, 1);
    }
    if (c == '&' && (m->escapes & ESCAPE_HTML) && take_entity(m)) {
        return true;
    }
    if (m->follows_slash && c != next && take_letter(m, m->at)) {
        return true;
    }
    bool is_blank = c == '+' && next == ' ' && (m->escapes & ESCAPE_URL);
    return (c == next || is_blank) && take(m, 1, 1);
}

static bool is_ellipsis(const struct match *m)
{
    static const char *const forms[] = {"...", "\xe2\x80\xa6", "\\u2026"};
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        size_t size = strlen(forms[i]);
        if (size <= m->text.size - m->at && memcmp(m->text.data + m->at, forms[i], size) == 0) {
            return true;
        }
    }
    return false;
}

/* The bytes that one mixture of escapes finds; 0: none. */
static size_t match(struct match *m)
{
    size_t first = m->at;
    bool goes_on = m->secret.size > 0;
    while (goes_on && m->done < m->secret.size) {
        goes_on = take_next(m);
        m->work++;
    }
    if (m->done == m->secret.size) {
        return m->at - first;
    }
    bool is_long = m->text.size + 4 > LIMIT_MESSAGE; /* a cut leaves whole characters */
    size_t least = m->is_cut && is_long ? CUT_SURE : CUT_LEAST;
    if (m->done < least) {
        return 0;
    }
    if (m->is_cut) {
        return m->text.size - first;
    }
    return is_ellipsis(m) ? m->at - first : 0;
}

size_t mask_match_at(struct span text, size_t at, struct span secret, uint64_t *work)
{
    size_t longest = 0;
    for (size_t i = 0; i < sizeof(mixtures) / sizeof(mixtures[0]); i++) {
        struct match m = {.text = text, .secret = secret, .at = at, .escapes = mixtures[i]};
        size_t size = match(&m);
        longest = size > longest ? size : longest;
        *work += m.work;
    }
    return longest;
}

bool mask_match_may_begin(uint8_t byte)
{
    return byte == '\\' || byte == '%' || byte == '&' || byte == '+';
}
