/* about.h - what sagad says of itself: that it lives, that it serves, how it is asked. */
#ifndef API_ABOUT_H
#define API_ABOUT_H

struct http_call;

void about_healthz(struct http_call *call);
void about_readyz(struct http_call *call);
void about_openapi(struct http_call *call);

#endif
