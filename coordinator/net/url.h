/* url.h - what is wrong with a URL before anything is sent to it. */
#ifndef NET_URL_H
#define NET_URL_H

#include "net/address.h"

enum url_flaw {
    URL_FLAW_NONE,
    URL_FLAW_FORM,    /* it is no URL */
    URL_FLAW_SCHEME,  /* neither http nor https */
    URL_FLAW_USER,    /* it carries a user or a password */
    URL_FLAW_ADDRESS, /* its host is an address that the rules do not allow */
    URL_FLAW_COUNT
};

/* A name as host is not looked up: the address is judged when a connection is made. */
enum url_flaw url_check(const char *url, const struct address_rules *rules);

#endif
