/* task_finish.h - POST /v1/tasks/{token}/finish: the outcome of a task that was answered `later`.
 */
#ifndef API_TASK_FINISH_H
#define API_TASK_FINISH_H

struct http_call;

void task_finish(struct http_call *call);
void task_finish_reply(struct http_call *call);

#endif
