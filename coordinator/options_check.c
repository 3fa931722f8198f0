/* options_check.c - what no setting can be wrong in alone: addresses, the store, times that must
 * fit. */
#include "options_check.h"

#include <stdlib.h>
#include <string.h>

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* Is the host of ADDRESS:PORT this machine? A name that only begins like a loopback address
 * (127.example.org) is another machine's. */
static bool is_loopback(const char *address)
{
    size_t size = strspn(address, "0123456789.");
    return begins(address, "localhost:") || begins(address, "[::1]:") ||
           (begins(address, "127.") && address[size] == ':');
}

/* NULL, or what is wrong with an ADDRESS:PORT. "Any free port" is `*` on the wire, 0 in HTTP. */
static const char *check_address(const char *address, bool is_wire)
{
    const char *colon = strrchr(address, ':');
    const char *port = colon ? colon + 1 : "";
    char *end;
    if (!colon || colon == address) {
        return "is not ADDRESS:PORT";
    }
    bool is_any = is_wire && strcmp(port, "*") == 0;
    long number = strtol(port, &end, 10);
    bool is_number = end != port && *end == '\0' && number >= 0 && number <= 65535;
    return is_any || is_number ? NULL : "has no port from 0 to 65535";
}

static bool check_addresses(const struct options *options, FILE *err)
{
    static const char tcp[] = "tcp://";
    bool ok = true;
    bool is_ipc = begins(options->listen, "ipc://");
    if (!is_ipc && !begins(options->listen, tcp)) {
        fprintf(err, "sagad: listen is tcp://ADDRESS:PORT or ipc://PATH, not '%s'\n",
                options->listen);
        ok = false;
    }
    const char *wire = ok && !is_ipc ? options->listen + strlen(tcp) : NULL;
    const char *const addresses[] = {wire, options->http};
    for (size_t i = 0; i < ARRAY_COUNT(addresses); i++) {
        const char *address = addresses[i];
        const char *wrong = address ? check_address(address, i == 0) : NULL;
        if (wrong) {
            fprintf(err, "sagad: %s: %s %s\n", i == 0 ? "listen" : "http", address, wrong);
            ok = false;
        } else if (address && !options->insecure && !is_loopback(address)) {
            fprintf(err,
                    "sagad: %s: %s is not a loopback address, and nothing on it would be "
                    "encrypted: say --insecure if that is what you want\n",
                    i == 0 ? "listen" : "http", address);
            ok = false;
        }
    }
    return ok;
}

bool options_check(struct options *options, FILE *err)
{
    bool ok = check_addresses(options, err);
    if (options->dead_ms < 2 * options->heartbeat_ms) {
        fprintf(err, "sagad: dead_after must be at least twice the heartbeat\n");
        ok = false;
    }
    if (begins(options->store, "postgresql://")) {
        fprintf(err, "sagad: --store postgresql:// is not supported yet; use sqlite:PATH\n");
        ok = false;
    } else if (options->store[0] && (!begins(options->store, OPTIONS_SQLITE) ||
                                     options->store[strlen(OPTIONS_SQLITE)] == '\0')) {
        fprintf(err, "sagad: --store is sqlite:PATH, not '%s'\n", options->store);
        ok = false;
    }
    if (ok && options->store[0] == '\0') {
        ok = strlen(options->data) + 32 < sizeof(options->store);
        snprintf(options->store, sizeof(options->store), OPTIONS_SQLITE "%.400s/sagad.db",
                 options->data);
    }
    return ok;
}
