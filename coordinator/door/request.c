/* request.c - what someone outside asks of the coordinator, and its answer. */
#include "door/request.h"

void request_answer(struct request *request, enum saga_error error, const char *why)
{
    struct answer answer = {.error = error, .why = why};
    request->answer(request, &answer);
}
