/* webhook_verb.h - POST /v1/webhooks/{name}/VERB: sending dead events again, forgetting them,
 * sending again to a webhook that was disabled. */
#ifndef API_WEBHOOK_VERB_H
#define API_WEBHOOK_VERB_H

struct http_call;

void webhook_verb(struct http_call *call);
void webhook_verb_reply(struct http_call *call);

#endif
