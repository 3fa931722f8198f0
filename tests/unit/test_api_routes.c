/* test_api_routes.c - schemas/openapi.yaml describes the routes there are, all of them, and no
 * other.
 *
 * The document is JSON, which is YAML too, and is served as it stands.
 *
 * Seen to fail with: a route taken out of the table; a path, a method or `security` taken out of
 * the document, or added; HEAD not understood; Allow forgetting a method, or naming one too many;
 * a query argument taken out of the table. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "api/routes.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/mp.h"
#include "json_file.h"

enum { PATH_MAX_SIZE = 128 };

static struct buf document;

static void load(void)
{
    json_file_read("schemas/openapi.yaml", &document);
}

static void unload(void)
{
    buf_close(&document);
}

static struct span find(struct span map, const char *key)
{
    return mp_find(map, span_text(key));
}

/* "/v1/sagas/{id}" becomes "/v1/sagas/{}"; gives how many parts have a name. */
static uint32_t bare(struct span path, char out[PATH_MAX_SIZE])
{
    uint32_t names = 0;
    size_t size = 0;
    bool is_name = false;
    for (size_t i = 0; i < path.size; i++) {
        is_name = is_name && path.data[i] != '}';
        cr_assert_lt(size + 1, PATH_MAX_SIZE);
        if (!is_name) {
            out[size++] = (char)path.data[i];
        }
        is_name = is_name || path.data[i] == '{';
        names += path.data[i] == '{';
    }
    out[size] = '\0';
    return names;
}

static const char *lower(const char *method)
{
    static char out[16];
    size_t i = 0;
    for (; method[i] != '\0' && i + 1 < sizeof(out); i++) {
        out[i] = (char)(method[i] | 0x20);
    }
    out[i] = '\0';
    return out;
}

/* What the document says of a path as the table has it; *names: how many of its parts vary. */
static struct span path_item(const char *path, uint32_t *names)
{
    struct mp paths = mp_open(find(buf_span(&document), "paths"));
    uint32_t count = mp_map(&paths);
    for (uint32_t i = 0; i < count; i++) {
        char text[PATH_MAX_SIZE];
        *names = bare(mp_str(&paths), text);
        struct span item = mp_skip(&paths);
        if (strcmp(text, path) == 0) {
            return item;
        }
    }
    return (struct span){NULL, 0};
}

Test(api_routes, each_route_is_described, .init = load, .fini = unload)
{
    uint32_t count = 0;
    for (const struct route *route; (route = routes_at(count)) != NULL; count++) {
        uint32_t names = 0;
        struct span item = path_item(route->path, &names);
        struct span operation = find(item, lower(route->method));
        cr_expect_gt(operation.size, 0, "%s %s is not described", route->method, route->path);
        cr_expect_eq(mp_type(find(operation, "summary")), MP_STR, "%s %s", route->method,
                     route->path);
        struct mp parameters = mp_open(find(item, "parameters"));
        cr_expect_eq(names, names == 0 ? 0 : mp_array(&parameters), "the parameters of %s",
                     route->path);
        /* Where no token is asked for the document says so, and there is no 401. */
        bool is_open = route->role == ROLE_NONE;
        bool says_open = find(operation, "security").size > 0;
        bool says_401 = find(find(operation, "responses"), "401").size > 0;
        cr_expect_eq(says_open, is_open, "security of %s %s", route->method, route->path);
        cr_expect_eq(says_401, !is_open, "401 of %s %s", route->method, route->path);
        bool writes = route->reply && route->lane != ROUTE_ASKS;
        cr_expect(!writes || strcmp(route->method, "GET") != 0, "a GET that writes");
    }
    cr_assert_gt(count, 0);
}

/* Its query arguments, as the table has them: names, each with a space behind it. */
static void query_names(struct span operation, char out[PATH_MAX_SIZE])
{
    struct mp parameters = mp_open(find(operation, "parameters"));
    out[0] = '\0';
    for (uint32_t left = parameters.bad ? 0 : mp_array(&parameters); left > 0; left--) {
        struct span parameter = mp_skip(&parameters);
        struct mp in = mp_open(find(parameter, "in"));
        struct mp name = mp_open(find(parameter, "name"));
        if (find(parameter, "in").size > 0 && span_is(mp_str(&in), "query")) {
            struct span text = mp_str(&name);
            size_t size = strlen(out);
            snprintf(out + size, PATH_MAX_SIZE - size, "%s%.*s", size > 0 ? " " : "",
                     (int)text.size, (const char *)text.data);
        }
    }
}

Test(api_routes, each_query_argument_is_described, .init = load, .fini = unload)
{
    const struct route *route;
    for (uint32_t i = 0; (route = routes_at(i)) != NULL; i++) {
        char described[PATH_MAX_SIZE];
        uint32_t names = 0;
        query_names(find(path_item(route->path, &names), lower(route->method)), described);
        cr_expect_str_eq(route->query, described, "%s %s", route->method, route->path);
    }
}

Test(api_routes, allow_names_the_methods_there_are)
{
    static const char *const expected[][2] = {
        {"/v1/sagas", "GET, HEAD, POST"},
        {"/v1/sagas/x7", "GET, HEAD"},
        {"/v1/definitions/x7", "GET, HEAD, PUT"},
        {"/v1/sagas/x7/retry", "POST"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(expected); i++) {
        struct target target;
        routes_find("DELETE", expected[i][0], &target);
        cr_expect_null(target.route);
        cr_expect_str_eq(target.allow, expected[i][1], "%s", expected[i][0]);
    }
}

static bool has_route(const char *path, struct span method)
{
    const struct route *route;
    for (uint32_t i = 0; (route = routes_at(i)) != NULL; i++) {
        if (strcmp(route->path, path) == 0 && span_is(method, lower(route->method))) {
            return true;
        }
    }
    return false;
}

Test(api_routes, what_is_described_has_a_route, .init = load, .fini = unload)
{
    struct mp paths = mp_open(find(buf_span(&document), "paths"));
    for (uint32_t left = mp_map(&paths); left > 0; left--) {
        char path[PATH_MAX_SIZE];
        bare(mp_str(&paths), path);
        struct mp item = mp_open(mp_skip(&paths));
        for (uint32_t keys = mp_map(&item); keys > 0; keys--) {
            struct span key = mp_str(&item);
            mp_skip(&item);
            cr_expect(span_is(key, "parameters") || has_route(path, key),
                      "there is no route for %.*s %s", (int)key.size, (const char *)key.data, path);
        }
    }
    cr_assert_not(paths.bad);
}

/* Puts a word where the path varies. */
static void fill(const char *path, char out[PATH_MAX_SIZE])
{
    size_t size = 0;
    for (; *path != '\0'; path++) {
        cr_assert_lt(size + 2, PATH_MAX_SIZE);
        out[size++] = *path == '{' ? 'x' : *path == '}' ? '7' : *path;
    }
    out[size] = '\0';
}

Test(api_routes, each_route_is_found_and_no_other_method)
{
    const struct route *route;
    for (uint32_t i = 0; (route = routes_at(i)) != NULL; i++) {
        char path[PATH_MAX_SIZE];
        fill(route->path, path);
        struct target target;
        routes_find(route->method, path, &target);
        cr_expect_eq(target.route, route, "%s %s", route->method, path);
        if (strstr(route->path, "{}")) {
            cr_expect(span_is(target.parts[0], "x7"), "the part that varies in %s", path);
        }
        routes_find("HEAD", path, &target);
        cr_expect(target.route == route || strcmp(route->method, "GET") != 0, "HEAD %s", path);
        routes_find("DELETE", path, &target);
        cr_expect_null(target.route, "DELETE %s", path);
        cr_expect_not_null(strstr(target.allow, route->method), "Allow of %s: %s", path,
                           target.allow);
    }
}

Test(api_routes, a_path_that_is_none_is_not_found)
{
    static const char *const paths[] = {
        "",
        "/",
        "/v1",
        "/v1/sagas/",
        "/v1/sagas/x7/",
        "/v1/sagas//history",
        "/v1/sagas/x7/history/1",
        "/V1/sagas",
        "/v1/tasks/x7",
        "/healthz/",
    };
    for (size_t i = 0; i < ARRAY_COUNT(paths); i++) {
        struct target target;
        routes_find("GET", paths[i], &target);
        cr_expect_null(target.route, "%s", paths[i]);
        cr_expect_str_empty(target.allow, "%s", paths[i]);
    }
}
