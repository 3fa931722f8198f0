/* url.c - curl takes the URL apart, as it will when it sends. */
#include "net/url.h"

#include <curl/curl.h>
#include <string.h>

enum url_flaw url_check(const char *url, const struct address_rules *rules)
{
    CURLU *parts = curl_url();
    char *scheme = NULL;
    char *host = NULL;
    char *user = NULL;
    enum url_flaw flaw = URL_FLAW_NONE;
    if (!parts || curl_url_set(parts, CURLUPART_URL, url, 0) != CURLUE_OK ||
        curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
        curl_url_get(parts, CURLUPART_HOST, &host, 0) != CURLUE_OK) {
        flaw = URL_FLAW_FORM;
    } else if (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0) {
        flaw = URL_FLAW_SCHEME;
    } else if (curl_url_get(parts, CURLUPART_USER, &user, 0) == CURLUE_OK) {
        flaw = URL_FLAW_USER;
    } else if (address_is_literal(host) && !address_text_is_allowed(rules, host)) {
        flaw = URL_FLAW_ADDRESS;
    }
    curl_free(scheme);
    curl_free(host);
    curl_free(user);
    curl_url_cleanup(parts);
    return flaw;
}
