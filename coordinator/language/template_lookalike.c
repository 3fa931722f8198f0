/* template_lookalike.c - finds what its author may have taken for a reference, and is none.
 *
 * Other languages write $input.x, {{ input.x }} or $.input.x inside a text; here all of these are
 * plain text, and would be noticed when a participant gets them. Only the names that references
 * begin with are looked for, so that prices and scripts are left alone; $$ says that a dollar is
 * meant. */
#include "language/template_lookalike.h"

#include "language/definition_draft.h"
#include "language/template_reference.h"
#include "reading/reading_words.h"

static int byte_at(struct span text, size_t at)
{
    return at < text.size ? text.data[at] : -1;
}

static bool is_name_byte(int c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* The bytes of the name that stands here, when references can begin with it; else 0. */
static size_t root_at(struct span text, size_t at)
{
    size_t size = 0;
    while (is_name_byte(byte_at(text, at + size))) {
        size++;
    }
    bool is_root = size > 0 && template_reference_is_root((struct span){text.data + at, size});
    return is_root ? size : 0;
}

struct lookalike {
    struct span whole; /* "{{ input.x }}"; empty: there is none */
    struct span path;  /* "input.x" */
};

/* How far the path goes whose root stands at `first`, `size` bytes of it. */
static struct span extent(struct span text, size_t first, size_t size)
{
    PRE(size > 0 && first + size <= text.size);
    size_t at = first + size;
    int c = byte_at(text, at);
    while (is_name_byte(c) || c == '.' || c == '[' || c == ']') {
        at++;
        c = byte_at(text, at);
    }
    bool ends_with_dot = text.data[at - 1] == '.'; /* of a sentence */
    return (struct span){text.data + first, at - first - (ends_with_dot ? 1 : 0)};
}

/* "$input.x" or "$.input.x" at the dollar. One without a dot after its root must be the whole text:
 * "$item" alone may be meant, in a longer text it may be anything. */
static struct lookalike dollar_at(struct span text, size_t at)
{
    bool has_dot = byte_at(text, at + 1) == '.';
    size_t root = at + (has_dot ? 2 : 1);
    size_t size = root_at(text, root);
    int next = byte_at(text, root + size);
    bool is_whole = at == 0 && root + size == text.size;
    struct lookalike found = {.whole = {NULL, 0}};
    if (size > 0 && (has_dot || next == '.' || next == '[' || is_whole)) {
        found.path = extent(text, root, size);
        found.whole = (struct span){text.data + at, root - at + found.path.size};
    }
    return found;
}

static size_t skip_blanks(struct span text, size_t at)
{
    while (byte_at(text, at) == ' ') {
        at++;
    }
    return at;
}

/* "{{ input.x }}" at its first brace, with a dollar and a dot before the name or without. */
static struct lookalike braces_at(struct span text, size_t at)
{
    size_t root = skip_blanks(text, at + 2);
    root += byte_at(text, root) == '$' ? 1 : 0;
    root += byte_at(text, root) == '.' ? 1 : 0;
    size_t size = root_at(text, root);
    struct lookalike found = {.whole = {NULL, 0}};
    struct span path = size > 0 ? extent(text, root, size) : (struct span){NULL, 0};
    size_t end = skip_blanks(text, root + path.size);
    if (size > 0 && byte_at(text, end) == '}' && byte_at(text, end + 1) == '}') {
        found.path = path;
        found.whole = (struct span){text.data + at, end + 2 - at};
    }
    return found;
}

/* The place behind the reference that begins here with "${". */
static size_t skip_reference(struct span text, size_t at)
{
    PRE(text.data[at] == '$');
    const uint8_t *end = memchr(text.data + at, '}', text.size - at);
    return end ? (size_t)(end - text.data) + 1 : text.size;
}

void template_lookalike_warn(struct compile *c, struct span text)
{
    struct lookalike found = {.whole = {NULL, 0}};
    for (size_t at = 0; at + 1 < text.size && found.whole.size == 0;) {
        int next = text.data[at + 1];
        if (text.data[at] == '$' && next == '{') {
            at = skip_reference(text, at);
            continue;
        }
        if (text.data[at] == '$' && next != '$') {
            found = dollar_at(text, at);
        } else if (text.data[at] == '{' && next == '{') {
            found = braces_at(text, at);
        }
        at += text.data[at] == '$' && next == '$' ? 2 : 1;
    }
    POST(found.path.size <= found.whole.size);
    POST(found.whole.size <= text.size);
    if (found.whole.size > 0) {
        bool is_alone = found.whole.size == text.size;
        reading_warning(
            &c->reading,
            "'%s' is no reference and stays as it is: write %s$.%s%s, or $$ for a dollar",
            reading_quote(found.whole).text, is_alone ? "" : "${", reading_quote(found.path).text,
            is_alone ? "" : "}");
    }
}
