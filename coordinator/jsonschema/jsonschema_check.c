/* jsonschema_check.c - a value against a schema: one frame for each schema at work, no recursion.
 *
 * A frame goes through its stages; each stage names the schemas to try next, one at a time, and
 * says what their outcome means:
 *
 *   rules ─► $ref ─► allOf ─► anyOf ─► oneOf ─► not ─► if/then/else ─► dependentSchemas
 *         ─► properties, patternProperties, additionalProperties, propertyNames ─► items, contains
 *
 * What fails inside anyOf, oneOf, not, if and contains is no problem of the value: it is not told,
 * and such a frame ends at its first failure. Everything else goes on, so that many are told. */
#include "jsonschema/jsonschema.h"

#include "jsonschema/jsonschema_rules.h"
#include "jsonschema/jsonschema_run.h"

enum stage {
    STAGE_RULES,
    STAGE_REF,
    STAGE_ALL,
    STAGE_ANY,
    STAGE_ONE,
    STAGE_NOT,
    STAGE_IF,
    STAGE_BRANCH,
    STAGE_DEPENDENT,
    STAGE_MEMBERS,
    STAGE_ITEMS,
    STAGE_END
};

/* What of a property, or an element, is tried next. */
enum part { PART_NEXT, PART_FIRST, PART_PATTERNS, PART_REST, PART_NAME, PART_CONTAINS };

struct check {
    const struct jsonschema *schema;
    struct jsonschema_run run;
    struct jsonschema_frame frames[JSONSCHEMA_FRAMES_MAX];
};

/* --- frames ----------------------------------------------------------------------------------- */

struct child {
    uint16_t node;
    struct span value;
    struct span key; /* see struct jsonschema_frame */
    int64_t index;
    bool speculates; /* a failure in it is no problem of the value */
};

static void push(struct check *check, const struct child *child)
{
    struct jsonschema_run *run = &check->run;
    if (run->depth == JSONSCHEMA_FRAMES_MAX) {
        jsonschema_run_give_up(run, "checking it against the schema goes too deep");
        return;
    }
    struct jsonschema_frame *frame = &check->frames[run->depth++];
    *frame = (struct jsonschema_frame){.node = &check->schema->nodes[child->node],
                                       .value = child->value,
                                       .key = child->key,
                                       .index = child->index,
                                       .speculates = child->speculates};
    run->speculative += child->speculates;
}

/* The same value, against another schema. */
static bool try_node(struct check *check, struct jsonschema_frame *frame, uint16_t node,
                     bool speculates)
{
    struct child child = {
        .node = node, .value = frame->value, .index = -1, .speculates = speculates};
    push(check, &child);
    return true;
}

static void next_stage(struct jsonschema_frame *frame)
{
    frame->stage++;
    frame->at = 0;
    frame->hits = 0;
    frame->part = PART_NEXT;
}

/* The next schema of a list; false: there is none left. */
static bool try_list(struct check *check, struct jsonschema_frame *frame, enum jsonschema_list list,
                     bool speculates)
{
    if (frame->at == frame->node->list_counts[list]) {
        return false;
    }
    return try_node(check, frame, frame->node->lists[list][frame->at++], speculates);
}

static bool try_child(struct check *check, struct jsonschema_frame *frame,
                      enum jsonschema_child child, bool speculates)
{
    uint16_t node = frame->node->children[child];
    return node != JSONSCHEMA_NONE && frame->at++ == 0 && try_node(check, frame, node, speculates);
}

static bool try_dependent(struct check *check, struct jsonschema_frame *frame)
{
    const struct jsonschema_node *node = frame->node;
    while (mp_type(frame->value) == MP_MAP && frame->at < node->map_counts[MAP_DEPENDENT]) {
        const struct jsonschema_member *member = &node->maps[MAP_DEPENDENT][frame->at++];
        if (mp_find(frame->value, member->name).size > 0) {
            return try_node(check, frame, member->node, false);
        }
    }
    return false;
}

/* --- members and elements --------------------------------------------------------------------- */

static bool try_member(struct check *check, struct jsonschema_frame *frame, uint16_t node)
{
    struct child child = {.node = node, .value = frame->item, .key = frame->member, .index = -1};
    frame->matched = true;
    push(check, &child);
    return true;
}

static bool try_name(struct check *check, struct jsonschema_frame *frame)
{
    uint16_t node = frame->node->children[CHILD_NAMES];
    struct child child = {.node = node, .value = frame->name, .key = frame->member, .index = -1};
    if (node != JSONSCHEMA_NONE) {
        push(check, &child);
    }
    return node != JSONSCHEMA_NONE;
}

static const struct jsonschema_member *find_member(const struct jsonschema_node *node,
                                                   struct span name)
{
    for (uint32_t i = 0; i < node->map_counts[MAP_PROPERTIES]; i++) {
        if (span_equal(node->maps[MAP_PROPERTIES][i].name, name)) {
            return &node->maps[MAP_PROPERTIES][i];
        }
    }
    return NULL;
}

static bool try_patterns(struct check *check, struct jsonschema_frame *frame)
{
    const struct jsonschema_node *node = frame->node;
    while (frame->at < node->map_counts[MAP_PATTERNS]) {
        const struct jsonschema_member *member = &node->maps[MAP_PATTERNS][frame->at++];
        if (regexp_matches(member->pattern, frame->member, false, &check->run.steps_left)) {
            return try_member(check, frame, member->node);
        }
    }
    return false;
}

/* What the present property is held against next; false: nothing more. */
static bool try_parts(struct check *check, struct jsonschema_frame *frame)
{
    const struct jsonschema_member *member;
    uint16_t rest = frame->node->children[CHILD_ADDITIONAL];
    switch ((enum part)frame->part) {
    case PART_FIRST:
        frame->part = PART_PATTERNS;
        member = find_member(frame->node, frame->member);
        return member != NULL && try_member(check, frame, member->node);
    case PART_PATTERNS:
        if (try_patterns(check, frame)) {
            return true;
        }
        frame->part = PART_REST;
        return false;
    case PART_REST:
        frame->part = PART_NAME;
        return !frame->matched && rest != JSONSCHEMA_NONE && try_member(check, frame, rest);
    case PART_NAME:
        frame->part = PART_NEXT;
        return try_name(check, frame);
    case PART_NEXT:
    case PART_CONTAINS:
        break;
    }
    return false;
}

/* Opens the map or list when the stage begins. Is there something left in it? */
static bool open_all(struct jsonschema_frame *frame, enum mp_type type, bool is_wanted)
{
    if (frame->hits == 0) {
        frame->hits = 1;
        frame->mp = mp_open(frame->value);
        bool is_it = is_wanted && mp_type(frame->value) == type;
        frame->left = !is_it ? 0 : type == MP_MAP ? mp_map(&frame->mp) : mp_array(&frame->mp);
    }
    return frame->left > 0 || frame->part != PART_NEXT;
}

static bool try_members(struct check *check, struct jsonschema_frame *frame)
{
    const struct jsonschema_node *node = frame->node;
    bool is_wanted = node->map_counts[MAP_PROPERTIES] > 0 || node->map_counts[MAP_PATTERNS] > 0 ||
                     node->children[CHILD_ADDITIONAL] != JSONSCHEMA_NONE ||
                     node->children[CHILD_NAMES] != JSONSCHEMA_NONE;
    while (open_all(frame, MP_MAP, is_wanted) && jsonschema_run_pay(&check->run, 1)) {
        if (frame->part == PART_NEXT) {
            const uint8_t *name = frame->mp.at;
            frame->member = mp_str(&frame->mp);
            frame->name = span_of(name, (size_t)(frame->mp.at - name));
            frame->item = mp_skip(&frame->mp);
            frame->left--;
            frame->matched = false;
            frame->at = 0;
            frame->part = PART_FIRST;
        }
        if (try_parts(check, frame)) {
            return true;
        }
    }
    return false;
}

/* hits counts, from 1, the elements that `contains` takes. */
static bool try_items(struct check *check, struct jsonschema_frame *frame)
{
    const struct jsonschema_node *node = frame->node;
    uint16_t contains = node->children[CHILD_CONTAINS];
    bool is_wanted = node->list_counts[LIST_PREFIX] > 0 ||
                     node->children[CHILD_ITEMS] != JSONSCHEMA_NONE || contains != JSONSCHEMA_NONE;
    while (open_all(frame, MP_ARRAY, is_wanted) && jsonschema_run_pay(&check->run, 1)) {
        struct child child = {.node = contains, .speculates = true};
        if (frame->part == PART_NEXT) {
            frame->item = mp_skip(&frame->mp);
            frame->left--;
            frame->part = PART_CONTAINS;
            bool is_prefix = frame->at < node->list_counts[LIST_PREFIX];
            child.node =
                is_prefix ? node->lists[LIST_PREFIX][frame->at] : node->children[CHILD_ITEMS];
            child.speculates = false;
            child.index = frame->at++;
        } else {
            frame->part = PART_NEXT;
            child.index = (int64_t)frame->at - 1;
        }
        child.value = frame->item;
        if (child.node != JSONSCHEMA_NONE) {
            push(check, &child);
            return true;
        }
    }
    return false;
}

/* --- the turn of a frame ---------------------------------------------------------------------- */

static bool fail(struct check *check, struct jsonschema_frame *frame, const char *why)
{
    frame->failed = true;
    jsonschema_run_report(&check->run, "%s", why);
    return false;
}

/* Fails the frame when the stage that ends now has not found what the schema asks for. */
static void judge(struct check *check, struct jsonschema_frame *frame)
{
    const struct jsonschema_node *node = frame->node;
    bool is_list = mp_type(frame->value) == MP_ARRAY;
    bool has_least = (node->bounds_given & (1u << BOUND_MIN_CONTAINS)) != 0;
    bool has_most = (node->bounds_given & (1u << BOUND_MAX_CONTAINS)) != 0;
    double least = has_least ? node->bounds[BOUND_MIN_CONTAINS] : 1;
    double found = (double)frame->hits - 1;
    if (frame->stage == STAGE_ANY && node->list_counts[LIST_ANY] > 0 && frame->hits == 0) {
        (void)fail(check, frame, "matches none of the schemas in anyOf");
    } else if (frame->stage == STAGE_ONE && node->list_counts[LIST_ONE] > 0 && frame->hits != 1) {
        (void)fail(check, frame,
                   frame->hits == 0 ? "matches none of the schemas in oneOf"
                                    : "matches more than one of the schemas in oneOf");
    } else if (frame->stage == STAGE_NOT && frame->hits > 0) {
        (void)fail(check, frame, "matches the schema in not");
    } else if (frame->stage == STAGE_ITEMS && is_list &&
               node->children[CHILD_CONTAINS] != JSONSCHEMA_NONE) {
        if (found < least) {
            (void)fail(check, frame, "has too few items of those that it must contain");
        } else if (has_most && found > node->bounds[BOUND_MAX_CONTAINS]) {
            (void)fail(check, frame, "has too many items of those that it may contain");
        }
    }
}

/* The next schema that the stage asks for is pushed; false: the stage is over. */
static bool try_stage(struct check *check, struct jsonschema_frame *frame)
{
    switch ((enum stage)frame->stage) {
    case STAGE_RULES:
        frame->failed = !jsonschema_rules_hold(&check->run, frame->node, frame->value);
        return false;
    case STAGE_REF:
        return try_child(check, frame, CHILD_REF, false);
    case STAGE_ALL:
        return try_list(check, frame, LIST_ALL, false);
    case STAGE_ANY:
        return frame->hits == 0 && try_list(check, frame, LIST_ANY, true);
    case STAGE_ONE:
        return frame->hits < 2 && try_list(check, frame, LIST_ONE, true);
    case STAGE_NOT:
        return try_child(check, frame, CHILD_NOT, true);
    case STAGE_IF:
        return try_child(check, frame, CHILD_IF, true);
    case STAGE_BRANCH:
        return frame->node->children[CHILD_IF] != JSONSCHEMA_NONE &&
               try_child(check, frame, frame->matched ? CHILD_THEN : CHILD_ELSE, false);
    case STAGE_DEPENDENT:
        return try_dependent(check, frame);
    case STAGE_MEMBERS:
        return try_members(check, frame);
    case STAGE_ITEMS:
        return try_items(check, frame);
    case STAGE_END:
        break;
    }
    UNREACHABLE("the frame has ended");
}

/* Lets the frame that tried a schema know how that ended. */
static void take_outcome(struct jsonschema_frame *frame, bool ok, bool speculates)
{
    if (!speculates) {
        frame->failed |= !ok;
    } else if (frame->stage == STAGE_IF) {
        frame->matched = ok;
    } else {
        frame->hits += ok;
    }
}

static void pop(struct check *check)
{
    struct jsonschema_run *run = &check->run;
    struct jsonschema_frame *gone = &check->frames[--run->depth];
    run->speculative -= gone->speculates;
    if (run->depth > 0) {
        take_outcome(&check->frames[run->depth - 1], !gone->failed, gone->speculates);
    }
}

enum saga_error jsonschema_check(const struct jsonschema *schema, struct span value,
                                 struct jsonschema_report *report)
{
    PRE(schema->node_count > 0);
    struct check check = {.schema = schema,
                          .run = {.steps_left = JSONSCHEMA_STEPS, .report = report}};
    struct child whole = {.node = 0, .value = value, .index = -1};
    *report = (struct jsonschema_report){.count = 0};
    check.run.frames = check.frames;
    push(&check, &whole);
    while (check.run.depth > 0 && !check.run.is_over && jsonschema_run_pay(&check.run, 1)) {
        struct jsonschema_frame *frame = &check.frames[check.run.depth - 1];
        bool is_enough = frame->failed && check.run.speculative > 0;
        if (frame->stage == STAGE_END || is_enough) {
            pop(&check);
        } else if (!try_stage(&check, frame) && !check.run.is_over) {
            judge(&check, frame);
            next_stage(frame);
        }
    }
    bool ok = !check.frames[0].failed && !check.run.is_over;
    POST(ok == (report->count == 0));
    return ok ? SAGA_OK : SAGA_INVALID;
}
