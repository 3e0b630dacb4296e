/* What can be adjusted. The camera forgets it all when it is unplugged. */
#include "v4l2_standin.h"

#include <errno.h>
#include <string.h>

static const char *const EXPOSURES[] = {
    [V4L2_EXPOSURE_MANUAL] = "Manual Mode",
    [V4L2_EXPOSURE_APERTURE_PRIORITY] = "Aperture Priority Mode",
};

/* By their ids, as QUERYCTRL tells them. */
static const struct control {
    uint32_t id, type;
    const char *name;
    int32_t minimum, maximum, initial;
} CONTROLS[CONTROL_COUNT] = {
    {V4L2_CID_BRIGHTNESS, V4L2_CTRL_TYPE_INTEGER, "Brightness", 0, 255, 128},
    {V4L2_CID_AUTO_WHITE_BALANCE, V4L2_CTRL_TYPE_BOOLEAN, "White Balance, Automatic", 0, 1, 1},
    {V4L2_CID_EXPOSURE_AUTO, V4L2_CTRL_TYPE_MENU, "Auto Exposure", 0, 3,
     V4L2_EXPOSURE_APERTURE_PRIORITY},
    {V4L2_CID_EXPOSURE_ABSOLUTE, V4L2_CTRL_TYPE_INTEGER, "Exposure Time, Absolute", 3, 2047, 250},
};
enum { EXPOSURE = 2, EXPOSURE_TIME = 3 };

void controls_reset(struct device *device)
{
    for (size_t i = 0; i < CONTROL_COUNT; i++)
        device->controls[i] = CONTROLS[i].initial;
}

static size_t index_of(uint32_t id)
{
    size_t i = 0;
    while (i < CONTROL_COUNT && CONTROLS[i].id != id)
        i++;
    return i;
}

static size_t index_after(uint32_t id)
{
    size_t i = 0;
    while (i < CONTROL_COUNT && CONTROLS[i].id <= id)
        i++;
    return i;
}

static bool is_inactive(const struct device *device, size_t i)
{
    return i == EXPOSURE_TIME && device->controls[EXPOSURE] != V4L2_EXPOSURE_MANUAL;
}

static bool is_choice(uint32_t index)
{
    return index < sizeof EXPOSURES / sizeof *EXPOSURES && EXPOSURES[index];
}

static int query(const struct device *device, struct v4l2_queryctrl *query)
{
    bool next = query->id & V4L2_CTRL_FLAG_NEXT_CTRL;
    uint32_t id = query->id & ~(V4L2_CTRL_FLAG_NEXT_CTRL | V4L2_CTRL_FLAG_NEXT_COMPOUND);
    size_t i = next ? index_after(id) : index_of(id);
    if (i == CONTROL_COUNT)
        return refuse(EINVAL);
    *query = (struct v4l2_queryctrl){
        .id = CONTROLS[i].id,
        .type = CONTROLS[i].type,
        .minimum = CONTROLS[i].minimum,
        .maximum = CONTROLS[i].maximum,
        .step = 1,
        .default_value = CONTROLS[i].initial,
        .flags = is_inactive(device, i) ? V4L2_CTRL_FLAG_INACTIVE : 0,
    };
    strncpy((char *)query->name, CONTROLS[i].name, sizeof query->name - 1);
    return 0;
}

static int query_menu(struct v4l2_querymenu *item)
{
    if (item->id != V4L2_CID_EXPOSURE_AUTO || !is_choice(item->index))
        return refuse(EINVAL);
    memset(item->name, 0, sizeof item->name);
    strncpy((char *)item->name, EXPOSURES[item->index], sizeof item->name - 1);
    return 0;
}

static int set(struct device *device, size_t i, int32_t value)
{
    if (is_inactive(device, i))
        return refuse(EACCES);
    if (value < CONTROLS[i].minimum || value > CONTROLS[i].maximum)
        return refuse(ERANGE);
    if (i == EXPOSURE && !is_choice(value))
        return refuse(EINVAL);
    device->controls[i] = value;
    return 0;
}

int controls_ioctl(struct stream *stream, uint32_t request, void *argument)
{
    struct device *device = stream->device;
    struct v4l2_control *control = argument;
    if (request == VIDIOC_QUERYCTRL)
        return query(device, argument);
    if (request == VIDIOC_QUERYMENU)
        return query_menu(argument);
    if (request != VIDIOC_G_CTRL && request != VIDIOC_S_CTRL)
        return NOT_MINE;
    size_t i = index_of(control->id);
    if (i == CONTROL_COUNT)
        return refuse(EINVAL);
    if (request == VIDIOC_S_CTRL)
        return set(device, i, control->value);
    control->value = device->controls[i];
    return 0;
}
