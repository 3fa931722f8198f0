/* instances.c - a map from names to instances. */
#include "peers/instances.h"

#include <stdlib.h>

struct instance *instances_find(const struct instances *instances, struct span name)
{
    return map_get(&instances->map, name);
}

struct instance *instances_take(struct instances *instances, struct span name)
{
    PRE(name.size > 0);
    PRE(name.size <= INSTANCE_MAX);
    struct instance *instance = instances_find(instances, name);
    if (instance) {
        return instance;
    }
    instance = calloc(1, sizeof(*instance));
    if (!instance) {
        return NULL;
    }
    instance->name_size = (uint32_t)name.size;
    memcpy(instance->name, name.data, name.size);
    if (map_put(&instances->map, instance_name(instance), instance) != SAGA_OK) {
        free(instance);
        return NULL;
    }
    return instance;
}

void instances_release(struct instances *instances, struct instance *instance)
{
    if (instance->session || instance->outranked || instance->past.first) {
        return;
    }
    CHECK(map_drop(&instances->map, instance_name(instance)) == instance);
    free(instance);
}

void instances_close(struct instances *instances)
{
    size_t at = 0;
    for (struct instance *instance; (instance = map_next(&instances->map, &at)) != NULL;) {
        free(instance);
    }
    map_close(&instances->map);
}
