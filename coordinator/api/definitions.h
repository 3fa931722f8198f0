/* definitions.h - applying definitions and reading them back; the ETag of one is its digest. */
#ifndef API_DEFINITIONS_H
#define API_DEFINITIONS_H

struct http_call;

/* PUT /v1/definitions/{name} */
void definitions_put(struct http_call *call);
void definitions_put_reply(struct http_call *call);
/* GET /v1/definitions/{name}: the newest version */
void definitions_get(struct http_call *call);
/* GET /v1/definitions/{name}/versions/{version} */
void definitions_version(struct http_call *call);
/* GET /v1/definitions */
void definitions_list(struct http_call *call);

#endif
